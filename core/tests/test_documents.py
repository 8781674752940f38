"""Documents have the same bytes every time, print every character and load nothing from outside."""

import hashlib
import os
import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.template.loader import render_to_string
from django.utils import timezone, translation
from pyhanko.pdf_utils.reader import PdfFileReader

from core.documents import glyphs, kept, render, store
from core.models import Business, Document, User
from core.models.document import DocumentKind

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
NOW = datetime(2026, 12, 1, 2, 30, 12, tzinfo=UTC)
BUSINESS = SimpleNamespace(
    name="Niran Studio", trading_as="Niran Studio Co., Ltd.", accent="teal", logo=None
)


def invoice_context(**buyer):
    """The template context of an invoice over 3,001.35 dollars, as billing passes it."""
    party = {"legal_name": "Harbour & Finch Ltd", "address": "4 Quay Street\nBristol", "tax_id": ""}
    taxes = [{"name": "VAT", "percent": "7.000", "amount": 19_635}]
    invoice = SimpleNamespace(
        number="2026-0042",
        seller={**party, "name": "Niran Studio"},
        buyer=party | buyer,
        currency="USD",
        issued_on=date(2026, 12, 1),
        due_on=date(2026, 12, 1),
        subtotal=280_500,
        total=300_135,
        taxes=taxes,
    )
    line = SimpleNamespace(
        description="Growth", starts_on=date(2026, 12, 1), ends_on=date(2027, 1, 1), amount=280_500
    )
    return {"business": BUSINESS, "invoice": invoice, "lines": [line]}


def invoice_pdf(language="en", **buyer):
    return render.pdf(
        "invoice",
        invoice_context(**buyer),
        language=language,
        title="Invoice 2026-0042",
        identifier="42",
        created=NOW,
    )


def evidence_html(rows, devices):
    """The HTML of a signed agreement with these events and devices as evidence."""
    party = {
        "name": "",
        "legal_name": "A",
        "address": "",
        "tax_id": "",
        "signer": "Ann",
        "email": "a@b.example",
    }
    terms = {
        "seller": party,
        "buyer": party,
        "currency": "USD",
        "interval": "monthly",
        "starts_on": "2026-12-01",
        "offered_at": None,
    }
    evidence = {
        "signer": "Ann",
        "signed_at": NOW,
        "rows": rows,
        "devices": devices,
        "read_sha256": "",
        "terms_hash": "t",
        "chain_head": "",
    }
    context = {
        "business": BUSINESS,
        "terms": terms,
        "tier": {"name": "T", "amount": 1, "minutes": 0},
        "clauses": [],
        "evidence": evidence,
        "title": "T",
        "language": "en",
    }
    return render_to_string("documents/agreement.html", context)


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_same_document_has_the_same_bytes_in_any_time_zone_and_language(language):
    first = invoice_pdf(language)
    with timezone.override(ZoneInfo("Pacific/Auckland")), translation.override("th"):
        assert invoice_pdf(language) == first


