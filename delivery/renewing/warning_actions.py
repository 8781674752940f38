"""What the freelancer does about an early warning: sends the note or dismisses the warning."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from core import audit
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow
from core.outbox import emails
from delivery.models import EarlyWarning


def send_note(
    *, warning: EarlyWarning, note: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> EarlyWarning:
    """Email the note to the client, once.

    Raises NoRecipient, and NotAllowedNow when the note was sent or the warning was dismissed.
    """
    agreement = warning.period.agreement
    contact = email_recipient.require_recipient(agreement)
    with translation.override(agreement.language):
        subject = _("“%(title)s”: where this period stands") % {"title": agreement.title}
    with transaction.atomic():
        _decide(warning, sent_at=now, note=note)
        audit.record(
            business=warning.business,
            chain_id=agreement.pk,
            event="early_note_sent",
            actor=actor,
            now=now,
            origin=origin,
            data={"note": note, "to_email": contact.email, "day": warning.day},
        )
        emails.write(
            kind="early_note",
            ref=str(warning.pk),
            to=contact.email,
            template="note",
            language=agreement.language,
            context={
                "subject": subject,
                "name": contact.name,
                "button": "",
                "link": "",
                "paragraphs": [line for line in note.splitlines() if line.strip()],
            },
            business=warning.business,
            now=now,
        )
    return warning


def dismiss_warning(*, warning: EarlyWarning, now: datetime) -> EarlyWarning:
    """Dismiss the warning. Raises NotAllowedNow when it was sent or dismissed already."""
    _decide(warning, dismissed_at=now)
    return warning


def _decide(warning: EarlyWarning, **sets: object) -> None:
    """Update a warning that is still open. Raises NotAllowedNow."""
    still_open = EarlyWarning.objects.filter(
        pk=warning.pk, sent_at__isnull=True, dismissed_at__isnull=True
    )
    if not still_open.update(**sets):
        raise NotAllowedNow(_("This warning was decided already."))
    warning.refresh_from_db(fields=["sent_at", "dismissed_at", "note"])
