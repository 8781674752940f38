"""What each process of the fault runner does: an empty database in memory, then one seed after the other."""

import gc
import logging
import os
from contextlib import nullcontext


def prepare() -> None:
    """An empty in-memory database for this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    from django.db import connection

    connection.creation.create_test_db(verbosity=0)
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # most of a seed is short-lived


def one(asked: tuple[int, str]) -> tuple[int, str, int, list[str]]:
    """(seed, mutant, kills, contradictions)."""
    from tests.faults.mutants import planted
    from tests.faults.simulation import simulate

    seed, mutant = asked
    with planted(mutant) if mutant else nullcontext():
        try:
            life, wrong = simulate(seed)
        except Exception as error:  # a planted bug may also break the house's own rules
            if not mutant:
                raise
            return seed, mutant, 0, [f"{type(error).__name__}: {error}"]
    return seed, mutant, life.kills, wrong
