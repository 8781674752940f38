"""Deletes what the rules say, in batches; nothing while the clock or the database is in doubt."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from billing.runs import billing_run
from core.continuity import standing
from core.errors import StandsStill
from core.jobs import batches, set_aside, steps
from retainer_hub.pruning import leftovers
from retainer_hub.pruning.rules import RULES, Rule

MOST = 20_000  # rows of each rule in a run; the next night goes on
BATCH = 500


def nightly(*, now: datetime) -> dict[str, int]:
    """Delete what is due; return how many rows by the names of the rules.

    A clock that jumped ahead would make everything old, so nothing is deleted before a person has
    confirmed it. Raises StandsStill.
    """
    if row := standing.in_doubt():
        raise StandsStill(standing.sentence(row.doubt))
    if why := billing_run.clock_doubt(now):
        raise StandsStill(why)
    return prune(now=now)


def prune(*, now: datetime, rules: Sequence[Rule] = RULES) -> dict[str, int]:
    """Delete what is due by these rules, and temporary files that killed processes left."""
    each: dict[str, Callable[..., Any]] = {rule.name: partial(_prune, rule) for rule in rules}
    return steps.run("prune", {**each, "files": leftovers.clear}, now=now)


def due(*, now: datetime) -> dict[str, int]:
    """Count what would be deleted now, by the names of the rules."""
    return {rule.name: rule.due(now).count() for rule in RULES}


def _prune(rule: Rule, *, now: datetime) -> int:
    rows = rule.due(now)
    if rule.title:
        step = set_aside.STEPS[rule.step]
        rows = set_aside.without_waiting(rows, step, now)
    ids = list(rows.order_by().values_list("pk", flat=True)[:MOST])

    def act(batch: Sequence[Any]) -> int:
        # Asked for once more: somebody may have used a row since.
        return rule.act(rule.due(now).filter(pk__in=batch), now)

    if rule.title:
        return batches.run(step, ids, act, now=now, size=BATCH)
    deleted = 0
    for first in range(0, len(ids), BATCH):
        with transaction.atomic():
            deleted += act(ids[first : first + BATCH])
    return deleted
