"""One tenant's bad row, unreadable key or silent gateway stops and delays no other tenant."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Period
from billing.books.invariants import find_contradictions
from billing.charging import issue, parallel_calls
from billing.charging.parallel_calls import Batch, Call
from billing.gateways import accounts
from billing.gateways.base import GatewayUnknown
from billing.models import BillingRun, Collection, GatewayAccount, GatewayEvent, Invoice
from billing.rules.errors import NotConnected
from billing.runs import billing_run
from billing.runs.daily_audit import run_audit
from billing.tests.test_switches import account
from core import audit
from core.database import vault
from core.jobs import batches, steps
from core.models import Business, OutboxEmail, SetAside
from core.system import rows_set_aside
from core.system.health_checks import findings, warnings
from retainer_hub.celery import app
from tests import gateways
from tests.browsers import logged_in
from tests.poison.scenes import a_charge_due, a_period_due
from tests.poison.spoiling import put, without_file
from tests.world import NOW, World

HOUR = timedelta(hours=1)
LACKS = [{"name": "VAT"}]  # as an older version may have frozen it: without the percentage


@pytest.fixture
def other(db: None) -> World:
    """Another tenant, whose retainer is billed by the same run."""
    neighbour = World()
    neighbour.running()
    return neighbour


def states(world: World) -> list[str]:
    return list(Invoice.objects.filter(business=world.business).values_list("state", flat=True))


# What stopped everybody


def test_frozen_taxes_that_lack_a_percentage_stop_nobody_elses_invoice(
    world: World, other: World
) -> None:
    world.running(taxes=LACKS)
    run = billing_run.run_scheduled(now=NOW)
    assert (states(world), states(other)) == ([], ["paid"])
    assert run.finished_at
    row = SetAside.objects.get()
    assert (row.title, row.reason_text) == (
        "Baan Coffee",
        "A stored value lacks an entry: percent.",
    )


def test_a_run_in_many_parts_tries_a_bad_row_once_and_issues_all_the_others(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue, "AHEAD", 2)
    world.running(taxes=LACKS)
    for _ in range(4):
        other.running(other.client())
    billing_run.run_scheduled(now=NOW)
    assert (states(world), states(other)) == ([], ["paid"] * 5)
    assert SetAside.objects.get().tries == 1


def test_a_gateway_key_that_cannot_be_read_is_no_connection(world: World, other: World) -> None:
    row = account(world.business, is_live=False)
    kind = gateways.kind("acme", lambda: None, is_shared=False, is_pretended=False)
    build = lambda row: vault.unseal(row.secret)  # noqa: E731
    GatewayAccount.objects.filter(pk=row.pk).update(secret=b"sealed with another key")
    with gateways.registered(gateways.replace(kind, build=build)):
        with pytest.raises(NotConnected, match="cannot be read: enter it again"):
            accounts.gateway("acme", world.business.pk)
        billing_run.run_scheduled(now=NOW)
    assert states(other) == ["paid"]


def test_a_notice_that_cannot_be_read_stops_nobody_else(
    world: World, other: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = world.billed()
    facts = {"event_id": "evt_1", "body": b"", "received_at": NOW}
    GatewayEvent.objects.create(gateway="sandbox", handle=invoice.collection.handle, **facts)
    gateway = accounts.gateway("sandbox", world.business.pk)

    def disputes(self: Any, handle: str) -> Any:
        raise AttributeError("'NoneType' object has no attribute 'evidence_details'")

    monkeypatch.setattr(type(gateway), "disputes", disputes)
    third = World()
    third.running()
    billing_run.run_scheduled(now=NOW)
    assert states(third) == ["paid"]
    assert GatewayEvent.objects.get().done_at is None
    assert SetAside.objects.get().step == "apply_events"


# The mechanism


def numbered(count: int) -> list[Business]:
    return [World().business for _ in range(count)]


@pytest.mark.parametrize("bad", [{0}, {4}, {2, 3}, {0, 1, 2, 3, 4}, set()])
def test_a_batch_is_halved_until_each_bad_row_is_alone(db: None, bad: set[int]) -> None:
    rows = [business.pk for business in numbered(5)]
    spoilt, done = {rows[n] for n in bad}, []

    def act(batch: Any) -> int:
        if spoilt.intersection(batch):
            raise KeyError("percent")
        done.extend(batch)
        return len(batch)

    assert batches.run(rows_set_aside.TELL, rows, act, now=NOW) == 5 - len(bad)
    assert sorted(done) == sorted(set(rows) - spoilt)
    assert {row.subject for row in SetAside.objects.open()} == spoilt


def test_a_good_batch_is_one_call_and_the_bad_row_no_longer_spoils_it(db: None) -> None:
    rows, calls = [business.pk for business in numbered(8)], []

    def act(batch: Any) -> int:
        calls.append(len(batch))
        if rows[3] in batch:
            raise KeyError("percent")
        return len(batch)

    batches.run(rows_set_aside.TELL, [pk for pk in rows if pk != rows[3]], act, now=NOW)
    assert calls == [7]
    batches.run(rows_set_aside.TELL, rows, act, now=NOW)
    calls.clear()
    batches.run(rows_set_aside.TELL, rows, act, now=NOW + HOUR)
    assert calls == [7, 1], "it is tried alone"


def test_the_wait_grows_with_each_try_up_to_a_day(db: None) -> None:
    [business], now, waits = numbered(1), NOW, []

    def act(batch: Any) -> int:
        raise KeyError("percent")

    for _ in range(7):
        batches.run(rows_set_aside.TELL, [business.pk], act, now=now)
        row = SetAside.objects.get()
        waits.append(int((row.next_at - now).total_seconds()) // 60)
        now = row.next_at
    assert waits == [5, 15, 60, 360, 1440, 1440, 1440]
    assert (row.tries, row.created_at) == (7, NOW)


def test_a_database_that_is_away_is_no_bad_row(db: None, monkeypatch: Any) -> None:
    def act(batch: Any) -> int:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(connection, "is_usable", lambda: False)
    with pytest.raises(OperationalError):
        batches.run(rows_set_aside.TELL, [World().business.pk], act, now=NOW)
    assert not SetAside.objects.exists()


def test_every_step_runs_whatever_the_one_before_did(db: None) -> None:
    seen = []

    def breaks(*, now: Any) -> None:
        raise RuntimeError("it broke")

    def works(*, now: Any) -> int:
        seen.append(now)
        return 7

    job: dict[str, Callable[..., Any]] = {"first": breaks, "second": works}
    assert steps.run("job", job, now=NOW) == {"second": 7}
    row = SetAside.objects.failed_steps().get()
    assert (row.step, row.reason_text) == (
        "job: first",
        "An unexpected error occurred: RuntimeError: it broke.",
    )
    assert warnings(NOW) == {"steps": "One step of a job failed."}
    steps.run("job", {"first": works}, now=NOW)
    assert not SetAside.objects.failed_steps().exists()


# A silent gateway


class Silent:
    """A gateway whose calls end only when the test lets them."""

    name, in_flight, per_second = "silent", 10, 0

    def __init__(self) -> None:
        self.may_end, self.calls = threading.Event(), 0

    def lookup(self, handle: str) -> None:
        self.calls += 1
        self.may_end.wait(30)
        raise GatewayUnknown("no answer")


class Quick(Silent):
    name = "quick"

    def lookup(self, handle: str) -> str:  # type: ignore[override]
        return handle


def asking(gateway: Any, count: int, ended: Callable[[], None]) -> list[Batch[str]]:
    def begin(ids: Any) -> Any:
        yield [Call(gateway, lambda: gateway.lookup("x")) for _ in range(count)]
        ended()
        return gateway.name

    return [Batch(rows_set_aside.TELL, [World().business.pk], begin) for _ in range(4)]


def test_a_silent_account_delays_no_other(db: None) -> None:
    """The quick account's four batches end while the silent one has not answered a single call."""
    silent, quick, ended = Silent(), Quick(), []
    by_account = {
        "silent": asking(silent, 5, lambda: None),
        "quick": asking(quick, 5, lambda: ended.append(silent.may_end.is_set())),
    }
    names = []
    for name in parallel_calls.run_batches(by_account, now=NOW):
        names.append(name)
        if names.count("quick") == 4:
            silent.may_end.set()
    assert names == ["quick"] * 4 + ["silent"] * 4
    assert ended == [False] * 4


