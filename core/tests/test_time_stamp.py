"""A time stamp is optional: a document is sealed whatever the time stamp service does."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.files.uploadedfile import SimpleUploadedFile
from pyhanko.sign.timestamps import DummyTimeStamper

from core.documents import seal, store
from core.models import Business, User
from core.models.document import DocumentKind
from core.tests.test_seal import NOW, flipped, installation, plain

pytestmark = [pytest.mark.rendering, pytest.mark.django_db]
__all__ = ["installation"]
STAMPED = NOW + timedelta(seconds=7)


@pytest.fixture(scope="module")
def authority() -> DummyTimeStamper:
    """pyHanko's test authority, which signs real RFC 3161 tokens with this certificate."""
    private_key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Clock House")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    der = serialization.Encoding.DER
    key = private_key.private_bytes(
        der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    cert = asn1.Certificate.load(certificate.public_bytes(der))
    return DummyTimeStamper(
        cert, keys.PrivateKeyInfo.load(key), certs_to_embed=[cert], fixed_dt=STAMPED
    )


class Service:
    """A time stamp service that answers in one of several ways, and counts the requests."""

    def __init__(self, authority: DummyTimeStamper) -> None:
        self.mode, self.requests = "works", 0
        self.authority, self.stopped = authority, Event()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        self.requests += 1
        if self.mode == "hangs":
            self.stopped.wait(30)
        if self.mode in ("hangs", "fails"):
            return 500, b"no"
        if self.mode == "nonsense":
            return 200, b"hello"
        request = tsp.TimeStampReq.load(body)
        if self.mode == "another document":
            request["message_imprint"]["hashed_message"] = b"\x00" * 32
        return 200, self.authority.request_tsa_response(request).dump()


@pytest.fixture
def service(settings: Any, installation: Any, authority: DummyTimeStamper) -> Iterator[Service]:
    running = Service(authority)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = running.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.TIMESTAMP_URL = f"http://127.0.0.1:{server.server_address[1]}/"
    yield running
    running.stopped.set()
    server.shutdown()
    server.server_close()


def test_without_an_address_no_service_is_called(settings: Any, service: Service) -> None:
    settings.TIMESTAMP_URL = ""
    assert seal.stamped(plain(), reason="Agreement", now=NOW)[1] == ""
    assert service.requests == 0


def test_a_seal_carries_the_time_of_the_service_and_stays_intact(service: Service) -> None:
    sealed, note = seal.stamped(plain(), reason="Agreement", now=NOW)
    status = seal.verify(sealed)
    assert status.intact
    assert (status.stamped_at, status.signed_at) == (STAMPED, NOW)
    assert note == f"{STAMPED.isoformat()}, Common Name: Clock House"
    assert not seal.verify(flipped(sealed, 4000)).intact


@pytest.mark.parametrize("mode", ["fails", "nonsense", "another document", "hangs"])
def test_a_failing_service_leaves_a_seal_without_a_time_stamp_and_the_reason_why(
    mode: str, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seal, "TIMESTAMP_TIMEOUT", 0.5)
    service.mode = mode
    sealed, note = seal.stamped(plain(), reason="Agreement", now=NOW)
    assert seal.verify(sealed).intact
    assert seal.verify(sealed).stamped_at is None
    assert note.startswith("none, because ")
    before = service.requests
    assert seal.stamped(plain(), reason="Agreement", now=NOW)[1] == note
    assert service.requests == before, (
        "it is not called for some minutes, so that a batch does not wait for it each time"
    )


def test_an_unreachable_service_does_not_prevent_sealing(settings: Any, installation: Any) -> None:
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/"
    sealed, note = seal.stamped(plain(), reason="Agreement", now=NOW)
    assert seal.verify(sealed).intact
    assert note.startswith("none, because ")


def test_the_verify_page_shows_the_time_stamp(db: None, client: Any, service: Service) -> None:
    sealed = seal.seal(plain(), reason="Agreement", now=NOW)
    business = Business.objects.create(
        owner=User.objects.create_user("ann@studio.example"), name="Ann"
    )
    store.save(
        business=business,
        kind=DocumentKind.SIGNED_AGREEMENT,
        title="Agreement",
        pdf=sealed,
        now=NOW,
    )
    page = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", sealed)}).content.decode()
    assert "Time stamp" in page
    assert "Clock House" in page
