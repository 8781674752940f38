"""Reads the outbox, for an installation whose mail server is its own screen."""

from typing import Any

from core.models import Link, OutboxEmail, User


def newest(count: int) -> list[OutboxEmail]:
    """The latest letters."""
    return list(OutboxEmail.objects.order_by("-created_at", "-id")[:count])


def by_id(pk: Any) -> OutboxEmail | None:
    """One letter."""
    return OutboxEmail.objects.filter(pk=pk).first()


def user_of(link: Link) -> User | None:
    """Whom a sign-in link was made for, if they may still log in."""
    return User.objects.filter(pk=link.subject_id, is_active=True).first()
