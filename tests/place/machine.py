"""A Debian of its own in a folder, which systemd-nspawn boots without any daemon of this machine."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit")
ENVIRONMENT = ("env", "-i", "HOME=/root", "LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
PATIENCE = 120  # seconds to boot, or to stop


class Machine:
    """What is in `root`; between `boot` and `stop` its systemd runs, with a network of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.container: subprocess.Popen[bytes] | None = None
        self.leader = 0  # the process id of its systemd

    def make(self) -> None:
        """An empty Debian 12, as a machine has it after its installation."""
        with_systemd = "--include=ca-certificates,curl,dbus,openssl,systemd,systemd-sysv"
        words = ["mmdebstrap", "--quiet", "--variant=minbase", with_systemd, "bookworm", self.root]
        subprocess.run(words, check=True)

    def prepare(self, command: str) -> None:
        """Run a command with this machine's network, before the other one boots."""
        words = [
            *NSPAWN,
            "--pipe",
            "--resolv-conf=replace-host",
            "-D",
            self.root,
            *ENVIRONMENT,
            "sh",
            "-euc",
            command,
        ]
        done = subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    def boot(self) -> None:
        words = [*NSPAWN, "--private-network", "--console=pipe", "-D", self.root, "--boot"]
        with (self.root.parent / "console").open("ab") as log:
            self.container = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        children = Path(f"/proc/{self.container.pid}/task/{self.container.pid}/children")
        self._soon("a process", lambda: bool(children.read_text().split()))
        self.leader = int(children.read_text().split()[0])
        ready = "systemctl is-system-running | grep -Eq 'running|degraded'"
        self._soon("systemd", lambda: self._enter(["sh", "-c", ready]).returncode == 0)

    def run(self, command: str) -> str:
        """What a command of its root says; raises an AssertionError if it fails."""
        done = self._enter(["sh", "-euc", command])
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def stop(self) -> None:
        """Shut it down as a machine is; after PATIENCE, pull its plug."""
        if self.container is None:
            return
        self._enter(["systemctl", "poweroff"])
        try:
            self.container.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.container.pid, signal.SIGKILL)
        self.container = None

    def _enter(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        spaces = ("--mount", "--pid", "--uts", "--net", "--ipc", "--cgroup")
        words = ["nsenter", "--target", str(self.leader), *spaces, *ENVIRONMENT, *command]
        return subprocess.run(words, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def _soon(self, what: str, is_there: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_there():
            assert time.monotonic() < end, f"no {what}: see {self.root.parent}/console"
            time.sleep(0.5)
