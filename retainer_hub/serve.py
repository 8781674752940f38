"""Runs web, worker and beat together until it is told to stop; a child that dies is started again."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from retainer_hub import development, owner

LONGEST_WAIT = 30.0  # seconds between restarts of a child that keeps dying
PATIENCE = 15.0  # seconds a child has to stop by itself
PR_SET_PDEATHSIG = 1
AS_ROOT = "ignore:You're running the worker with superuser privileges:UserWarning"  # in a container all are root


class Child:
    """One process of its own session, restarted with a growing pause. Its standard output is greetings: not shown."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.wait, self.start_at, self.started = 1.0, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def look(self, now: float) -> None:
        """Start it, or start it again."""
        if self.process and self.process.poll() is None:
            if now - self.started > LONGEST_WAIT:
                self.wait = 1.0
            return
        if self.process and self.start_at <= self.started:
            say(f"{self.name} stopped ({self.process.returncode}); again in {self.wait:.0f} s")
            self.start_at, self.wait = now + self.wait, min(self.wait * 2, LONGEST_WAIT)
        if now >= self.start_at:
            self.process = subprocess.Popen(  # noqa: S603 - the commands are ours
                self.command,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            self.started = now

    def stop(self) -> None:
        """Ask it to stop; insist after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def die_with_parent() -> None:
    """On Linux a killed supervisor leaves no children behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    """One line for whoever watches the terminal."""
    sys.stderr.write(f"[serve] {text}\n")


def children(port: int) -> list[Child]:
    """Web, worker and beat; never a worker with beat inside: killing it would leave its beat alive."""
    python = sys.executable
    celery = [python, "-W", AS_ROOT, "-m", "celery", "-A", "retainer_hub", "--quiet"]
    web = [
        python,
        "-m",
        "gunicorn",
        "--no-control-socket",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "8",
        "--log-level",
        "warning",
        "retainer_hub.wsgi",
    ]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "warning"]
    return [
        Child("web", web),
        Child("worker", [*worker, "--without-gossip", "--without-mingle"]),
        Child("beat", [*celery, "beat", "--loglevel", "warning"]),
    ]


def main() -> None:
    """Keep them running until SIGINT or SIGTERM, then stop them in reverse order."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8000)
    all_of_them = children(parser.parse_args().port)
    folder = development.folder(os.environ)
    owner.become_owner_of(folder)
    development.remember(folder, os.environ)
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        for child in all_of_them:
            child.look(time.monotonic())
        time.sleep(0.5)
    say("stopping")
    for child in reversed(all_of_them):
        child.stop()


if __name__ == "__main__":
    main()
