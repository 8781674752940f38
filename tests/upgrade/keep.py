"""bin/keep-release: fills a database with the demo and one row of every kind, and keeps it as that of a release."""

import argparse
import io
import os
import re
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from tests.upgrade import kept


def fill() -> None:
    """Migrate, play the demo up to this moment, and add a business that has one row of every kind."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("demo", stdout=io.StringIO())  # its links are for nobody
    from core import nudge
    from tests.test_tenancy import rows_of
    from tests.world import World

    with nudge.muted():
        rows_of(World())
    call_command("audit")


def dumped(folder: Path) -> bytes:
    """SQLite's file, or the statements that make the database anew on a PostgreSQL server."""
    if kept.vendor() == "sqlite":
        copy = folder / "copy.sqlite3"
        with closing(sqlite3.connect(folder / "retainer_hub.sqlite3")) as database:
            database.execute("VACUUM INTO ?", [str(copy)])
        return copy.read_bytes()
    program = str(Path(os.environ.get("POSTGRES_BIN", "")) / "pg_dump")
    words = ["--inserts", "--rows-per-insert=100", "--no-owner", "--no-privileges"]
    command = [program, *words, os.environ["DATABASE_URL"]]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.sub(r"^\\.*\n", "", text, flags=re.M).encode()  # what only psql understands


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/keep-release", description=__doc__)
    parser.add_argument("release", help="its number: 0.1.0")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        kept.use(folder)
        fill()
        for path in kept.keep(asked.release, dumped(folder), folder):
            print(f"{path.stat().st_size // 1024:>6} kB  {path.relative_to(kept.ROOT)}")


if __name__ == "__main__":
    main()
