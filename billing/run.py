"""One walk of the billing job: ask, open, park, issue, collect. Any time, twice, late: each period once."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from agreements.models import Agreement
from agreements.periods import open_due
from billing import webhook
from billing.collect import collect
from billing.issue import issue_due
from billing.models import BillingRun, Charge, Invoice
from billing.park import park_missed
from billing.resolve import resolve


def bill(*, now: datetime, door: str, only: Agreement | None = None, dry_run: bool = False) -> BillingRun:
    """Do everything that is due at `now` and write down what was found.

    A dry run does the same up to the charges inside a transaction that is taken back: it writes nothing and
    returns an unsaved run.
    """
    run = BillingRun(door=door, started_at=now, finished_at=now)
    if dry_run:
        with transaction.atomic():
            run.result = _prepare(now, only)
            transaction.set_rollback(True)
        return run
    webhook.apply_events(now=now)
    resolve(now=now)
    run.result = _prepare(now, only)
    run.result["charged"] = collect(now=now, only=only)
    run.result |= _outcomes(now)
    run.save()
    return run


def _prepare(now: datetime, only: Agreement | None) -> dict[str, Any]:
    opened = open_due(now=now, only=only)
    parked = park_missed(now=now, only=only)
    issued = issue_due(gateway=settings.GATEWAY, now=now, only=only)
    return {"opened": opened, "parked": [str(pk) for pk in parked], "issued": [_line(row) for row in issued]}


def _line(invoice: Invoice) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "client": invoice.buyer["name"],
        "currency": invoice.currency,
        "total": invoice.total,
    }


def _outcomes(now: datetime) -> dict[str, int]:
    sent = Charge.objects.filter(sent_at=now).values_list("state", flat=True)
    found: dict[str, int] = {}
    for state in sent:
        found[state] = found.get(state, 0) + 1
    return found
