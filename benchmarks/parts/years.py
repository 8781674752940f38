"""What an installation keeps after years: invoices, payments, time, emails and documents."""

import hashlib
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from agreements.models import Period
from benchmarks.parts import bank, seed
from benchmarks.parts.process import measure
from billing.charging.collect import collect
from billing.charging.issue import issue_invoices
from billing.models import Invoice
from core.continuity import standing
from core.models import Document, OutboxEmail
from delivery.models import TimeEntry

ENTRIES, EMAILS, DOCUMENTS = 20, 3, 2  # for each client and month
PDF, HTML = 40_000, 8_000  # bytes


@measure
def years(clients: int, months: int) -> dict[str, Any]:
    """Fill an empty database, and the folder of documents."""
    call_command("migrate", verbosity=0)
    seed.agreements(clients, "card", True)
    standing.begin(now=seed.NOW)
    chance = random.Random(1)
    for month in range(months):
        seed.due(clients, month)
        issue_invoices(now=seed.NOW)
        bank.opened(200, 10_000)
        collect(now=seed.NOW)
        _month(list(Period.objects.filter(index=month)), month, chance)
    return {"invoices": Invoice.objects.filter(kind="fee").count()}


def _month(periods: list[Period], month: int, chance: random.Random) -> None:
    business = periods[0].business_id
    seed._made(
        TimeEntry,
        [
            {
                "business_id": business,
                "period": period,
                "on": period.starts_on,
                "minutes": chance.randrange(15, 240),
                "note": f"Campaign {chance.getrandbits(60):x}, second draft and corrections",
            }
            for period in periods
            for _ in range(ENTRIES)
        ],
    )
    seed._made(
        OutboxEmail,
        [
            {
                "business_id": business,
                "kind": "bench",
                "ref": f"{period.pk}:{n}",
                "to": "ploy@baan.example",
                "subject": "Your receipt",
                "html": chance.randbytes(HTML // 2).hex(),
                "state": "sent",
                "sent_at": seed.NOW + timedelta(days=month),
            }
            for period in periods
            for n in range(EMAILS)
        ],
    )
    seed._made(Document, [_document(business) for _period in periods for _ in range(DOCUMENTS)])


def _document(business: Any) -> dict[str, Any]:
    """A file like a PDF, which cannot be compressed, and the fields of its row."""
    body = os.urandom(PDF)
    row = Document(sha256=hashlib.sha256(body).hexdigest())
    path = Path(settings.MEDIA_ROOT) / row.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    fields = {"kind": "invoice", "title": "Invoice", "sha256": row.sha256, "size": PDF}
    return {"business_id": business, **fields}
