"""bin/test upgrade: restores the kept database of a release, brings it to this version and back, audits it, opens every page."""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.upgrade import contents, kept


def upgraded(release: str, folder: Path, rows: int) -> int:
    """What is wrong, said line by line; how much."""
    kept.restore(release, folder)
    if wrong := taken_back(folder):
        print("\n".join(wrong))
        return len(wrong)
    for words in (
        ["migrate", "-v0"],
        ["check", "--database", "default", "--fail-level", "ERROR"],
        ["audit"],
    ):
        if subprocess.run([sys.executable, "manage.py", *words], cwd=kept.ROOT).returncode:
            print(f"bin/manage {' '.join(words)} failed")
            return 1
    return walked(rows) if rows else 0


def taken_back(folder: Path) -> list[str]:
    """Bring the database to this version and back; what is not as it was."""
    before, migrations = contents.contents(folder), folder / "migrations"
    migrations.write_text(_manage("schema"))
    _manage("migrate", "-v0")
    _manage("schema", "--back-to", str(migrations))
    return contents.differences(before, contents.contents(folder))


def _manage(*words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=kept.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def walked(rows: int) -> int:
    """Open every page with so many rows of its kind; the number of those that did not answer."""
    import django

    django.setup()
    from tests.upgrade.walk import never_answered, walk

    began = time.monotonic()
    done = walk(rows)
    missing = never_answered(done)
    for failure in done.failures:
        print(failure)
    for name in missing:
        print(f"{name}: it answered for no row of the kept database")
    print(
        f"{done.pages} pages of {len(done.answered)} addresses opened in {time.monotonic() - began:.0f} s: "
        f"{len(done.failures)} failures, {len(missing)} addresses that never answered"
    )
    return len(done.failures) + len(missing)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test upgrade", description=__doc__)
    parser.add_argument("--release", default=kept.releases()[-1], choices=kept.releases())
    parser.add_argument(
        "--rows",
        type=int,
        default=3,
        help="rows of a kind that a page is opened with; 0 opens none",
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept.use(Path(folder))
        return upgraded(asked.release, Path(folder), asked.rows)


if __name__ == "__main__":
    sys.exit(bool(main()))
