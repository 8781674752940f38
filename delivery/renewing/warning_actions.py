"""What the freelancer does about a warning: sends the note, dismisses it, or mutes an item."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.running import email_recipient
from core import audit
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.errors import NotAllowedNow
from core.outbox import emails
from delivery.models import EarlyWarning, MutedItem
from delivery.renewing.quiet_items import item_of


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


def restore_warning(*, warning: EarlyWarning, now: datetime) -> EarlyWarning:
    """Take the dismissal of a warning back, while its period runs and no newer one has come.

    Raises NotAllowedNow.
    """
    today = local_day(now, warning.period.agreement.time_zone)
    newer = EarlyWarning.objects.filter(period=warning.period_id, day__gt=warning.day).exists()
    dismissed = EarlyWarning.objects.filter(pk=warning.pk, dismissed_at__isnull=False)
    if newer or warning.period.ends_on <= today or not dismissed.update(dismissed_at=None):
        raise NotAllowedNow(_("This warning cannot come back any more."))
    warning.refresh_from_db(fields=["dismissed_at"])
    return warning


def mute_item(*, warning: EarlyWarning, place: int, now: datetime) -> MutedItem:
    """Name the item of a finding in no warning any more, until it is unmuted.

    `place` is the number of the finding in the warning, counted from 0.
    """
    kind, name = item_of(warning.findings[place])
    muted, _is_new = MutedItem.objects.get_or_create(
        agreement=warning.period.agreement,
        kind=kind,
        name=name[:160],
        defaults={"business": warning.business, "client": warning.client, "created_at": now},
    )
    return muted


def unmute_item(*, item: MutedItem) -> None:
    """Let warnings name an item again."""
    MutedItem.objects.filter(pk=item.pk).delete()


def _decide(warning: EarlyWarning, **sets: object) -> None:
    """Update a warning that is still open. Raises NotAllowedNow."""
    still_open = EarlyWarning.objects.filter(
        pk=warning.pk,
        sent_at__isnull=True,
        dismissed_at__isnull=True,
        replaced_at__isnull=True,
    )
    if not still_open.update(**sets):
        raise NotAllowedNow(_("This warning was decided already."))
    warning.refresh_from_db(fields=["sent_at", "dismissed_at", "replaced_at", "note"])