def output_of_new_process(script):
    """What a script prints in a process of its own; it must not write to stderr."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "retainer_hub.settings",
        "PYTHONHASHSEED": "7",
        "RH_VAR_DIR": str(project.VAR_DIR),
        "SECRET_KEY": project.SECRET_KEY,
        "TZ": "Asia/Bangkok",
        # WeasyPrint leaves the file of a colour profile open
        "PYTHONWARNINGS": "default,ignore::ResourceWarning",
    }
    setup = (
        "import django, gc, hashlib; django.setup(); "
        "from core.tests.test_documents import invoice_pdf;"
    )
    finished = subprocess.run(
        [sys.executable, "-c", setup + script],
        env=env,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert finished.stderr == ""
    return finished.stdout.strip()


def test_another_process_makes_the_same_bytes():
    printed = output_of_new_process("print(hashlib.sha256(invoice_pdf('th')).hexdigest())")
    assert printed == hashlib.sha256(invoice_pdf("th")).hexdigest()


def test_rendering_leaves_no_objects_in_memory():
    counts = output_of_new_process(
        "[print(len(gc.get_objects())) for n in range(6) "
        f"if invoice_pdf(legal_name='{uuid4().hex}' + str(n))]"
    )
    third, *_between, last = [int(count) for count in counts.split()[2:]]
    assert last - third < 100


def test_a_rendered_pdf_is_cached_and_never_served_damaged(settings, tmp_path, monkeypatch):
    settings.KEPT_PAPERS = tmp_path
    rendered = []
    original = render._write
    monkeypatch.setattr(
        render, "_write", lambda *given, **named: rendered.append(1) or original(*given, **named)
    )
    first = invoice_pdf()
    assert [invoice_pdf(), len(rendered)] == [first, 1]
    assert invoice_pdf(legal_name="Another") != first
    assert len(rendered) == 2
    for file in tmp_path.rglob("*/*"):
        file.write_bytes(file.read_bytes()[:-9] + b"x" * 9)
    assert [invoice_pdf(), len(rendered)] == [first, 3]


def test_the_cache_folder_stays_small(settings, tmp_path):
    settings.KEPT_PAPERS = tmp_path
    for n in range(3 * kept.FILES_PER_FOLDER):
        assert kept.get_or_render(f"aa{n}", lambda n=n: bytes([n])) == bytes([n])
    assert len(list((tmp_path / "aa").iterdir())) == kept.FILES_PER_FOLDER


def test_threads_that_render_at_once_do_not_disturb_each_other():
    with ThreadPoolExecutor(4) as pool:
        pdfs = set(pool.map(lambda _: invoice_pdf(), range(8)))
    assert len(pdfs) == 1


def test_a_document_is_tagged_for_screen_readers_in_its_language():
    root = PdfFileReader(BytesIO(invoice_pdf("th"))).root
    assert root["/MarkInfo"]["/Marked"].value
    assert root["/Lang"] == "th"
    for identification in (b'pdfuaid:part="1"', b'pdfaid:part="3"', b'pdfaid:conformance="A"'):
        assert identification in root["/Metadata"].data


def test_thai_text_is_copied_out_of_a_pdf_as_it_was_written():
    pdf = invoice_pdf("th", legal_name="บริษัท ทำน้ำ จำกัด", address="ร้านกาแฟบ้านสวน")
    fonts = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    texts = b"".join(fonts[name]["/ToUnicode"].data.lower() for name in fonts)
    assert b"<0e33>" not in texts, "the glyph of า, which is also half of ำ, would be copied as ำ"
    assert b"<0e32>" in texts
    assert b"<0e4d>" in texts


#: One name, whose words are separated by spaces here; Thai itself writes none.
THAI = (
    "บริษัท ผลิตภัณฑ์ อาหาร และ เครื่องดื่ม แห่ง ประเทศ ไทย ร่วมมือ พัฒนา ธุรกิจ "
    "ขนาด กลาง และ ขนาด ย่อม เพื่อ ความ ยั่งยืน ของ ชุมชน"
)


def test_thai_breaks_between_words_although_no_space_separates_them():
    pdf = invoice_pdf("th", legal_name=THAI.replace(" ", ""), address="end")
    text = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    name = text[text.index(THAI.split()[0]) : text.rindex("end")]
    thai_only = ("".join(re.findall("[\u0e01-\u0e5b]", line)) for line in name.splitlines())
    lines = [line for line in thai_only if line]
    assert len(lines) > 1 and "".join(lines) == THAI.replace(" ", "")
    word_ends = set(accumulate(len(word) for word in THAI.split()))
    line_ends = set(accumulate(len(line) for line in lines))
    assert line_ends <= word_ends


FORBIDDEN_ADDRESSES = [
    "file:///etc/passwd",
    "file:///etc/hostname?sarabun.ttf",
    "file://localhost/etc/passwd",
    "FILE:///etc/passwd",
    f"{glyphs.FONTS.as_uri()}/../render.py",
    f"{glyphs.FONTS.as_uri()}/%2e%2e/render.py",
    f"{glyphs.FONTS.as_uri()}/..%2frender.py",
    f"{glyphs.FONTS.as_uri()}/Sarabun-Regular.ttf/../../render.py",
    f"{glyphs.FONTS.as_uri()}/Sarabun-Regular.ttf?x",
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/x.png",
    "ftp://127.0.0.1:{port}/x",
    "data:text/html,<script>1</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    "jar:file:///etc/passwd!/x",
    "file:///proc/self/environ",
    "file://[bad/x",
    "",
]
REFERENCES = (
    '<img alt="x" src="{url}"><link rel="stylesheet" href="{url}">'
    '<link rel="attachment" href="{url}">'
    '<a rel="attachment" href="{url}">x</a><object data="{url}"></object><embed src="{url}">'
    '<div style="background: url({url})">x</div><style>@import url("{url}");'
    '@font-face {{ font-family: x; src: url("{url}") }}</style>'
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}"/><use href="{url}#a"/></svg>'
)


@pytest.mark.parametrize("url", FORBIDDEN_ADDRESSES)
def test_no_document_reads_a_foreign_file_or_the_network(url):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = url.replace("{port}", str(server.getsockname()[1]))
        assert not render.is_own_file(address)
        pdf = render._write(f"<title>x</title><body>{REFERENCES.format(url=address)}", "1", {}, NOW)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "/Names" not in PdfFileReader(BytesIO(pdf)).root, "nothing is attached"
    assert b"/Subtype /Image" not in pdf


def test_a_document_reads_its_fonts_and_a_logo_but_follows_no_symbolic_link(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    logos, secret = tmp_path / "logos", tmp_path / "secret.png"
    logos.mkdir()
    secret.write_bytes(b"secret")
    (logos / "a.png").write_bytes(b"logo")
    (logos / "link.png").symlink_to(secret)
    assert render.is_own_file((glyphs.FONTS / "Sarabun-Bold.ttf").as_uri())
    assert render.is_own_file((logos / "a.png").as_uri())
    assert not render.is_own_file((logos / "link.png").as_uri())
    assert not render.is_own_file(secret.as_uri())


def test_typed_text_is_printed_and_never_interpreted():
    html = render_to_string(
        "documents/invoice.html", invoice_context(legal_name="<img src=file:///etc/passwd>{{ 7 }}")
    )
    assert "&lt;img src=file:///etc/passwd&gt;{{ 7 }}" in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "text", ["café", "Łódź", "บริษัท น้ำใส จำกัด", "฿ € £ ¥ ₫ – — “x” … × ·", "a\nb\u200bc"]
)
def test_names_of_many_countries_can_be_printed(text):
    assert glyphs.missing_glyphs(text) == []


def test_the_amounts_on_an_invoice_show_all_their_decimals():
    html = render_to_string("documents/invoice.html", invoice_context())
    assert all(amount in html for amount in ("$2,805.00", "$196.35", "$3,001.35"))


def test_evidence_is_printed_in_full_and_missing_parts_as_not_recorded():
    seen = {
        "at": NOW,
        "label": "Signed",
        "actor": "Ann",
        "ip": "203.0.113.7",
        "device": "Device (1)",
    }
    unseen = {"at": NOW, "label": "Offered", "actor": "Bo", "ip": None, "device": ""}
    device = {"number": 1, "name": "", "user_agent": "x" * 300 + "🤖"}
    html = evidence_html([seen, unseen], [device])
    assert "x" * 300 + "\\u{1F916}" in html
    assert "2026-12-01 02:30:12" in html
    # once for the origin of the unseen event, and for each of the two missing hashes
    assert html.count("not recorded") == 3
    assert glyphs.missing_glyphs(html) == []


@pytest.fixture
def business(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return Business.objects.create(owner=User.objects.create_user("ann@studio.example"), name="Ann")


def store_pdf(business, pdf=b"%PDF-1.7 one"):
    return store.save(business=business, kind=DocumentKind.INVOICE, title="One", pdf=pdf, now=NOW)


def file_of(document):
    return Path(project.MEDIA_ROOT) / document.path


def test_the_same_bytes_are_stored_once_for_each_business(business):
    other = Business.objects.create(owner=User.objects.create_user("bo@studio.example"), name="Bo")
    first = store_pdf(business)
    assert store_pdf(business) == first
    assert store_pdf(other) != first
    assert store_pdf(other).path == first.path
    assert Document.objects.count() == 2
    assert store.read(first) == b"%PDF-1.7 one"
    assert [path.name for path in file_of(first).parent.iterdir()] == [f"{first.sha256}.pdf"]


def test_a_stored_file_that_was_altered_or_deleted_is_refused(business):
    document = store_pdf(business)
    file_of(document).write_bytes(b"%PDF-1.7 two")
    with pytest.raises(store.DocumentAltered):
        store.read(document)
    file_of(document).unlink()
    with pytest.raises(store.DocumentAltered):
        store.read(document)
    assert store.read(store_pdf(business)) == b"%PDF-1.7 one", (
        "storing the right bytes again repairs the file"
    )


def test_a_document_is_found_by_its_bytes_alone(business):
    document = store_pdf(business)
    assert store.find_by_content(b"%PDF-1.7 one") == document
    assert store.find_by_content(b"%PDF-1.7 one ") is None
