"""Reads the outbox, for the page that shows all emails of a development installation."""

from typing import Any

from core.models import Link, OutboxEmail, User


def newest(count: int) -> list[OutboxEmail]:
    """The `count` latest emails of all businesses, newest first."""
    return list(OutboxEmail.objects.order_by("-created_at", "-id")[:count])


def by_id(pk: Any) -> OutboxEmail | None:
    """The email with this id; None if there is none."""
    return OutboxEmail.objects.filter(pk=pk).first()


def user_of(link: Link) -> User | None:
    """The user a sign-in link was created for; None if they may no longer sign in."""
    return User.objects.filter(pk=link.subject_id, is_active=True).first()
