"""A client that sends slowly, or never reads, holds up nobody else (the web server's own part)."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from retainer_hub.processes.web_worker import SMALL, Arrival, arrival
from tests.person import soon

ROOT = Path(__file__).resolve().parents[1]
GET = b"GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n"
Connect = Callable[[], socket.socket]


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers how many bytes it was sent, or with more than a connection holds."""
    is_large = environ["PATH_INFO"] == "/large/"
    body = b"x" * 50_000_000 if is_large else b"%d" % len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def serving(path: str, *more: str) -> Iterator[Connect]:
    """Serve the application above as bin/run and production serve the product."""
    options = ["--bind", f"unix:{path}", "--no-control-socket", "--log-level", "critical", *more]
    command = [sys.executable, "-m", "gunicorn", *options]
    server = subprocess.Popen([*command, "tests.test_slow_clients:application"], cwd=ROOT)
    with ExitStack() as opened:

        def connect() -> socket.socket:
            client = opened.enter_context(socket.socket(socket.AF_UNIX))
            client.settimeout(60)
            client.connect(path)
            return client

        try:
            soon("the web server", lambda: listens(path))
            yield connect
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Connect]:
    """A server that waits longer for a request than the tests wait for an answer.

    It has fewer connections than the tests open.
    """
    with serving(
        str(tmp_path / "web"), "--timeout", "300", "--worker-connections", "20"
    ) as connect:
        yield connect


@pytest.fixture
def brisk(tmp_path: Path) -> Iterator[Connect]:
    """A server that soon drops what does not arrive."""
    with serving(str(tmp_path / "web"), "--timeout", "1") as connect:
        yield connect


def listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(path) == 0


def post(size: int, *headers: bytes) -> bytes:
    """The head of a request with a body of so many bytes."""
    lines = [b"POST / HTTP/1.1", b"Host: hub.example", b"Content-Length: %d" % size, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def answer(client: socket.socket) -> bytes:
    """The body of the next answer."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        sign = client.recv(1)
        assert sign, f"cut off after {head!r}"
        head += sign
    assert head.startswith(b"HTTP/1.1 200 OK")
    length = re.search(rb"Content-Length: (\d+)", head)
    assert length
    return client.recv(int(length[1]), socket.MSG_WAITALL)


def asked(connect: Connect, request: bytes) -> bytes:
    client = connect()
    client.sendall(request)
    return answer(client)


@pytest.mark.proof
@pytest.mark.parametrize(
    "part",
    [b"", GET[:-2], post(9) + b"1234", post(SMALL + 1) + b"1"],
    ids=["nothing", "half a head", "half a form", "half an upload"],
)
def test_requests_on_their_way_hold_up_nobody(patient: Connect, part: bytes) -> None:
    slow = [patient() for _ in range(30)]
    for client in slow:
        with suppress(ConnectionError):  # where there are too many, the server drops some
            client.sendall(part)
    assert asked(patient, GET) == b"0"
    assert asked(patient, post(9) + b"123456789") == b"9"


@pytest.mark.proof
def test_not_the_newest_connection_is_dropped_where_there_are_too_many(patient: Connect) -> None:
    slow = [patient() for _ in range(30)]
    for client in slow:
        with suppress(ConnectionError):
            client.sendall(post(SMALL + 1) + b"1")
    newest = patient()
    time.sleep(0.3)  # the server has accepted it, and nothing has arrived on it yet
    newest.sendall(GET)
    assert answer(newest) == b"0"


@pytest.mark.proof
def test_a_request_that_does_not_arrive_is_dropped(brisk: Connect) -> None:
    slow = brisk()
    slow.sendall(post(9) + b"1234")
    assert slow.recv(1) == b""


@pytest.mark.proof
def test_uploads_that_stall_are_ended_and_the_next_ones_are_taken(brisk: Connect) -> None:
    for _ in range(8):
        brisk().sendall(post(1_000_000) + b"1")
    assert asked(brisk, post(1_000_000) + b"x" * 1_000_000) == b"1000000"


@pytest.mark.proof
def test_clients_that_do_not_read_are_left_alone(brisk: Connect) -> None:
    for _ in range(8):
        brisk().sendall(GET.replace(b"/ ", b"/large/ "))
    assert asked(brisk, GET) == b"0"


@pytest.mark.proof
def test_a_request_may_come_in_any_pieces_and_share_its_connection(patient: Connect) -> None:
    client = patient()
    for piece in (b"PO", post(6)[2:40], post(6)[40:], b"123", b"456"):
        client.sendall(piece)
        time.sleep(0.05)
    assert answer(client) == b"6"
    client.sendall(GET + post(3) + b"abc" + post(2 * SMALL) + b"x" * 2 * SMALL)
    assert [answer(client) for _ in range(3)] == [b"0", b"3", b"%d" % (2 * SMALL)]


@pytest.mark.proof
def test_a_client_may_ask_before_it_sends_its_body(patient: Connect) -> None:
    client = patient()
    client.sendall(post(3, b"Expect: 100-continue"))
    assert client.recv(100).startswith(b"HTTP/1.1 100 Continue")
    client.sendall(b"abc")
    assert answer(client) == b"3"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (b"", Arrival.PART),
        (GET[:-1], Arrival.PART),
        (GET, Arrival.WHOLE),
        (GET + GET, Arrival.WHOLE),
        (post(0), Arrival.WHOLE),
        (post(3) + b"ab", Arrival.PART),
        (post(3) + b"abc", Arrival.WHOLE),
        (post(3).replace(b"Content-Length", b"cONTENT-lENGTH") + b"ab", Arrival.PART),
        (post(SMALL), Arrival.PART),
        (post(SMALL + 1), Arrival.UPLOAD),
        (post(3, b"Transfer-Encoding: chunked"), Arrival.UPLOAD),
        (GET[:-2] + b"X: " + b"x" * SMALL, Arrival.UPLOAD),
        (b"\0" * 9 + b"\r\n\r\n", Arrival.WHOLE),
    ],
)
def test_how_much_of_a_request_has_arrived(received: bytes, expected: Arrival) -> None:
    assert arrival(received) is expected


@pytest.mark.proof
@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Transfer-Encoding: xchunked",
        b"Content-Length: +3",
    ],
)
def test_a_request_with_two_ends_or_a_strange_one_is_refused(
    patient: Connect, lengths: bytes
) -> None:
    """A proxy that believes the other end would take the rest for somebody else's request."""
    client = patient()
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n\r\n0\r\n\r\n" + GET)
    said = b""
    while some := client.recv(4096):
        said += some
    assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")) and said.count(b"HTTP/1.1") == 1
