"""Every job meets every kind of poison: the others are served, and the bad row comes back mended.

The jobs are those of the schedule. A new one fails here until it has a scene, and its kinds of
poison a scene or the reason why it cannot meet them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from billing.gateways.sandbox.gateway import Sandbox
from billing.models import BillingRun
from core.database.vault import unseal
from core.jobs.set_aside import STEPS, key
from core.models import SetAside
from retainer_hub.celery import app
from tests import gateways
from tests.poison.scenes import SCENES, Poison, Scene
from tests.world import World

KINDS = (
    "bad_json",
    "wrong_key",
    "unreadable",
    "constraint",
    "oversized",
    "missing_file",
    "unknown_state",
)
#: Why a job cannot meet a kind of poison, or where it is shown instead.
CANNOT: dict[str, dict[str, str]] = {
    "billing.tasks.bill": {"missing_file": "it reads no file"},
    "billing.tasks.resolve": {
        "bad_json": "it reads no frozen JSON; a payment object is read by its own fields",
        "wrong_key": "it leaves the account to `bill`: test_promises",
        "oversized": "amounts were checked when they were issued",
        "missing_file": "it reads no file",
    },
    "billing.tasks.audit": dict.fromkeys(KINDS, "it writes nothing to a row: test_promises"),
    "billing.tasks.forecast": dict.fromkeys(
        KINDS, "it writes nothing to a row: billing/tests/test_forecast.py"
    ),
    "billing.tasks.read_fees": {
        "bad_json": "it reads no frozen JSON",
        "wrong_key": "it leaves the account to `bill`: test_promises",
        "oversized": "it computes no amount",
        "missing_file": "it reads no file",
        "unknown_state": "it reads no state; what a gateway reports is its own object",
    },
    "billing.tasks.fetch_rates": dict.fromkeys(KINDS, "it reads no row but the business's"),
    "agreements.tasks.seal_signed": {
        "wrong_key": "it uses no key of a tenant",
        "oversized": "it computes no amount",
    },
    "agreements.tasks.watch_seal": dict.fromkeys(KINDS, "it has no rows of a tenant"),
    "delivery.tasks.send_reports": {
        "wrong_key": "it uses no key",
        "oversized": "it computes no amount",
        "missing_file": "it reads no file",
    },
    "delivery.tasks.print_reports": {
        "wrong_key": "it uses no key",
        "unreadable": "a report holds what it prints in its snapshot",
        "oversized": "it computes no amount",
        "missing_file": "a logo that is missing is left out",
        "unknown_state": "a report holds what it prints in its snapshot",
    },
    "delivery.tasks.watch_hours": {
        "wrong_key": "it uses no key",
        "missing_file": "it reads no file",
    },
    "delivery.tasks.watch_pace": {
        "bad_json": "it reads no frozen JSON",
        "wrong_key": "it uses no key",
        "oversized": "it computes no amount",
        "missing_file": "it reads no file",
    },
    "delivery.tasks.watch_work": {
        "wrong_key": "it uses no key",
        "oversized": "it computes no amount",
        "missing_file": "it reads no file",
        "unknown_state": "an unknown state is not due",
    },
    "exports.tasks.make_exports": {
        "bad_json": "values are written as they are",
        "wrong_key": "secrets are not exported",
        "unreadable": "values are written as they are",
        "oversized": "it computes no amount",
        "unknown_state": "values are written as they are",
    },
    "core.tasks.send_mail": {
        "bad_json": "an email is stored as text",
        "wrong_key": "it uses no key of a tenant",
        "unreadable": "an email that cannot be rendered waits in the outbox: tests/test_outbox.py",
        "oversized": "it computes no amount",
        "missing_file": "an email without its attachment waits in the outbox: tests/test_outbox.py",
        "unknown_state": "an unknown state is not due",
    },
    "retainer_hub.tasks.prune": dict.fromkeys(
        [kind for kind in KINDS if kind != "constraint"], "it reads no value of a row, only its age"
    ),
    "retainer_hub.tasks.back_up": dict.fromkeys(KINDS, "it has no rows of a tenant"),
    "core.tasks.watch_health": dict.fromkeys(KINDS, "it has no rows of a tenant"),
    "core.tasks.pulse": dict.fromkeys(KINDS, "it has no rows of a tenant"),
}
BY_TASK: dict[str, list[Scene]] = defaultdict(list)
for scene in SCENES:
    BY_TASK[STEPS[scene.step].task].append(scene)
SCHEDULED = sorted({line["task"] for line in app.conf.beat_schedule.values()})
CASES = [
    pytest.param(scene, poison, id=f"{scene.step}-{kind}")
    for scene in SCENES
    for kind, poison in scene.poisons.items()
]


def test_every_step_of_every_job_has_a_scene() -> None:
    assert {scene.step for scene in SCENES} == set(STEPS)
    assert {step.task for step in STEPS.values()} <= set(SCHEDULED)


@pytest.mark.parametrize("task", SCHEDULED)
def test_every_job_meets_every_kind_of_poison_or_says_why_it_cannot(task: str) -> None:
    met = {kind for scene in BY_TASK[task] for kind in scene.poisons}
    assert met.isdisjoint(CANNOT[task])
    assert met | CANNOT[task].keys() == set(KINDS)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run a job of the schedule at an instant, on a machine that has run all along."""

    def at(task: str, now: datetime) -> None:
        BillingRun.objects.exclude(door="audit").delete()
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda: now)
            app.tasks[task]()

    class Acme(Sandbox):
        """A sandbox with an account for each business."""

        name = "acme"

        def clock(self) -> datetime:
            return timezone.now()

    def build(row: Any) -> Acme:
        unseal(row.secret)
        return Acme()

    acme = gateways.kind("acme", Acme, is_shared=False, is_pretended=False)
    with gateways.registered(gateways.replace(acme, build=build)):
        yield at


@pytest.mark.parametrize(("scene", "poison"), CASES)
def test_a_bad_row_is_set_aside_alone_and_comes_back_when_it_is_mended(
    scene: Scene, poison: Poison, run: Any, db: None
) -> None:
    task, one, other = STEPS[scene.step].task, World(), World()
    bad, good = scene.arrange(one), scene.arrange(other)
    mend = poison(one, bad)
    run(task, scene.at)
    assert scene.done(good), "another tenant's work waits"
    assert not scene.done(bad)
    assert (
        not SetAside.objects.open()
        .filter(business=other.business)
        .exclude(subject=other.business.pk, step="collect")
        .exclude(step="collect", detail="percent")
        .exists()
    )
    row = SetAside.objects.open().get(step=scene.step, subject=key(scene.row(bad).pk))
    assert row.reason_text and "%(" not in row.reason_text
    assert row.business_id in (one.business.pk, None)
    mend()
    run(task, row.next_at + timedelta(hours=2))
    assert scene.done(bad), "it works again, and is not done"
    assert not SetAside.objects.open().filter(step=scene.step).exists()
