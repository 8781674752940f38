"""Runs web server, workers and beat together until it is stopped, and restarts those that exit.

With --only it becomes one of them, for systemd or a container, which restart each by itself.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from types import FrameType

from core.jobs.queues import QUEUES, Queue
from retainer_hub import development, owner

LONGEST_WAIT = 30.0  # seconds between restarts of a child that keeps exiting
PATIENCE = 15.0  # seconds a child has to stop after SIGTERM
PR_SET_PDEATHSIG = 1  # prctl(2)
# In a container every process runs as root, so Celery's warning would always be shown.
AS_ROOT = "ignore:You're running the worker with superuser privileges:UserWarning"


class Child:
    """A process in its own session, restarted after a pause that doubles each time.

    Its standard output is discarded: it holds only greetings.
    """

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.wait, self.start_at, self.started = 1.0, 0.0, 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def ensure_running(self, now: float) -> None:
        """Start the process if it does not run; `now` is monotonic time in seconds."""
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
        """Stop the process with SIGTERM, and its group with SIGKILL after PATIENCE."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def die_with_parent() -> None:
    """On Linux, end this child when the supervisor is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    """Print a line to the terminal."""
    sys.stderr.write(f"[serve] {text}\n")


def commands(bind: str) -> dict[str, list[str]]:
    """Return the commands of the web server, of a worker for each queue, and of beat, by name.

    Beat is not run inside the worker (`worker --beat`): killing the worker would leave it alive.
    """
    python = sys.executable
    celery = [python, "-W", AS_ROOT, "-m", "celery", "-A", "retainer_hub", "--quiet"]
    web = [
        python,
        "-m",
        "gunicorn",
        "--bind",
        bind,
        "--log-level",
        "warning",
        "retainer_hub.wsgi",
    ]
    workers = {f"worker-{queue.name}": [*celery, *worker(queue)] for queue in QUEUES}
    return {"web": web, **workers, "beat": [*celery, "beat", "--loglevel", "warning"]}


def worker(queue: Queue) -> list[str]:
    """Return Celery's arguments for the worker of a queue."""
    processes = ["--pool", "prefork", "--concurrency", str(queue.processes)]
    quiet = ["--loglevel", "warning", "--without-gossip", "--without-mingle"]
    return ["worker", "-n", f"{queue.name}@%h", "-Q", queue.name, *processes, *quiet]


def main() -> None:
    """Become one of the processes, or keep all of them running until SIGINT or SIGTERM."""
    asked = parser().parse_args()
    known = commands(asked.bind or f"127.0.0.1:{asked.port}")
    if asked.only:
        command = known[asked.only]
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    supervise([Child(*named) for named in known.items()])


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(prog="retainer_hub.serve", description=__doc__)
    made.add_argument("--port", type=int, default=8000, help="of the web server; default: 8000")
    made.add_argument("--bind", help="its address and port; default: for this machine alone")
    made.add_argument("--only", choices=commands(""), help="become this process")
    return made


def supervise(processes: list[Child]) -> None:
    """Keep the processes running until SIGINT or SIGTERM, then stop them in reverse order."""
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
        for child in processes:
            child.ensure_running(time.monotonic())
        time.sleep(0.5)
    say("stopping")
    for child in reversed(processes):
        child.stop()


if __name__ == "__main__":
    main()
