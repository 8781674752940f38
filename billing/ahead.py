"""Five days before a charge the client hears its amount, its day and its card (rule 23)."""

from datetime import datetime, timedelta

from agreements.models import Agreement, Pause
from agreements.models.proposal import CollectBy
from agreements.states import RUNS
from billing.dunning import NOTICE_DAYS
from core import outbox
from core.dates import local_day
from core.models import Business, Outbox

KIND = "charge_ahead"


def announce(*, now: datetime) -> int:
    """Announce the letters for charges of the coming days, each once; how many are new."""
    soon = Agreement.objects.filter(
        state__in=RUNS,
        collect_by=CollectBy.CARD,
        opens_at__gt=now,
        opens_at__lte=now + timedelta(days=NOTICE_DAYS),
        signed_at__lt=now - timedelta(days=NOTICE_DAYS),
        parked_because="",
    )
    found = list(soon.values_list("pk", "opens_at", "time_zone", "business"))
    if not found:
        return 0
    businesses = Business.objects.in_bulk({business for *_, business in found})
    pauses = Pause.objects.by_agreement(pk for pk, *_ in found)
    days = [(pk, local_day(at, zone), business) for pk, at, zone, business in found if at]
    refs = {
        f"{pk}:{day}": businesses[business]
        for pk, day, business in days
        if not any(pause.covers(day) for pause in pauses.get(pk, []))
    }
    there = set(Outbox.objects.filter(kind=KIND, ref__in=list(refs)).values_list("ref", flat=True))
    fresh = [(ref, business) for ref, business in refs.items() if ref not in there]
    outbox.post(KIND, fresh, now=now)
    return len(fresh)
