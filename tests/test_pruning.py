"""What is old is deleted by written rules, and nothing else ever is."""

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import Model

from agreements.models import Agreement, Signature
from billing.books import client_statement
from billing.books.invariants import find_contradictions
from billing.models import BillingRun, Charge, Series
from billing.runs.billing_run import run_billing
from clients.models import Client
from core.continuity import standing
from core.errors import StandsStill
from core.jobs.set_aside import STEPS
from core.models import Business, Document, Link, OutboxEmail, SetAside
from core.models.business import EmailMonths
from core.models.outbox import OutboxState
from core.models.standing import Doubt, Standing
from core.outbox import emails
from delivery.models import Handover
from retainer_hub.backup import folder
from retainer_hub.pruning import prune
from retainer_hub.pruning.rules import RULES, Rule
from tests.poison.old_rows import MONTH, OLD_ROWS, is_pruned, lasts
from tests.test_tenancy import rows_of
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
BY_NAME = {rule.name: rule for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_each_row_is_deleted_when_its_rule_says_and_not_before(world: World, rule: Rule) -> None:
    row = OLD_ROWS[rule.name](world, NOW)
    if rule.name != "devices":  # it goes with its session, at once
        prune.prune(now=NOW + lasts(rule) - MINUTE)
        assert not is_pruned(row)
    prune.prune(now=NOW + lasts(rule) + DAY)
    assert is_pruned(row)
    assert not SetAside.objects.open().exists()


def test_every_rule_has_a_row_that_shows_it() -> None:
    assert set(OLD_ROWS) == set(BY_NAME)


def test_the_text_of_an_email_is_kept_for_as_long_as_its_business_wants(world: World) -> None:
    other = World()
    Business.objects.filter(pk=world.business.pk).update(email_months=EmailMonths.SIX_YEARS)
    Business.objects.filter(pk=other.business.pk).update(email_months=EmailMonths.FOR_GOOD)
    kept, for_good = OLD_ROWS["emails"](world, NOW), OLD_ROWS["emails"](other, NOW)
    prune.prune(now=NOW + 72 * MONTH - MINUTE)
    assert not is_pruned(kept)
    prune.prune(now=NOW + 200 * MONTH)
    kept.refresh_from_db()
    assert (kept.text, kept.html) == ("", "")
    assert (kept.subject, kept.to, kept.state) == ("Your report", "ploy@baan.example", "sent")
    assert not is_pruned(for_good)


def test_an_email_that_waits_keeps_its_text_however_old_it_is(world: World) -> None:
    row = OLD_ROWS["emails"](world, NOW)
    OutboxEmail.objects.update(state=OutboxState.WAITING)
    prune.prune(now=NOW + 200 * MONTH)
    assert not is_pruned(row)


def test_an_email_without_its_text_or_links_is_not_sent_again(world: World) -> None:
    row = OLD_ROWS["emails"](world, NOW)
    OutboxEmail.objects.update(state=OutboxState.FAILED)
    link = Link.objects.create(purpose="portal", subject_id=row.pk, expires_at=NOW)
    OutboxEmail.objects.update(text=f"[[{row.mark}:link:{link.pk}]]")
    row.refresh_from_db()
    assert emails.again(letter=row, now=NOW)
    OutboxEmail.objects.update(state=OutboxState.FAILED)
    prune.prune(now=NOW + 401 * DAY)
    assert not emails.again(letter=row, now=NOW), "its link is gone"
    prune.prune(now=NOW + 25 * MONTH)
    row.refresh_from_db()
    assert not emails.again(letter=row, now=NOW)
    assert not row.can_be_tried_again and row.is_written


def test_the_run_by_which_the_clock_is_judged_stays(world: World) -> None:
    for days in (0, 1):
        BillingRun.objects.create(door="job", started_at=NOW + days * DAY)
    refused = BillingRun.objects.create(
        door="job", started_at=NOW + 2 * DAY, refused_because="The clock jumped."
    )
    prune.prune(now=NOW + 2000 * DAY)
    assert [run.started_at for run in BillingRun.objects.order_by("pk")] == [
        NOW + DAY,
        refused.started_at,
    ]


def test_nothing_is_deleted_while_the_clock_or_the_database_is_in_doubt(world: World) -> None:
    row = OLD_ROWS["links"](world, NOW)
    later = NOW + 2000 * DAY
    BillingRun.objects.create(door="job", started_at=NOW)
    with pytest.raises(StandsStill, match="The clock jumped"):
        prune.nightly(now=later)
    BillingRun.objects.create(door="job", started_at=later)
    standing.begin(now=later)
    standing._doubt(Doubt.BEHIND, later)
    with pytest.raises(StandsStill):
        prune.nightly(now=later)
    assert not is_pruned(row)
    Standing.objects.update(doubt=Doubt.NONE)
    prune.nightly(now=later)
    assert is_pruned(row)


def test_a_night_deletes_no_more_than_it_may_and_the_next_one_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "MOST", 2)
    monkeypatch.setattr(prune, "BATCH", 1)
    for name in ("links", "sessions"):
        for _each in range(3):
            OLD_ROWS[name](world, NOW)
    later = NOW + 500 * DAY
    counts = [prune.prune(now=later) for _night in range(3)]
    for name in ("links", "sessions"):
        assert [night[name] for night in counts] == [2, 1, 0]


