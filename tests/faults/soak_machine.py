"""The processes of `bin/test soak`: PostgreSQL, Redis, mail server, workers and beats in one folder."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core.jobs.queues import DOCUMENTS, MAIL, MONEY
from retainer_hub.serve import die_with_parent
from retainer_hub.serve import worker as serve_worker

POSTGRES_USER = ["unshare", "-U", "--map-user=1000", "--map-group=1000"] if os.getuid() == 0 else []
SIGNALS = {
    "postgres": signal.SIGQUIT
}  # an immediate shutdown: nothing is finished, the log is replayed


@dataclass
class Process:
    """A program in its own session that is killed and started again."""

    name: str
    command: Sequence[str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program if it does not run."""
        if self.running and self.running.poll() is None:
            return
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def kill(self) -> None:
        """Kill the whole process group, so that no child survives."""
        if self.running and self.running.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, SIGNALS.get(self.name, signal.SIGKILL))
            self.running.wait()
        self.running = None


@dataclass
class Machine:
    """All the processes, and which of them ended although nobody killed them."""

    folder: Path
    all: dict[str, Process] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, *command: str) -> None:
        self.all[name] = Process(name, command, self.folder / f"{name}.log")
        self.all[name].start()

    def servers(self, *settings: str) -> None:
        """Start PostgreSQL with every commit flushed to disk, and Redis without persistence."""
        paths = server_paths()
        data, port, mail_port = str(self.folder / "data"), free_port(), free_port()
        initdb = [
            *POSTGRES_USER,
            f"{paths['POSTGRES_BIN']}/initdb",
            "-D",
            data,
            "-U",
            "rh",
            "-A",
            "trust",
        ]
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C"], check=True, stdout=subprocess.DEVNULL
        )
        postgres = [
            *POSTGRES_USER,
            f"{paths['POSTGRES_BIN']}/postgres",
            "-D",
            data,
            "-k",
            str(self.folder),
        ]
        self.add("postgres", *postgres, "-c", "listen_addresses=", *settings)
        self.add("redis", paths["REDIS_BIN"], "--bind", "127.0.0.1", "--port", port, "--save", "")
        os.environ |= {
            "DATABASE_URL": f"postgres://rh@/postgres?host={self.folder}",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "RH_VAR_DIR": str(self.folder / "var"),
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEBUG": "off",
            "SECRET_KEY": "only-for-the-soak-" * 3,
        }
        postman = (sys.executable, "-m", "tests.faults.postman", str(self.folder), mail_port)
        self.add("postman", *postman)

    def workers(self, shorter: float, plant: str) -> None:
        """Start two workers for money, one each for mail and documents, and two beats.

        One beat is enough, but two must do no harm.
        """
        program = (
            sys.executable,
            "-m",
            "tests.faults.soak_process",
            str(self.folder),
            str(shorter),
            plant,
        )
        for n, queue in enumerate((MONEY, MONEY, MAIL, DOCUMENTS), 1):
            self.add(f"worker {n}", *program, *serve_worker(queue), "-n", f"w{n}@soak")
        for n in (1, 2):
            self.add(
                f"beat {n}",
                *program,
                "beat",
                "--loglevel",
                "error",
                "-s",
                str(self.folder / f"beat{n}"),
            )

    def revive(self) -> None:
        """Restart what ended, as a supervisor does."""
        for each in self.all.values():
            if each.running and each.running.poll() is not None:
                self.ended[each.name.split()[0]] += 1
                each.start()

    def close(self) -> None:
        for each in reversed(self.all.values()):
            each.kill()
        shutil.rmtree(self.folder)


def server_paths() -> dict[str, str]:
    """Where the programs of PostgreSQL and Redis are (bin/servers.py)."""
    command = [sys.executable, "bin/servers.py"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(line.replace("'", "").split("=", 1) for line in found.splitlines())


def free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
