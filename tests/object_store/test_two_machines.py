"""Two machines with folders of their own share a database, a broker and a bucket, and nothing else.

On PostgreSQL and Redis, with a real web server and workers on each.
"""

import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from django.db import connection

from core.continuity.in_redis import REDIS_MARK, REDIS_NUMBERS
from core.jobs.queues import QUEUES
from tests.object_store.peer import Peer
from tests.person import Person, letter, soon
from tests.selling import sign

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
RECEIPT = b"%PDF-1.7 what the printer asked for"


class Machine:
    """A folder, a port, and the processes that are started there."""

    def __init__(self, folder: Path, shared: dict[str, str]) -> None:
        folder.mkdir()
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.site = f"http://127.0.0.1:{port}"
        self.environment = os.environ | shared | {"RH_VAR_DIR": str(folder / "var")}
        self.web = (*["-m", "gunicorn", "--no-control-socket", "--bind"], f"127.0.0.1:{port}")

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, *words: str) -> Iterator[None]:
        with (self.folder / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
            try:
                yield
            finally:
                process.terminate()
                process.wait(60)

    @contextmanager
    def serving(self) -> Iterator[None]:
        with self.running(*self.web, "retainer_hub.wsgi"):
            soon("the web server", lambda: "ok" in self._live())
            yield

    def working(self) -> "contextmanager[None]":
        """One worker for all queues, as on a small machine."""
        queues = ",".join(queue.name for queue in QUEUES)
        words = ["--pool", "prefork", "--concurrency", "2", "--without-gossip", "--without-mingle"]
        name = f"{self.folder.name}@%h"
        return self.running(
            *["-m", "celery", "-A", "retainer_hub", "worker", "-n"], name, "-Q", queues, *words
        )

    def _live(self) -> str:
        try:
            return Person(self.site).go("/health/live/")
        except (OSError, AssertionError):
            return ""


@pytest.fixture
def machines(transactional_db: None, peer: Peer, tmp_path: Path) -> Iterator[list[Machine]]:
    """Two of them, with a copy of the tests' empty database; the seal is a file for both."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as shared_redis:
        shared_redis.delete(REDIS_MARK, REDIS_NUMBERS)
    copy, empty = "rh_two_machines", connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{empty}"')
    shared = peer.settings() | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=copy).geturl(),
        "SEAL_FILE": str(tmp_path / "seal.pem"),
        "DEBUG": "on",
        "PYTHONWARNINGS": "ignore",
    }
    seal = [sys.executable, "manage.py", "renew_seal", "--print"]
    (tmp_path / "seal.pem").write_bytes(subprocess.check_output(seal, cwd=ROOT))
    one, two = (Machine(tmp_path / name, shared) for name in ("one", "two"))
    for machine in (one, two):
        machine.environment["SITE_URL"] = one.site  # what emails name
    yield [one, two]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def pdf_of(person: Person, page: str) -> bytes:
    """Open a page, and the PDF that it links to."""
    found = re.search(r'href="([^"]+/pdf/)"', person.go(page))
    assert found, person.page
    return person.download(found[1])


def intact(site: str, pdf: bytes) -> bool:
    reader = Person(site)
    reader.go("/verify/")
    return "Intact" in reader.go("/verify/", sha256=hashlib.sha256(pdf).hexdigest())


def test_what_one_machine_makes_the_other_seals_opens_and_hands_out(
    machines: list[Machine],
) -> None:
    one, two = machines
    one.manage("migrate", "-v0")
    one.manage("demo", "--reset")
    owner, kaew = Person(one.site), Person(one.site)
    with ExitStack() as stack:
        stack.enter_context(one.serving())
        stack.enter_context(two.serving())
        link = one.manage("sign_in_link", "demo@retainerhub.example").strip()
        owner.go(one.site + urlsplit(link).path)
        owner.go(owner.at, go="yes")

        with two.working():  # signed on one; printed, sealed and emailed by the worker of two
            agreement = urlsplit(sign(owner, kaew, one.site)).path
            assert "Signed: Hotel retainer" in letter(two.site, "Signed: Hotel retainer")
        with one.working():  # from here on the worker of one
            sealed = pdf_of(kaew, two.site + agreement)
            assert sealed.startswith(b"%PDF") and intact(two.site, sealed)
            assert pdf_of(kaew, one.site + agreement) == sealed

            retainer = owner.go(f"{one.site}/agreements/")
            found = re.search(r'href="(/agreements/[0-9a-f-]{36}/)"', retainer)
            assert found
            owner.go(f"{one.site}{found[1]}extra-line/")
            form = re.search(r'name="form" value="([^"]+)"', owner.page)
            assert form
            typed = {"description": "Printing", "amount": "20", "form": form[1]}
            owner.upload(f"{one.site}{found[1]}extra-line/", ("receipt.pdf", RECEIPT), **typed)
            line = re.search(r'"(/extra-lines/[0-9a-f-]{36}/receipt/)"', owner.page)
            assert line, owner.page
            assert owner.download(two.site + line[1]) == RECEIPT

            owner.go(f"{two.site}/settings/data/")
            owner.go(owner.at, scope="everything")
            export = soon(
                "the export",
                lambda: re.search(
                    r'"(/exports/[0-9a-f-]{36}/)"', owner.go(f"{two.site}/settings/data/")
                ),
            )
            body = owner.download(two.site + export[1])
            assert body.startswith(b"PK") and body == owner.download(one.site + export[1])
    for machine in machines:
        kept = {path.name for path in (machine.folder / "var").iterdir()}
        assert not kept & {"media", "exports", "seal"}
