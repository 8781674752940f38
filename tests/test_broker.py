"""Without Redis people sign in and work; when it comes back, so do the workers."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.migrated import copy_to

SIGN_IN = """
import time
import django
django.setup()
from allauth.account.models import EmailAddress
from django.test import Client
from core.models import OutboxEmail, User

email, password = "nan@studio.example", "a long password"
user = User.objects.create_user(email=email, password=password)
EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)

def post(page, **fields):
    return Client(HTTP_HOST="localhost").post(f"/accounts/{page}/", fields)

began = time.monotonic()
assert post("login", login=email, password="another password").status_code == 200
asked = [post("login/code", email=email).status_code for _ in range(4)]
assert asked == [302, 302, 302, 200], asked
assert OutboxEmail.objects.filter(to=email).count() == 3
answer = post("login", login=email, password=password)
assert (answer.status_code, answer.headers.get("Location")) == (302, "/"), answer
print(time.monotonic() - began)
"""


@pytest.mark.proof
@pytest.mark.parametrize("how", ["refuses", "says nothing"])
def test_people_sign_in_while_redis_is_away(how: str, tmp_path: Path) -> None:
    """With a password, or with one of three emailed codes a minute.

    Their limits and sessions are in the database, and the broker is waited for once.
    """
    copy_to(str(tmp_path / "retainer_hub.sqlite3")).close()
    with socket.socket() as redis:
        redis.bind(("127.0.0.1", 0))
        port = redis.getsockname()[1]
        if how == "says nothing":
            redis.listen(20)  # accepts, as a machine that is stopped does
        environment = os.environ | {
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "RH_VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "retainer_hub.settings",
            "PYTHONWARNINGS": "ignore",
        }
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-c", SIGN_IN]
        done = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert "The broker did not take" in done.stderr, "nothing was asked of Redis"
    assert float(done.stdout) < 10, "a page waits two seconds at most, and only one of them"


@pytest.mark.processes
def test_workers_come_back_when_redis_does() -> None:
    """Two rounds of `bin/test broker`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.broker", "--rounds", "2"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