def test_a_silent_account_is_not_called_again_in_the_same_run(db: None) -> None:
    silent = Silent()
    silent.may_end.set()
    list(parallel_calls.run_batches({"silent": asking(silent, 10, lambda: None)}, now=NOW))
    # Up to ten calls are under way at a time when the tenth has no answer.
    assert parallel_calls.GIVEN_UP_AFTER <= silent.calls < 40


# On hold, and back


def test_an_agreement_that_cannot_be_billed_is_on_hold_and_its_owner_told(world: World) -> None:
    agreement = world.running(taxes=LACKS)
    billing_run.run_scheduled(now=NOW)
    agreement.refresh_from_db()
    assert agreement.parked_because == "The next invoice could not be made."
    rows_set_aside.tell_due(now=NOW)
    rows_set_aside.tell_due(now=NOW)
    letter = OutboxEmail.objects.get(kind="set_aside")
    assert letter.to == world.business.owner.email
    assert "A stored value lacks an entry: percent" in letter.text
    assert f"/agreements/{agreement.pk}/" in letter.text


def test_its_owner_releases_it_by_a_button_once_it_is_mended(world: World) -> None:
    agreement = world.running(taxes=LACKS, now=timezone.now())
    billing_run.run_scheduled(now=timezone.now())
    browser = logged_in(world.business.owner)
    page = reverse("dashboard:agreement", args=[agreement.pk])
    shown = browser.get(page).content.decode()
    assert "A stored value lacks an entry: percent" in shown
    assert "A stored value lacks an entry: percent" in browser.get("/").content.decode()
    row = SetAside.objects.get()
    release = reverse("dashboard:set_aside_release", args=[row.pk])
    assert browser.post(release).url == page
    billing_run.run_scheduled(now=timezone.now())
    assert SetAside.objects.open().get().pk != row.pk, "nothing was mended: it is set aside again"
    put(agreement, taxes=[])
    browser.post(reverse("dashboard:set_aside_release", args=[SetAside.objects.open().get().pk]))
    agreement.refresh_from_db()
    assert agreement.parked_because == ""
    billing_run.run_scheduled(now=timezone.now())
    assert states(world) == ["paid"]
    assert "percent" not in browser.get(page).content.decode()


