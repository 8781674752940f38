"""Connects django-allauth to the outbox, and says who can sign up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats, nudge
from core.models import OutboxEmail, User
from core.models.business import ACCENT_COLOURS, Accent
from core.safety import confirmation, devices, log, second_factor
from core.system import invite

FIRST_OWNER = "first_owner"  # in the session: they brought the key


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Puts allauth's emails into the outbox, where they are retried and can be read."""

    def is_open_for_signup(self, request: HttpRequest | None) -> bool:
        """Whether this browser can sign up (rule 80). The signature is allauth's."""
        return invite.is_open_to_all() or (request is not None and _is_first_owner(request))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person what changed about how they sign in. The signature is allauth's."""
        log.write(
            what=template_prefix,
            person=user,
            by=log.By(log.named(user), devices.origin_of(self.request)),
            facts=context or {},
            to=email if email and email != user.email else "",
            now=timezone.now(),
        )

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        """The ways to confirm that it is them, the usual one first. The signature is allauth's."""
        found: list[dict[str, str]] = super().get_reauthentication_methods(user)
        if not user.is_authenticated or second_factor.has_one(user):
            return found
        return [*found, confirmation.by_email()]

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whether allauth's own pages ask, as all others do. The signature is allauth's."""
        return not confirmation.is_confirmed(self.request, now=timezone.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put one email into the outbox instead of sending it. The signature is allauth's."""
        facts = {
            "request": self.request,
            "email": email,
            "language": formats.language().code,
            "greeting": _greeting(context.get("user")),
            "accent": ACCENT_COLOURS[Accent.INDIGO],
            "is_open": invite.is_open_to_all(),
        }
        message = self.render_mail(template_prefix, email, {**facts, **context})
        now = timezone.now()
        html = ""
        if isinstance(message, EmailMultiAlternatives) and message.alternatives:
            html = str(message.alternatives[0][0])
        OutboxEmail.objects.create(
            kind="account",
            ref=f"{template_prefix.split('/')[-1]}:{now.timestamp()}:{email}"[:80],
            to=email,
            language=formats.language().code,
            subject=" ".join(str(message.subject).split())[:200],
            text=str(message.body),
            html=html,
            created_at=now,
            next_at=now,
        )
        nudge.ring("core.tasks.send_mail")


def _greeting(user: User | None) -> str:
    """How the email begins; the email of somebody without a name is no name."""
    return _("Hello %(name)s,") % {"name": user.name} if user and user.name else _("Hello,")


def _is_first_owner(request: HttpRequest) -> bool:
    """Whether they opened the link of `manage.py first_owner`, and nobody has an account yet."""
    if not invite.is_empty():
        return False
    if invite.is_first_key(request.GET.get("key", "")):
        request.session[FIRST_OWNER] = True
    return bool(request.session.get(FIRST_OWNER))
