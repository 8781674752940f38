"""Money, mail and documents have queues of their own, and no task runs for ever."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from core.jobs import batches, steps
from core.jobs.queues import DOCUMENTS, MAIL, MONEY, QUEUES
from core.models import Business, Heartbeat, SetAside
from core.system import rows_set_aside
from core.system.health_checks import findings
from core.tasks import pulse
from retainer_hub import serve
from retainer_hub.celery import app
from tests.world import NOW, World

TASKS = {name: task for name, task in app.tasks.items() if name.split(".")[1] == "tasks"}
WHERE = {
    MONEY.name: {"billing.tasks.bill", "billing.tasks.resolve", "billing.tasks.audit"},
    MAIL.name: {"core.tasks.send_mail", "core.tasks.watch_health"},
}


def queue_of(name: str) -> str:
    """The queue that a message for this task is put into."""
    return str(app.amqp.router.route({}, name)["queue"].name)


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"core.tasks.pulse"}))
def test_each_task_has_its_queue_and_its_limits(name: str) -> None:
    queue = queue_of(name)
    assert queue == next((each for each in WHERE if name in WHERE[each]), DOCUMENTS.name)
    (limits,) = [each for each in QUEUES if each.name == queue]
    assert (TASKS[name].soft_time_limit, TASKS[name].time_limit) == (limits.soft, limits.hard)
    assert limits.soft < limits.hard


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_what_the_scheduler_sends_expires_when_it_sends_it_again(name: str) -> None:
    line = app.conf.beat_schedule[name]
    schedule, now = line["schedule"], timezone.now()
    if isinstance(schedule, float):
        between = timedelta(seconds=schedule)
    else:
        first = now + schedule.remaining_estimate(now)
        between = schedule.remaining_delta(first)[1]
    seconds = between.total_seconds() if isinstance(between, timedelta) else 86_400
    assert 0 < line["options"]["expires"] <= seconds + 1


def test_each_queue_has_a_worker_that_can_end_its_tasks() -> None:
    """Celery enforces time limits only where tasks run in processes (the pool "prefork")."""
    commands = serve.commands("127.0.0.1:8000").values()
    for queue in QUEUES:
        (command,) = [each for each in commands if f"{queue.name}@%h" in each]
        assert command[command.index("-Q") + 1] == queue.name
        assert command[command.index("--pool") + 1] == "prefork"


def test_health_names_the_queue_that_nobody_works_on(db: None) -> None:
    pulses = {
        line["options"]["queue"]: line["args"]
        for line in app.conf.beat_schedule.values()
        if line["task"] == "core.tasks.pulse"
    }
    assert set(pulses) == {queue.name for queue in QUEUES}
    for queue, arguments in pulses.items():
        pulse(*arguments)
        assert Heartbeat.objects.filter(name=queue).exists()
    now = timezone.now()
    assert findings(now)["worker"] == ""
    Heartbeat.objects.filter(name=MAIL.name).update(at=now - timedelta(minutes=4))
    assert findings(now)["worker"] == "Queue mail: It last reported 240 seconds ago."


STEP = rows_set_aside.TELL  # any step whose rows are businesses


def each(act: Callable[[Any], int]) -> None:
    ids = Business.objects.order_by("pk").values_list("pk", flat=True)
    batches.run_each(STEP, ids, act, now=NOW)


def whole(act: Callable[[Any], int]) -> None:
    ids = Business.objects.order_by("pk").values_list("pk", flat=True)
    batches.run(STEP, ids, act, now=NOW)


def rows(act: Callable[[Any], int]) -> None:
    batches.run_rows(STEP, Business.objects.all(), act, now=NOW)


@pytest.mark.parametrize("way", [each, whole, rows])
def test_when_its_time_is_up_a_job_ends_and_sets_nobody_aside(db: None, way: Any) -> None:
    for _tenant in range(3):
        World()
    asked = []

    def act(row: Any) -> int:
        asked.append(row)
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        way(act)
    assert len(asked) == 1, "no other row was tried"
    assert not SetAside.objects.exists()


def test_the_time_can_be_up_while_a_row_is_set_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def up(*args: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr("core.jobs.set_aside._store", up)
    with pytest.raises(SoftTimeLimitExceeded):
        batches.run_each(STEP, [world.business.pk], lambda pk: 1 // 0, now=NOW)


def test_a_step_whose_time_is_up_is_shown_and_no_further_step_begins(db: None) -> None:
    began = []

    def slow(*, now: Any) -> None:
        raise SoftTimeLimitExceeded

    with pytest.raises(SoftTimeLimitExceeded):
        steps.run("bill", {"slow": slow, "next": lambda *, now: began.append(1)}, now=NOW)
    assert not began
    row = SetAside.objects.failed_steps().get()
    assert (row.title, row.reason_text) == ("bill: slow", "It took longer than a task may take.")
    steps.run("bill", {"slow": lambda *, now: None}, now=NOW)
    assert not SetAside.objects.failed_steps().exists()
