"""Runs other programs, and commands of this one in another environment."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from django.conf import settings

Done = subprocess.CompletedProcess[str]


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Done:
    """Run a program to its end, and keep what it says."""
    return subprocess.run(  # noqa: S603 - the commands are ours
        command, env=environment, capture_output=True, text=True, check=False
    )


def manage(environment: Mapping[str, str], *words: str) -> Done:
    """Run a management command in another environment."""
    return run([sys.executable, str(settings.BASE_DIR / "manage.py"), *words], environment)


def begin(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    reads: IO[bytes] | int | None = None,
    writes: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a program whose input or output is a pipe; what it says is kept."""
    return subprocess.Popen(  # noqa: S603 - the commands are ours
        command, env=environment, stdin=reads, stdout=writes, stderr=subprocess.PIPE
    )


def last_line(said: str) -> str:
    """Return the last line of what a program said: Python's and Django's own error is there."""
    return (said.strip().splitlines() or ["?"])[-1].removeprefix("CommandError: ")
