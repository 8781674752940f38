"""What was issued, signed or recorded does not change: the database itself refuses."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from agreements.models import Agreement, Period
from billing.models import Allocation, Charge, Invoice, Journal, Line, Payment, Transition
from billing.runs.run import bill
from core.models import AuditEvent, Document
from tests.world import NOW, World

FORBIDDEN = [
    (Invoice, {"total": 1}),
    (Invoice, {"buyer": {}}),
    (Invoice, {"number": "X"}),
    (Line, {"amount": 1}),
    (Payment, {"amount": 1}),
    (Allocation, {"amount": 1}),
    (Journal, {"amount": 1}),
    (Transition, {"new": "x"}),
    (Charge, {"amount": 1}),
    (AuditEvent, {"event": "x"}),
    (Document, {"sha256": "x"}),
    (Agreement, {"tier": {}}),
    (Agreement, {"amount": 1}),
    (Period, {"amount": 1}),
]


@pytest.mark.parametrize(("model", "change"), FORBIDDEN, ids=lambda x: getattr(x, "__name__", str(x)))
def test_a_frozen_row_refuses(world: World, model: Any, change: dict[str, Any]) -> None:
    world.sealed()
    bill(now=NOW, door="test")
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)
