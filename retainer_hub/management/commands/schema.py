"""The command `schema`: which migrations are applied, and back to those of an earlier version."""

import sys
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from core.database import frozen_rows

Key = tuple[str, str]  # app and name of a migration
HEAD = (
    "# Applied migrations of Retainer Hub: "  # and how many: half a list would take back too much
)


class Command(BaseCommand):
    """Print the applied migrations, or take back those that a list does not have."""

    help = (
        "Print the applied migrations, one a line. With --back-to, take back those that are not in "
        "such a list: the earlier version works with the database again, and no row of it is lost."
    )
    requires_system_checks = []  # the database is meant not to fit

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--back-to`."""
        parser.add_argument(
            "--back-to",
            metavar="FILE",
            help="what `schema` printed before the update (- for standard input)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print or take back. Raises CommandError; on PostgreSQL nothing was taken back then."""
        executor = MigrationExecutor(connection)
        applied = set(executor.loader.applied_migrations)
        if options["back_to"]:
            kept = _listed(options["back_to"])
            if missing := kept - applied:
                raise CommandError(f"Not applied: {', '.join(_lines(missing))}.", returncode=1)
            self._take_back(executor, kept, applied - kept)
        else:
            lines = _lines(applied)
            self.stdout.write("\n".join([f"{HEAD}{len(lines)}", *lines]))

    def _take_back(self, executor: MigrationExecutor, kept: set[Key], extra: set[Key]) -> None:
        apps = {app for app, _name in extra}
        targets = [
            max((key for key in kept if key[0] == app), default=(app, None)) for app in sorted(apps)
        ]
        whole = transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
        try:
            with whole:
                executor.migrate(targets)
                frozen_rows.freeze_again(_frozen(executor, kept))
        except IrreversibleError as error:
            raise CommandError(f"{error}. Restore the backup.", returncode=1) from error
        left = set(MigrationExecutor(connection).loader.applied_migrations) - kept
        if left:
            raise CommandError(f"Still applied: {', '.join(_lines(left))}.", returncode=1)
        self.stdout.write(f"Taken back: {len(extra)}.")


def _frozen(executor: MigrationExecutor, kept: set[Key]) -> list[frozen_rows.Freeze]:
    graph = executor.loader.graph
    plan = executor.migration_plan(graph.leaf_nodes(), clean_start=True)
    return frozen_rows.in_force(each for each, _ in plan if (each.app_label, each.name) in kept)


def _lines(keys: set[Key]) -> list[str]:
    return sorted(f"{app}.{name}" for app, name in keys)


def _listed(file: str) -> set[Key]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
    except OSError as error:
        raise CommandError(str(error), returncode=1) from error
    first, *lines = text.splitlines() or [""]
    split = (line.strip().partition(".") for line in lines)
    keys = {(app, name) for app, _dot, name in split}
    if first != f"{HEAD}{len(keys)}" or not keys:
        raise CommandError(f"{file} is no whole list of `bin/manage schema`.", returncode=1)
    return keys
