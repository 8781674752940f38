"""What a device is told: the clients to choose from, what runs, and the time of today (rule 75)."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES
from core.digest import digest
from core.models import Business, User
from delivery.hours import timer
from delivery.hours.offline.decide import undecided
from delivery.hours.offline.server_time import running_on_devices
from delivery.models import Deliverable, TimeEntry
from delivery.rules.states import DeliverableState


def account_of(user: User, business: Business) -> str:
    """The name under which a device keeps the events of this user; it says nothing of them."""
    return digest(["timer", str(user.pk), str(business.pk)])[:24]


def device_state(*, user: User, business: Business, today: date, now: datetime) -> dict[str, Any]:
    """Return what the page on a device shows, ready for JSON. Moments are milliseconds (UTC)."""
    entries = TimeEntry.objects.filter(business=business, on=today)
    entries = entries.select_related("period__agreement__client").order_by("-created_at", "-pk")
    server = timer.running_timer(user, business)
    return {
        "account": account_of(user, business),
        "now": _milliseconds(now),
        "agreements": _agreements(business, today),
        "running": [
            {
                "run": str(row.run),
                "agreement": str(row.agreement_id or ""),
                "deliverable": str(row.deliverable_id or ""),
                "label": _label(row.agreement) if row.agreement else "",
                "title": row.deliverable.title if row.deliverable else "",
                "note": row.note,
                "clock": _milliseconds(row.started_at),
            }
            for row in running_on_devices(business)
        ],
        "today": [
            {
                "label": _label(row.period.agreement),
                "note": row.note,
                "minutes": row.minutes,
            }
            for row in entries
        ],
        "undecided": undecided(business).count(),
        "desk": _label(server.agreement) if server else "",
    }


def _agreements(business: Business, today: date) -> list[dict[str, Any]]:
    """The agreements for which time can be logged, each with the open deliverables of its day."""
    agreements = Agreement.objects.filter(business=business, state__in=RUNNING_STATES)
    agreements = agreements.select_related("client").order_by("client__name", "title", "pk")
    in_period = Q(period__starts_on__lte=today, period__ends_on__gt=today)
    work = Deliverable.objects.filter(in_period, business=business, state=DeliverableState.OPEN)
    promised: dict[Any, list[dict[str, str]]] = {}
    for row in work.select_related("period").order_by("position", "pk"):
        choices = promised.setdefault(row.period.agreement_id, [])
        choices.append({"id": str(row.pk), "title": row.title})
    return [
        {"id": str(row.pk), "label": _label(row), "deliverables": promised.get(row.pk, [])}
        for row in agreements
    ]


def _label(agreement: Agreement) -> str:
    return f"{agreement.client.name} · {agreement.title}"


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
