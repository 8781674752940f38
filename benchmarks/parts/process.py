"""Runs every measurement in a process of its own, so that its memory and CPU are its own."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

Measure = Callable[..., dict[str, Any]]
MEASURES: dict[str, Measure] = {}


def measure(function: Measure) -> Measure:
    """Mark what `ask` may run, by its name."""
    MEASURES[function.__name__] = function
    return function


def ask(name: str, url: str, **options: Any) -> dict[str, Any]:
    """Run one measurement in a new process on the database at `url`; what it found."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DEBUG": "off",
        "GATEWAY": "bench",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "benchmarks.parts.measures", name, json.dumps(options)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def memory() -> int:
    """The peak memory of this process, in MB (ru_maxrss is in KB on Linux, in bytes on macOS)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (2**20 if sys.platform == "darwin" else 2**10)
