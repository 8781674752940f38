"""What was issued, signed or recorded never changes: the database itself refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from agreements.models import Agreement, Period
from billing.models import (
    Allocation,
    Charge,
    Invoice,
    InvoiceLine,
    JournalEntry,
    Payment,
    Transition,
)
from billing.runs.billing_run import run_billing
from core.models import AuditEvent, Document
from tests.world import NOW, World, lasting

FORBIDDEN = [
    (Invoice, {"total": 1}),
    (Invoice, {"buyer": {}}),
    (Invoice, {"number": "X"}),
    (InvoiceLine, {"amount": 1}),
    (Payment, {"amount": 1}),
    (Allocation, {"amount": 1}),
    (JournalEntry, {"amount": 1}),
    (Transition, {"new": "x"}),
    (Charge, {"amount": 1}),
    (AuditEvent, {"event": "x"}),
    (Document, {"sha256": "x"}),
    (Agreement, {"tier": {}}),
    (Agreement, {"amount": 1}),
    (Period, {"amount": 1}),
]


@pytest.fixture(scope="module")
def issued(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A signed agreement and its first invoice, paid."""
    with lasting(django_db_blocker, tmp_path_factory.mktemp("installation")):
        World().sealed()
        run_billing(now=NOW, door="test")
        yield


@pytest.mark.parametrize(
    ("model", "change"), FORBIDDEN, ids=lambda x: getattr(x, "__name__", str(x))
)
def test_the_database_refuses_to_change_or_delete_what_was_issued(
    issued: None, db: None, model: Any, change: dict[str, Any]
) -> None:
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)