def test_staff_see_and_release_everything_and_an_owner_only_their_own(
    world: World, other: World
) -> None:
    world.running(taxes=LACKS)
    billing_run.run_scheduled(now=NOW)
    row = SetAside.objects.get()
    release = reverse("dashboard:set_aside_release", args=[row.pk])
    owner = other.business.owner
    assert "lacks an entry" not in logged_in(owner).get("/jobs/").content.decode()
    assert logged_in(owner).post(release).status_code == 404
    owner.is_staff = True
    owner.save(update_fields=["is_staff"])
    assert "lacks an entry" in logged_in(owner).get("/jobs/").content.decode()
    assert logged_in(owner).post(release).status_code == 302
    assert not SetAside.objects.open().exists()


def test_administrators_are_told_once_a_day_without_a_tenants_name(world: World) -> None:
    world.business.owner.is_staff = True
    world.business.owner.save(update_fields=["is_staff"])
    stranger = World()
    stranger.running(taxes=LACKS)
    billing_run.run_scheduled(now=NOW)
    for hours in (0, 1, 30):
        rows_set_aside.tell_due(now=NOW + timedelta(hours=hours))
    letters = OutboxEmail.objects.filter(kind="set_aside_today")
    assert letters.count() == 2
    assert "One row is set aside" in letters[0].text
    assert stranger.business.name not in letters[0].text


# The audit


def test_the_audit_reads_the_other_rows_where_one_cannot_be_read(world: World) -> None:
    bad, good = world.billed(), World().billed()
    put(bad, taxes={"no": "list"})
    put(good, subtotal=good.subtotal - 1, tax=good.tax + 1)
    found = " ".join(find_contradictions(NOW))
    assert f"invoice {bad.pk} cannot be read" in found
    assert f"{good.number}: its taxes do not add up" in found
    document = World().sealed(card="").signed_document
    without_file(document)
    assert f"document {document.pk}" in str(run_audit(now=NOW).result["broken"])


