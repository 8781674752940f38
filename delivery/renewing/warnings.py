"""What the freelancer does about an early warning: sends the note, or lets it be."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.running import addressee
from core import audit
from core.audit import UNSEEN, Origin
from core.errors import NotAllowedNow
from core.outbox import emails
from delivery.models import EarlyWarning


def send_note(
    *, warning: EarlyWarning, note: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> EarlyWarning:
    """Mail the note, once. Raises NobodyToTell, and NotAllowedNow where it was sent or the warning was let be."""
    agreement = warning.period.agreement
    contact = addressee.must_be(agreement)
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


def let_be(*, warning: EarlyWarning, now: datetime) -> EarlyWarning:
    """Send nothing. Raises NotAllowedNow where it was decided already."""
    _decide(warning, dismissed_at=now)
    return warning


def _decide(warning: EarlyWarning, **sets: object) -> None:
    open_still = EarlyWarning.objects.filter(
        pk=warning.pk, sent_at__isnull=True, dismissed_at__isnull=True
    )
    if not open_still.update(**sets):
        raise NotAllowedNow(_("This warning was decided already."))
    warning.refresh_from_db(fields=["sent_at", "dismissed_at", "note"])
