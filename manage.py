#!/usr/bin/env python3
"""Django's command line for Retainer Hub. Any Python can start it; it continues with .venv's."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NOT_INSTALLED = (
    "Django is not installed. Please run bin/setup, or bin/run, which also starts Retainer Hub."
)
STOPPED = 130  # what a shell expects of a program that Ctrl-C ended


def use_the_virtual_environment() -> None:
    """Start again with .venv/bin/python, unless an active virtual environment has Django.

    This part must run in old Pythons too: macOS comes with 3.9.
    """
    python = ROOT / ".venv" / "bin" / "python"
    is_there_already = Path(sys.executable).parent.resolve() == python.parent.resolve()
    is_in_another = sys.prefix != sys.base_prefix and find_spec("django") is not None
    if not is_there_already and not is_in_another and os.access(python, os.X_OK):
        os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606 - no shell is wanted


def main() -> None:
    """Run a management command. What it makes is for this user alone."""
    os.umask(0o077)
    use_the_virtual_environment()
    if find_spec("django") is None:
        sys.exit(NOT_INSTALLED)
    from retainer_hub import development, owner, secret_files

    folder = development.folder(os.environ)
    owner.become_owner_of(folder)
    secret_files.read(os.environ)
    development.recall(folder, os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(STOPPED)
