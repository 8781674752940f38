"""The product over HTTP on PostgreSQL and Redis, with the real web server, worker and beat.

How they work together on SQLite, with queues in files, is seen after bin/run
(tests/house/test_commands.py).
"""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from django.db import connection

from core.continuity.in_redis import REDIS_MARK, REDIS_NUMBERS
from tests.mail_server import HUNG, MailServer
from tests.person import Person, letter, soon
from tests.selling import sign

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Use this run's database and broker, and a new folder for everything else."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as shared:
        shared.delete(REDIS_MARK, REDIS_NUMBERS)  # of the installations of other tests
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return os.environ | {
        "RH_VAR_DIR": str(tmp_path / "var"),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DEBUG": "on",
        "PORT": str(port),
        "PYTHONWARNINGS": "ignore",
    }


def manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(environment: dict[str, str], log_path: Path) -> Iterator[str]:
    """Start web server, worker and beat as bin/run does; yield the URL of the site."""
    command = [sys.executable, "-m", "retainer_hub.serve", "--port", environment["PORT"]]
    with log_path.open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            soon("the web server", lambda: answers(environment["SITE_URL"]))
            yield environment["SITE_URL"]
        finally:
            process.terminate()
            process.wait(60)


def answers(site: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{site}/accounts/login/", timeout=5).status == 200)
    except OSError:
        return False


def health(site: str) -> str:
    try:
        return urllib.request.urlopen(f"{site}/health/", timeout=10).read().decode()
    except urllib.error.HTTPError:
        return ""


@pytest.fixture
def on_servers(transactional_db: None, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis, with a copy of the tests' empty database."""
    copy, empty = "rh_processes", connection.settings_dict["NAME"]
    connection.close()  # PostgreSQL copies only a database without connections
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{empty}"')
    yield environment | {
        "DATABASE_URL": urllib.parse.urlsplit(os.environ["DATABASE_URL"])
        ._replace(path=copy)
        .geturl()
    }
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


@pytest.mark.processes
def test_a_retainer_is_sold_signed_and_charged_by_real_processes(
    on_servers: dict[str, str], tmp_path: Path
) -> None:
    manage(on_servers, "migrate", "-v0")
    manage(on_servers, "demo", "--reset")
    with serving(on_servers, tmp_path / "log") as site:
        sell(on_servers, site)


def sell(served: dict[str, str], site: str) -> None:
    owner = Person(site)
    owner.go(manage(served, "sign_in_link", "demo@retainerhub.example").strip())
    owner.go(owner.at, go="yes")
    assert "$10,000" in owner.page
    kaew = Person(site)
    agreement = sign(owner, kaew, site)
    kaew.go("/p/payment/", go="yes")
    gateway = re.search(r'btn-primary" href="(http[^"]+)"', kaew.page)
    assert gateway
    kaew.go(gateway[1], card="succeeds")
    soon("the charge", lambda: "is paid" in kaew.go(f"{agreement}charging/state/"))
    assert "Signed: Hotel retainer" in letter(site, "Signed: Hotel retainer")
    assert "NKS-" in letter(site, "Receipt RC-")
    assert "$15,000" in owner.go("/")

    assert '"ok": true' in str(soon("health", lambda: health(site)))
    year = datetime.now(UTC).year + 1
    assert '"parked"' in manage(served, "bill", "--on", f"{year}-12-31", "--dry-run", "--json")


DUE = """
from datetime import timedelta
from django.utils import timezone
from core import nudge
from core.models import OutboxEmail
from tests.world import World

now = timezone.now()
with nudge.muted():
    world = World()
    world.running(now=now, opens_at=now)
    facts = {"business": world.business, "kind": "late", "subject": "S", "text": "T"}
    OutboxEmail.objects.bulk_create(
        OutboxEmail(ref=str(n), to=f"p{n}@x.example", next_at=now, **facts) for n in range(60)
    )
"""
LOOK = """
from django.utils import timezone
from billing.models import Invoice
from core import nudge
from core.system.health_checks import findings
from retainer_hub.celery import app

{first}
print(list(Invoice.objects.values_list("state", flat=True)), findings(timezone.now())["mail"])
"""


@pytest.mark.processes
def test_a_due_charge_starts_within_a_minute_whatever_the_mail_server_does(
    on_servers: dict[str, str], tmp_path: Path
) -> None:
    """It is silent, sixty emails wait for it, and every worker that sends emails was told so."""
    with MailServer(HUNG) as mail:
        served = on_servers | {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}"}
        manage(served, "migrate", "-v0")
        manage(served, "shell", "-v0", "-c", DUE)
        with serving(served, tmp_path / "log"):
            tell = 'for _ in range(8): nudge._send("core.tasks.send_mail", ())'
            manage(served, "shell", "-v0", "-c", LOOK.format(first=tell))
            soon("an email that waits", lambda: mail.connections)
            tell = 'nudge._send("billing.tasks.bill", ())'
            manage(served, "shell", "-v0", "-c", LOOK.format(first=tell))
            began = time.monotonic()

            def said() -> str:
                return manage(served, "shell", "-v0", "-c", LOOK.format(first=""))

            soon("the charge", lambda: "['paid']" in said())
            assert time.monotonic() - began < 60
            soon("the outage", lambda: "has not worked" in said())
