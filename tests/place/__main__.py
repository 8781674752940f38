"""bin/test place: the commands of docs/install.md for one machine, run on an empty Debian 12.

It is made by mmdebstrap in a folder and booted by systemd-nspawn, so that systemd starts the units
as it would. Packages come from the network; the booted machine has none.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from core.jobs.queues import QUEUES
from tests.copied import ROOT, copy_the_project
from tests.place.machine import Machine
from tests.place.upgrading import upgraded

HERE, HOST = "/srv/retainer-hub", "hub.example"
CERTIFICATE = f"/etc/letsencrypt/live/{HOST}"
#: What certbot would do, and a name that leads here.
PROXY = f"""
install -d {CERTIFICATE}
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST} -addext subjectAltName=DNS:{HOST} \
    -keyout {CERTIFICATE}/privkey.pem -out {CERTIFICATE}/fullchain.pem 2>/dev/null
sed s/hub.your.example/{HOST}/g {HERE}/deploy/proxy/nginx.conf > /etc/nginx/sites-enabled/retainer-hub
rm -f /etc/nginx/sites-enabled/default
echo 127.0.0.1 {HOST} >> /etc/hosts
nginx -t 2>&1
systemctl restart nginx
"""
SETTINGS = f"cd {HERE}; set -a; . /etc/retainer-hub.env; set +a; export PYTHONDONTWRITEBYTECODE=1;"
JOURNEY = f"SSL_CERT_FILE={CERTIFICATE}/fullchain.pem .venv/bin/python -m tests.place.journey"
PROCESSES = ["web", *(f"worker-{queue.name}" for queue in QUEUES), "beat"]
EXPOSURE = 20  # tenths of 10: what `systemd-analyze security` may find at most


def guide() -> list[str]:
    """The commands of docs/install.md, in their order."""
    text = (ROOT / "docs/install.md").read_text().partition("\n## On one machine")[2]
    block = re.search(r"^```sh\n(.*?)^```", text, re.M | re.S)
    assert block, "docs/install.md has no commands for one machine"
    return [line.replace("hub.your.example", HOST) for line in block[1].splitlines()]


def installed(machine: Machine) -> None:
    """Follow the guide; apt-get and bin/setup have a network, what follows has none."""
    packages = [line for line in guide() if line.startswith("apt-get")]
    rest = [line for line in guide() if line not in packages and not line.startswith("git clone")]
    machine.prepare("\n".join([*packages, f"{HERE}/bin/setup"]))
    machine.boot()
    for line in rest:
        said(f"cd {HERE}; {line}", machine.run(f"cd {HERE}; {line}"))


def said(title: str, text: str = "") -> None:
    print(f"--- {title}\n{text}", end="", flush=True)


def lived(machine: Machine) -> None:
    """A first day through the proxy, then what happens to machines."""
    said("nginx", machine.run(PROXY))
    said("a first day", machine.run(f"{SETTINGS} {JOURNEY} https://{HOST} bin/manage"))
    for name in PROCESSES:
        machine.run(f"systemctl kill --signal=KILL retainer-hub@{name}")
    said("all of them killed")
    well(machine)
    again = machine.run(f"{HERE}/deploy/install")
    assert "Stopping the services" in again and "with new keys" not in again, again
    said("installed once more", again)
    machine.stop()
    machine.boot()
    said("started again with the machine")
    well(machine)
    said("audit", machine.run(f"{SETTINGS} bin/manage audit"))


def well(machine: Machine) -> None:
    """Every service runs and every part is well, within four minutes."""
    ask = f"curl -s --cacert {CERTIFICATE}/fullchain.pem https://{HOST}/health/"
    tries = (
        f"for _ in $(seq 120); do if {ask} | grep -q '\"ok\": true'; then exit 0; fi; sleep 2; done"
    )
    machine.run(f"{tries}; {ask}; exit 1")
    for name in PROCESSES:
        machine.run(f"systemctl is-active retainer-hub@{name}")


def shut_in(machine: Machine) -> None:
    machine.run("systemd-analyze verify /etc/systemd/system/retainer-hub.target 2>&1")
    for name in PROCESSES:
        machine.run(f"systemd-analyze security --threshold={EXPOSURE} retainer-hub@{name}.service")
    others = "find /srv/retainer-hub /etc/retainer-hub.env /var/lib/retainer-hub -user retainer -perm /077"
    assert machine.run(others) == "", "files of the services are for their user alone"
    said("systemd's own opinion of the units is good")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test place")
    parser.add_argument(
        "--root", type=Path, help="a Debian 12 with systemd to copy; default: a new one"
    )
    asked = parser.parse_args()
    if os.geteuid() != 0:
        print("!!! NOT RUN: only root can boot a machine in a folder.")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="rh-place.", dir="/var/tmp"))
    machine = Machine(folder / "root")
    try:
        if asked.root:
            subprocess.run(["cp", "--archive", asked.root, machine.root], check=True)
        else:
            machine.make()
        os.umask(0o022)
        copy_the_project(machine.root / HERE.lstrip("/"))
        installed(machine)
        lived(machine)
        shut_in(machine)
        ca = f"{CERTIFICATE}/fullchain.pem"
        upgraded(machine, SETTINGS, ca=ca, site=f"https://{HOST}", well=well)
    finally:
        machine.stop()
        shutil.rmtree(folder)
    print("A machine was installed and lived.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
