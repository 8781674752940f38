"""A card that is saved while its first invoice is being issued is charged in the same run."""

from typing import Any

import pytest

from billing.charging import issue
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from tests.world import NOW, World


def test_neither_waits_an_hour_for_the_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement, write = world.running(card=""), issue._write

    def meanwhile(*batch: Any) -> None:
        world.card(agreement.client, "succeeds", NOW)  # it finds no invoice to charge
        write(*batch)

    monkeypatch.setattr(issue, "_write", meanwhile)
    run_billing(now=NOW, door="test")
    assert Invoice.objects.get().state == "paid"
