"""bin/bench backup: 200 clients for five years, beside the plain tools on the same rows and files.

Processor seconds of the process and of all that it starts; `pg_dump` and `tar` are the floor.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.parts.engines import Postgres, Sqlite, engines
from benchmarks.parts.figures import Figure, tell
from benchmarks.parts.process import ask

MOST = 120  # seconds, for a backup
PLAIN = """
import sqlite3, sys
sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))
"""


def backing_up(engine: Sqlite | Postgres, clients: int, months: int) -> Iterator[Figure]:
    """Build the world, then measure the floor, a backup, an encrypted one, and the restore."""
    var = Path(os.environ["RH_VAR_DIR"]) / engine.name
    var.mkdir()
    os.environ["RH_VAR_DIR"] = str(var)
    url = engine.create("years")
    made = ask("years", url, clients=clients, months=months)
    size = sum(path.stat().st_size for path in var.rglob("*") if path.is_file())
    detail = f"{made['invoices']:,} invoices, {size / 1e6:,.0f} MB of files"
    with tempfile.TemporaryDirectory(dir=var.parent) as scratch:
        to = Path(scratch)
        floor = seconds(plainly(engine, to), var, url) + seconds(
            ["tar", "-cf", str(to / "files.tar"), "-C", str(var), "media"], var, url
        )
        (to / "files.tar").unlink()
        yield Figure(engine.name, "the plain tools and tar", floor, "s", "", "", detail)
        key = subprocess.run(
            command("backup", "--new-key", str(to / "key")), capture_output=True, text=True
        ).stdout.strip()
        for what, options in {"backup": [], "backup, encrypted": ["--key", key]}.items():
            took = seconds(command("backup", "--to", scratch, *options), var, url)
            yield Figure(engine.name, what, took, "s", f"≤ {MOST}", "")
            yield Figure(engine.name, f"{what}, by the plain tools", took / floor, "times", "", "")
        archive = str(next(to.glob("*.tar")))
        took = seconds(
            command("restore", archive, "--no-gateways"), to / "restored", engine.create("again")
        )
        yield Figure(engine.name, "restore", took, "s", "", "")
    for name in ("years", "again"):
        engine.drop(name)
    os.environ["RH_VAR_DIR"] = str(var.parent)
    shutil.rmtree(var)


def plainly(engine: Sqlite | Postgres, to: Path) -> list[str]:
    """The command that copies the database with its own tool and nothing else."""
    if isinstance(engine, Postgres):
        place = ["-h", engine.socket, "-U", "rh", "-d", "years"]
        return ["pg_dump", "-Fc", *place, "-f", str(to / "plain.dump")]
    source = engine.url("years").removeprefix("sqlite:///")
    return [sys.executable, "-c", PLAIN, source, str(to / "plain.sqlite3")]


def command(*words: str) -> list[str]:
    """A management command."""
    return [sys.executable, "manage.py", *words]


def seconds(words: list[str], var: Path, url: str) -> float:
    """The processor seconds of a command and all that it starts. It must succeed."""
    environment = os.environ | {"RH_VAR_DIR": str(var), "DATABASE_URL": url, "DEBUG": "on"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    found = [each for each in engines() if asked.engine in (None, each.name.lower())]
    tell(
        (figure for each in found for figure in backing_up(each, asked.clients, asked.months)),
        as_json=asked.json,
    )


main()
