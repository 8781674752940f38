"""How allauth meets the house: its letters go through our outbox, and nobody signs up as staff."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from core import nudge
from core.models import OutboxEmail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Writes allauth's letters into the outbox, so that they are retried and can be seen where no server is."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        message = self.render_mail(template_prefix, email, {"request": self.request, **context})
        now = timezone.now()
        html = ""
        if isinstance(message, EmailMultiAlternatives) and message.alternatives:
            html = str(message.alternatives[0][0])
        OutboxEmail.objects.create(
            kind="account",
            ref=f"{template_prefix.split('/')[-1]}:{now.timestamp()}:{email}"[:80],
            to=email,
            language=translation.get_language() or "en",
            subject=" ".join(str(message.subject).split())[:200],
            text=str(message.body),
            html=html,
            created_at=now,
            next_at=now,
        )
        nudge.ring("core.tasks.send_mail")