def test_nothing_is_read_but_ages_when_nothing_is_due(
    world: World, django_assert_max_num_queries: Any
) -> None:
    for name, make in OLD_ROWS.items():
        if name != "devices":
            make(world, NOW)
    with django_assert_max_num_queries(2 * len(RULES) + 3):
        prune.prune(now=NOW - DAY)


def test_what_killed_backups_left_behind_is_deleted_after_two_days(
    db: None, tmp_path: Path, settings: Any
) -> None:
    settings.RH_VAR_DIR = tmp_path
    for name, age in (("backup-a", 3), ("drill-b", 3), ("restore-c", 1), ("media", 9)):
        (tmp_path / name).mkdir()
        at = (NOW - age * DAY).timestamp()
        os.utime(tmp_path / name, (at, at))
    prune.prune(now=NOW)
    assert {path.name for path in tmp_path.iterdir()} >= {"restore-c", "media"}
    assert not (tmp_path / "backup-a").exists() and not (tmp_path / "drill-b").exists()


def test_the_folder_of_the_backups_stays_whatever_its_name(
    db: None, tmp_path: Path, settings: Any
) -> None:
    settings.RH_VAR_DIR = tmp_path
    for at in ("backup-nightly", "restore-here/archives"):
        settings.BACKUP_TO = str(tmp_path / at)
        (tmp_path / at).mkdir(parents=True)
        old = (NOW - 9 * DAY).timestamp()
        os.utime(tmp_path / at.partition("/")[0], (old, old))
        prune.prune(now=NOW)
        assert (tmp_path / at).is_dir()


def test_a_backup_takes_no_folder_with_archives_for_what_a_killed_one_left(tmp_path: Path) -> None:
    for name in ("backup-mine/retainer-hub-20260101T000000Z.tar.age", "backup-x/database"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    folder.clear(tmp_path, "backup-")
    assert [path.name for path in tmp_path.iterdir()] == ["backup-mine"]


def test_the_command_counts_and_deletes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    row = OLD_ROWS["links"](world, datetime.now(UTC) - 500 * DAY)
    call_command("prune", "--dry-run")
    assert "links: 1" in capsys.readouterr().out and not is_pruned(row)
    call_command("prune")
    assert "links: 1" in capsys.readouterr().out and is_pruned(row)
    BillingRun.objects.create(door="job", started_at=NOW - 2000 * DAY)
    with pytest.raises(CommandError, match="The clock jumped"):
        call_command("prune")


# What law demands


def everything(but: set[type[Model]]) -> dict[str, str]:
    """A digest of all rows of each table, and of each stored file."""
    found = {}
    for model in apps.get_models():
        if model not in but:
            rows = sorted(str(values) for values in model._base_manager.values_list())
            found[model._meta.label] = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if path.is_file():
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def books(world: World, now: datetime) -> dict[str, Any]:
    """What the audit says, and the statement of each client with its sums."""
    clients = Client.objects.filter(business=world.business)
    return {
        "audit": find_contradictions(now, files=True),
        "totals": client_statement.totals_by_month(world.business),
        "balances": [client_statement.client_balances(client) for client in clients],
        "statements": [client_statement.statement_entries(client) for client in clients],
    }


@pytest.fixture
def years(world: World) -> World:
    """A business with a row of each kind, two years of invoices, and an old row for each rule."""
    rows_of(world)
    for make in OLD_ROWS.values():
        make(world, NOW)
    agreement = Agreement.objects.filter(business=world.business).earliest("created_at")
    start = agreement.signed_at or NOW
    for month in range(1, 25):
        run_billing(now=start + month * MONTH, door="test", only=agreement)
    return world


def lost(world: World, planted: tuple[Rule, ...] = ()) -> set[str]:
    """Prune when everything is ten years old; return what of all that is kept has changed."""
    later = NOW + 4000 * DAY
    pruned: set[type[Model]] = {rule.model for rule in RULES}
    before, books_before = everything(pruned), books(world, later)
    counts = prune.prune(now=later, rules=(*RULES, *planted))
    assert all(counts[rule.name] for rule in RULES), "each rule had something to do"
    after, books_after = everything(pruned), books(world, later)
    changed = {name for name in before if before[name] != after.get(name)}
    return changed | {
        f"books: {name}" for name in books_before if books_before[name] != books_after[name]
    }


def test_after_ten_years_books_documents_and_signatures_are_what_they_were(years: World) -> None:
    assert Document.objects.count() > 3 and Charge.objects.count() > 12
    assert lost(years) == set()


def test_a_rule_that_deletes_too_much_would_be_seen(years: World) -> None:
    def since(model: type[Model]) -> Any:
        return lambda now: model._default_manager.filter(created_at__lt=now)

    def forget(rows: Any, now: datetime) -> int:
        return int(rows.update(last=0))

    signed = Signature.objects.filter(signed_at__isnull=False)
    planted = (
        Rule("x1", Handover, 0, "", since(Handover), "x", title="title"),
        Rule("x2", Series, 0, "", since(Series), "x", act=forget, title="kind"),
        Rule("x3", Signature, 0, "", lambda now: signed.all(), "x", title="name"),
    )
    try:
        found = lost(years, planted)
    finally:
        for rule in planted:
            del STEPS[rule.step]
    assert found == {"delivery.Handover", "billing.Series", "books: audit"}
    refused = SetAside.objects.open().filter(step="prune_x3")
    assert refused.count() == signed.count() > 0, "the database itself refuses that"
