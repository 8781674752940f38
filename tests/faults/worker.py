"""A process of the fault runner: an empty database in memory, then one seed after another."""

import gc
import logging
import os
import sqlite3
from contextlib import nullcontext

IN_MEMORY = "file:faults?mode=memory&cache=shared"
open_for_good: list[sqlite3.Connection] = []  # keeps the databases in memory alive


def start() -> None:
    """Set up Django, without log messages about the errors caused on purpose."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    import django

    django.setup()
    logging.disable(logging.CRITICAL)


def prepare() -> None:
    """Create an empty in-memory database for this process."""
    start()
    from django.db import connection

    from tests.migrated import copy_to

    open_for_good.append(copy_to(IN_MEMORY))
    connection.settings_dict["NAME"] = IN_MEMORY
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # most of a seed is short-lived


def one(asked: tuple[int, str]) -> tuple[int, str, int, list[str]]:
    """Run one seed; return (seed, mutant, kills, contradictions)."""
    from tests.faults.mutants import planted
    from tests.faults.simulation import simulate

    seed, mutant = asked
    with planted(mutant) if mutant else nullcontext():
        try:
            life, wrong = simulate(seed)
        except Exception as error:  # noqa: BLE001 - the life is broken, and the others go on
            return seed, mutant, 0, [f"{type(error).__name__}: {error}"]
    return seed, mutant, life.kills, wrong
