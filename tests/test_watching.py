"""What a monitor, a log and an error report say about the installation, and what they never say."""

import gzip
import io
import json
import logging
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import brotli
import pytest
import sentry_sdk
from celery.signals import before_task_publish
from django.test import Client as Browser
from prometheus_client.parser import text_string_to_metric_families

from core import links
from core.models.link import LinkPurpose
from retainer_hub.watching import errors, request_id
from retainer_hub.watching.log_format import JsonFormatter
from tests.copied import ROOT
from tests.factories import UserFactory
from tests.world import NOW, World

TOKEN = "m7" * 15


def figures(browser: Browser) -> dict[tuple[str, str], float]:
    """The samples of /metrics, by name and first label."""
    answer = browser.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sent", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"bearer {TOKEN}x"]
)
def test_without_the_token_there_are_no_metrics(settings: Any, sent: str) -> None:
    for settings.METRICS_TOKEN in ("", TOKEN):
        assert Browser().get("/metrics", headers={"authorization": sent}).status_code == 404


@pytest.mark.django_db
def test_metrics_say_what_waits_and_for_how_long(settings: Any, world: World) -> None:
    settings.METRICS_TOKEN = TOKEN
    before = figures(Browser())
    assert before["retainer_hub_check_ok", "database"] == 1
    assert before["retainer_hub_check_ok", "worker"] == 0, "none runs in a test"
    world.billed()
    after = figures(Browser())
    assert after["retainer_hub_billing_run_rows", "issued"] == 1
    assert after["retainer_hub_waiting", "emails"] > before["retainer_hub_waiting", "emails"]
    assert after["retainer_hub_waiting_seconds", "emails"] > 0
    Browser().get("/accounts/login/")
    pages = {
        labels for name, labels in figures(Browser()) if name == "retainer_hub_page_seconds_count"
    }
    assert "account_login" in pages


@pytest.mark.django_db
def test_an_answer_carries_the_name_of_its_request_and_only_a_trusted_proxy_gives_one(
    settings: Any,
) -> None:
    given = {"x-request-id": "from-the-proxy-1"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    own = Browser().get("/health/live/", headers=given).headers["X-Request-ID"]
    assert own != given["x-request-id"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for name, is_taken in (("from-the-proxy-1", True), ("short", False), ("a b" * 5, False)):
        answer = Browser().get("/health/live/", headers={"x-request-id": name})
        assert (answer.headers["X-Request-ID"] == name) is is_taken


def test_a_task_and_its_log_carry_the_name_of_the_request_that_started_it() -> None:
    headers: dict[str, Any] = {}
    before = request_id.current.set("of-the-request")
    try:
        before_task_publish.send("any.task", headers=headers)
        record = logging.LogRecord("any", logging.ERROR, "", 1, "said", None, None)
        request_id.RequestIdFilter().filter(record)
    finally:
        request_id.current.reset(before)
    assert headers == {"request_id": "of-the-request"}
    assert json.loads(JsonFormatter().format(record))["request"] == "of-the-request"


@pytest.mark.django_db
def test_the_log_in_json_has_one_object_a_line_and_no_token() -> None:
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=UserFactory().pk, now=NOW)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("test_watching")
    log.addHandler(handler)
    try:
        raise ValueError(f"two\nlines about {links.url(link)}")
    except ValueError:
        log.exception("Asked for /accounts/password/reset/key/1-a2b3/ and %s", links.url(link))
    finally:
        log.removeHandler(handler)
    (line,) = handler.stream.getvalue().splitlines()
    said = json.loads(line)
    assert said["level"] == "ERROR"
    assert "ValueError: two\nlines about" in said["traceback"]
    assert "/reset/key/…/" in said["message"]
    assert links.token(link.pk).partition(":")[2] not in line


def test_the_web_server_writes_its_own_lines_as_json_too(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('two\\nlines')")
    command = [sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "broken"]
    environment = {"PATH": os.environ["PATH"], "LOG_FORMAT": "json", "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    written = ended.stderr.replace("two\nlines\n", "")  # gunicorn prints what ended it as well
    said = [json.loads(line) for line in written.splitlines()]
    assert {line["logger"] for line in said} == {"gunicorn.error"}
    assert any("RuntimeError: two\nlines" in line.get("traceback", "") for line in said)


@pytest.fixture
def sentry(settings: Any) -> Iterator[tuple[list[bytes], Any]]:
    """A server that takes what is sent to Sentry."""
    bodies: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            opened = {"br": brotli.decompress, "gzip": gzip.decompress}
            bodies.append(opened[self.headers["Content-Encoding"]](body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SENTRY_DSN = f"http://key@127.0.0.1:{server.server_port}/1"
    errors.begin()
    try:
        yield bodies, settings
    finally:
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
        server.shutdown()
        server.server_close()


@pytest.mark.django_db
def test_an_error_report_names_the_page_and_nothing_that_a_person_wrote(
    sentry: tuple[list[bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies, _settings = sentry
    user, canary = UserFactory(), secrets.token_hex()
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=user.pk, now=NOW)

    def fails(*_: Any, **__: Any) -> None:
        variable = canary
        raise RuntimeError(f"while opening {links.url(link)}") from KeyError(len(variable))

    monkeypatch.setattr("core.links.find", fails)
    browser = Browser(raise_request_exception=False)
    browser.cookies["sessionid"] = canary
    path = f"/sign-in/{links.token(link.pk)}/?q={canary}"
    browser.post(path, {"note": canary}, headers={"authorization": canary})
    sentry_sdk.flush()
    sent = b"".join(bodies)
    assert b"RuntimeError" in sent
    assert b"/sign-in/" in sent
    assert canary.encode() not in sent
    assert links.token(link.pk).partition(":")[2].encode() not in sent
    assert user.email.encode() not in sent