# Health


def test_health_reports_a_run_that_does_not_finish(db: None) -> None:
    BillingRun.objects.create(door="job", started_at=NOW)
    assert findings(NOW + timedelta(minutes=14))["billing"] == ""
    late = findings(NOW + timedelta(minutes=16))["billing"]
    assert late == "The last run began 16 minutes ago and has not finished."
    assert "No run has finished" in findings(NOW + timedelta(minutes=121))["billing"]


def test_health_reports_that_no_run_has_finished_for_two_hours(world: World) -> None:
    billing_run.run_scheduled(now=NOW)
    assert findings(NOW + 2 * HOUR)["billing"] == ""
    late = findings(NOW + 2 * HOUR + timedelta(minutes=1))["billing"]
    assert late == "No run has finished within the last two hours."


@pytest.mark.parametrize("what", ["period to open", "invoice to issue", "charge"])
def test_health_reports_what_has_been_due_for_two_hours(world: World, what: str) -> None:
    if what == "charge":
        a_charge_due(world)
        Collection.objects.update(next_at=NOW)
        Agreement.objects.update(opens_at=None)
    elif what == "invoice to issue":
        a_charge_due_without_invoice(world)
    else:
        world.running()
    for hours, expected in (
        (1, ""),
        (3, "One row has been due for more than two hours."),
    ):
        assert findings(NOW + hours * HOUR)["billing"] == expected


@pytest.mark.parametrize("since", ["signature", "release"])
def test_health_counts_two_hours_from_when_a_row_could_first_be_handled(
    world: World, since: str
) -> None:
    """Not from the midnight of its first day, which may be long ago when somebody signs."""
    now = NOW + 6 * HOUR
    put(world.running(), opens_at=NOW - 5 * HOUR, signed_at=now)
    period = put_period_due(world, opened=now)
    if since == "release":
        Agreement.objects.update(signed_at=NOW)
        put(period, created_at=NOW)
        assert findings(now)["billing"] == "2 rows have been due for more than two hours."
        for agreement in Agreement.objects.all():
            audit.record(
                business=world.business,
                chain_id=agreement.id,
                event="released",
                actor="Nan",
                now=now,
            )
    assert findings(now + HOUR)["billing"] == ""
    late = "2 rows have been due for more than two hours."
    assert findings(now + 3 * HOUR)["billing"] == late


def put_period_due(world: World, opened: datetime) -> Period:
    """A period whose first day began long before it was opened, of an agreement of its own."""
    period = a_period_due(world, client=world.client("Second"))
    put(period, due_at=NOW - 5 * HOUR, created_at=opened)
    Agreement.objects.filter(pk=period.agreement_id).update(opens_at=None)
    return period


def a_charge_due_without_invoice(world: World) -> None:
    put(a_period_due(world), due_at=NOW)
    Agreement.objects.update(opens_at=None)


def test_rows_set_aside_are_a_warning_and_take_no_site_down(world: World) -> None:
    world.running(taxes=LACKS)
    billing_run.run_scheduled(now=timezone.now())
    assert findings(timezone.now())["billing"] == ""
    answer = Browser().get("/health/").json()
    assert answer["warnings"] == {"set_aside": "One row is set aside."}


def test_live_asks_nothing(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = Browser().get("/health/live/")
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_every_task_of_the_schedule_survives_a_step_that_breaks(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each task hands its steps to `steps.run`, except the sign of life."""
    ran = []
    original = steps.run

    def noted(job: str, todo: Any, *, now: Any) -> Any:
        ran.append(job)
        return original(job, todo, now=now)

    monkeypatch.setattr(steps, "run", noted)
    for name in {line["task"] for line in app.conf.beat_schedule.values()}:
        app.tasks[name]()
    alone = {name.rpartition(".")[2] for name in app.tasks if name.split(".")[1] == "tasks"}
    assert set(ran) == alone - {"pulse"}
