"""The decision that a paid trial was made for: recorded, and never a retainer by itself (rule 35)."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import NotOpen
from agreements.models import Agreement
from core import audit
from core.audit import UNSEEN, Origin

DECIDED = "trial_decided"
SOON = timedelta(days=7)


def is_decided(agreement: Agreement) -> bool:
    """Whether somebody wrote down how it went."""
    return any(event.event == DECIDED for event in audit.chain(agreement.id))


def is_due(agreement: Agreement, today: date) -> bool:
    """Whether its decision day is near or over, and nobody has decided."""
    if not agreement.is_trial or agreement.signed_at is None or agreement.ends_on is None:
        return False
    return agreement.ends_on - SOON <= today and not is_decided(agreement)


def decide(
    *, agreement: Agreement, succeeded: bool, words: str, actor: str, now: datetime, origin: Origin = UNSEEN
) -> None:
    """Write down whether it met its measure. What follows is a proposal that the client signs, or nothing.

    Raises NotOpen where it is no trial that was signed, and the second time.
    """
    with transaction.atomic():
        held = Agreement.objects.select_for_update().get(pk=agreement.pk)
        if not held.is_trial or held.signed_at is None or is_decided(held):
            raise NotOpen(_("There is no trial to decide about, or it is decided."))
        audit.record(
            business=held.business,
            chain_id=held.id,
            event=DECIDED,
            actor=actor,
            now=now,
            origin=origin,
            data={"succeeded": "yes" if succeeded else "no", "words": words[:500]},
        )
