"""Runs the steps of a job: each of them, whatever became of the one before."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.errors import StandsStill
from core.jobs import set_aside
from core.jobs.reasons import is_time_up
from core.models import SetAside
from core.models.set_aside import WHOLE_STEP


def run(job: str, steps: Mapping[str, Callable[..., Any]], *, now: datetime) -> dict[str, Any]:
    """Call each step with `now`; return the results by the steps' names, without failed ones.

    A step whose time is up (core.jobs.queues) ends the whole job with that error. Any other step
    that raises is logged and kept as failed (SetAside.objects.failed_steps) until a later
    run of it succeeds. The steps after it run all the same, because each finds its work by a query.
    Raises StandsStill.
    """
    results: dict[str, Any] = {}
    for name, step in steps.items():
        try:
            results[name] = step(now=now)
        except StandsStill:
            raise
        except Exception as error:
            set_aside.put_step(f"{job}: {name}", error, now=now)
            if is_time_up(error):
                raise
    failed = SetAside.objects.failed_steps().filter(step__in=[f"{job}: {name}" for name in results])
    for step_name in failed.values_list("step", flat=True):
        set_aside.worked(step_name, [WHOLE_STEP], now=now)
    return results
