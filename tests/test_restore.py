"""PostgreSQL's own tools make a backup and restore it, while a bank outside goes on (rule 46)."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from billing.books.invariants import find_contradictions
from billing.charging.resolve import resolve_charges
from billing.models import Invoice, Payment, PaymentMethod
from billing.recovery import compare, go_on
from billing.runs.billing_run import run_billing, run_scheduled
from core.continuity import outside, standing
from core.continuity.outside import FileStore
from core.models import Standing
from tests import gateways
from tests.faults.bank import Bank
from tests.world import NOW, World

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank that is not in our database."""
    bank = Bank(random.Random(0), NOW)
    kind = gateways.kind(bank.name, lambda: bank)
    with gateways.registered(kind), override_settings(GATEWAY=bank.name):
        yield bank


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A business on a machine that keeps its marks in a file."""
    monkeypatch.setattr(outside, "stores", lambda: [FileStore(tmp_path / "marks")])
    Standing.objects.all().delete()
    standing.begin(now=NOW)
    return World()


def tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools on the database of this test."""
    places = subprocess.run(
        [sys.executable, "bin/servers.py"], capture_output=True, text=True, check=True
    )
    folder = re.search("POSTGRES_BIN='(.*)'", places.stdout)[1]
    here = connection.settings_dict
    connection.close()
    place = {"PGHOST": here["HOST"] or here["OPTIONS"].get("host", ""), "PGUSER": here["USER"]}
    environment = {**os.environ, **place, "PGPORT": str(here["PORT"] or 5432)}
    command = [f"{folder}/{name}", "-d", here["NAME"], *arguments]
    subprocess.run(command, check=True, env=environment)


def retainer(world: World, name: str) -> Any:
    """A running retainer whose client has a card at the bank."""
    agreement = world.running(client=world.client(name), card="", collect_by="card")
    PaymentMethod.objects.create(
        business=world.business,
        client=agreement.client,
        gateway="bank",
        token=f"good:{name}",
        expires_on=date(2030, 1, 31),
    )
    return agreement


def taken(bank: Bank) -> list[tuple[str, int]]:
    """What the bank took, in its own ledger."""
    return sorted((reference, amount) for _handle, reference, amount, _at in bank.taken)


def papers() -> set[tuple[str, str]]:
    """Each payment's receipt and invoice."""
    return set(Payment.objects.values_list("receipt_number", "invoice__number"))


def test_a_restored_backup_charges_nobody_again(world, bank, tmp_path):
    """Backup, five charges, restore, and the scheduled run: the bank takes nothing more."""
    retainer(world, "Before")
    run_billing(now=NOW, door="test")
    for n in range(5):
        retainer(world, f"Later {n}")
    backup = str(tmp_path / "backup")
    tool("pg_dump", "-Fc", "-f", backup)
    run_billing(now=NOW + HOUR, door="test")
    before, numbers = taken(bank), papers()
    assert len(before) == len(numbers) == 6

    tool("pg_restore", "--clean", "--if-exists", backup)
    assert Payment.objects.count() == 1
    assert "older" in run_scheduled(now=NOW + 2 * HOUR).refused_because
    assert taken(bank) == before

    compare.compare(now=NOW + 2 * HOUR)
    go_on.go_on(actor="Nan", now=NOW + 2 * HOUR)
    run_scheduled(now=NOW + 2 * HOUR)
    resolve_charges(now=NOW + 3 * HOUR)
    assert taken(bank) == before
    assert papers() == numbers
    assert not Invoice.objects.exclude(state="paid").exists()
    assert find_contradictions(NOW + 3 * HOUR) == []
