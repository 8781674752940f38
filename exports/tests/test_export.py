"""A business can export everything and verify the files on their own; no secret is in them."""

import csv
import hashlib
import io
import json
import subprocess
import uuid
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.models import Agreement, Signature
from agreements.rules.terms import CollectBy
from billing.charging import issue_one_off
from billing.invoices.one_off import Order
from billing.models import Collection, GatewayAccount, Invoice, PaymentMethod
from billing.runs.billing_run import run_billing
from core.database import vault
from core.models import Document, OutboxEmail
from core.storage import places
from core.tables.spreadsheet import plain
from delivery.hours import time_log
from delivery.models import Deliverable, Report
from delivery.reports import report_run, send_reports
from delivery.work import checklist_actions, hand_over
from exports import archive_contents, requested_exports, tables
from exports.archive import LONGEST, Archive, safe_name
from exports.models import Scope
from tests.world import NOW, World

LATER = NOW + timedelta(days=31)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """The folder in which this installation stores all files."""
    settings.RH_VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def lived(world: World, folder: Path) -> Agreement:
    """An agreement with every kind of document."""
    agreement = world.sealed()
    for now in (NOW, LATER):
        run_billing(now=now, door="test")
    time_log.log_time(agreement=agreement, on=NOW.date(), minutes=60, note="=1+1", now=NOW)
    report_run.run_reports(now=LATER, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=LATER)
    return agreement


def files_of(agreement: Agreement, now: Any = LATER) -> zipfile.ZipFile:
    file = io.BytesIO()
    archive = Archive(file, now=now)
    archive_contents.add_agreement(archive, agreement)
    archive.close(archive_contents.readme_text(agreement.title, now))
    return zipfile.ZipFile(file)


def checked(archive: zipfile.ZipFile, folder: Path) -> tuple[int, str]:
    """Verify the archive as its README describes."""
    archive.extractall(folder)
    done = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True
    )
    return done.returncode, done.stdout


def manifest(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))


def test_an_agreement_is_exported_with_every_document_and_sha256sum_confirms_them(
    lived: Agreement, tmp_path: Path
) -> None:
    archive = files_of(lived)
    kinds = [row["Kind"] for row in manifest(archive)]
    assert sorted(kinds) == sorted(
        [
            "Agreement",
            "Signed agreement",
            "Report",
            "History",
            "History",
            "History",
            *["Invoice", "Receipt"] * 2,
        ]
    )
    status, output = checked(archive, tmp_path / "out")
    assert status == 0, output
    assert output.count(": OK") == len(kinds) + 1
    signed = next(row for row in manifest(archive) if row["Kind"] == "Signed agreement")
    assert lived.signed_document
    assert signed["SHA-256"] == lived.signed_document.sha256
    changed = tmp_path / "out" / signed["File"]
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    assert checked_again(tmp_path / "out") != 0


def checked_again(folder: Path) -> int:
    return subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True
    ).returncode


def test_anybody_can_check_the_record_by_following_the_readme(lived: Agreement) -> None:
    archive = files_of(lived)
    assert (
        "chain_id, n, event, actor, at, ip, user_agent, data, previous"
        in archive.read("README.txt").decode()
    )
    record = json.loads(archive.read("history.json"))["record"]
    assert len(record) > 6
    for event in record:
        names = ("chain_id", "n", "event", "actor", "at", "ip", "user_agent", "data", "previous")
        text = json.dumps(
            [event[name] for name in names],
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        assert hashlib.sha256(text.encode()).hexdigest() == event["hash"]


def test_a_damaged_document_is_listed_as_damaged_and_the_rest_is_exported(
    lived: Agreement, settings: Any, tmp_path: Path
) -> None:
    whole = len(files_of(lived).namelist())
    broken = Document.objects.get(kind="report")
    (Path(settings.MEDIA_ROOT) / broken.path).write_bytes(b"%PDF-1.7 something else")
    archive = files_of(lived)
    assert len(archive.namelist()) == whole - 1
    (line,) = [row for row in manifest(archive) if row["State"]]
    assert (line["Kind"], line["SHA-256"]) == ("Report", broken.sha256)
    assert line["State"].startswith("damaged")
    assert checked(archive, tmp_path / "out")[0] == 0


def test_the_same_content_gives_the_same_bytes(lived: Agreement) -> None:
    first, second = files_of(lived), files_of(lived)
    assert first.fp and second.fp
    assert [first.fp.seek(0), first.fp.read()] == [second.fp.seek(0), second.fp.read()]


def test_a_full_export_holds_every_table_of_the_business_and_no_secret(
    lived: Agreement, tmp_path: Path
) -> None:
    other = World()
    other.client("A stranger")
    business = lived.business
    token = "tok_CANARY"
    GatewayAccount.objects.create(
        business=business,
        gateway="acme",
        secret=vault.seal("sk_CANARY"),
        hint="…NARY",
        connected_at=NOW,
    )
    PaymentMethod.objects.filter(business=business).update(token=token)
    row = requested_exports.request_export(business=business, scope=Scope.EVERYTHING, now=LATER)
    assert requested_exports.build_due(now=LATER) == 1
    archive = zipfile.ZipFile(places.exports().local_copy(row.file_name))
    names = set(archive.namelist())
    for model in tables.business_models():
        assert {
            f"data/{model._meta.label_lower}.csv",
            f"data/{model._meta.label_lower}.json",
        } <= names
    text = "".join(
        archive.read(name).decode(errors="replace") for name in names if not name.endswith(".pdf")
    )
    code, key = Signature.objects.exclude(code_row=None).get().code_row, Collection.objects.first()
    assert key
    for secret in (
        token,
        "sk_CANARY",
        bytes(GatewayAccount.objects.get().secret).decode(),
        str(code),
        str(key.prepare_key),
    ):
        assert secret not in text
    assert "A stranger" not in text
    assert {json.loads(archive.read("data/billing.invoice.json"))[0]["number"]} <= set(
        Invoice.objects.values_list("number", flat=True)
    )
    assert "'=1+1" in archive.read("data/delivery.timeentry.csv").decode()
    assert checked(archive, tmp_path / "out")[0] == 0


def test_a_client_is_exported_with_contacts_notes_statement_and_agreements(
    lived: Agreement,
) -> None:
    type(lived.client).objects.filter(pk=lived.client.pk).update(
        notes="Likes tea", name="ร้านกาแฟ ../บ้าน"
    )
    row = requested_exports.request_export(
        business=lived.business, scope=Scope.CLIENT, client=lived.client, now=LATER
    )
    requested_exports.build_due(now=LATER)
    names = zipfile.ZipFile(places.exports().local_copy(row.file_name)).namelist()
    assert {"client.json", "contacts.csv", "notes.txt", "statement.csv"} <= set(names)
    assert {"agreements.agreement.json", "billing.invoice.json"} <= set(names)
    assert any(name.endswith("Retainer/history.pdf") for name in names)
    assert not [name for name in names if ".." in Path(name).parts or name.startswith("/")]


def test_an_export_requested_twice_is_built_once_and_survives_a_killed_worker(
    world: World, folder: Path
) -> None:
    ask = {"business": world.business, "scope": Scope.EVERYTHING}
    row = requested_exports.request_export(**ask, now=NOW)
    assert requested_exports.request_export(**ask, now=NOW) == row
    type(row).objects.update(
        lease_until=NOW + requested_exports.LEASE
    )  # somebody took it and was killed
    assert requested_exports.build_due(now=NOW) == 0
    assert requested_exports.build_due(now=NOW + 2 * requested_exports.LEASE) == 1
    assert requested_exports.build_due(now=NOW + 2 * requested_exports.LEASE) == 0
    email = OutboxEmail.objects.get(kind="export")
    assert email.to == world.business.owner.email
    assert email.text.count("/settings/data/") == 1
    requested_exports.delete_expired(now=NOW + 3 * requested_exports.LEASE + requested_exports.KEPT)
    row.refresh_from_db()
    assert (row.state, places.exports().local_copy(row.file_name).exists()) == ("gone", False)


def test_an_export_that_fails_is_given_up_after_three_tries(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = requested_exports.request_export(business=world.business, scope=Scope.EVERYTHING, now=NOW)
    monkeypatch.setattr(archive_contents, "add_business", lambda *_: 1 / 0)
    for n in range(3):
        assert requested_exports.build_due(now=NOW + n * 2 * requested_exports.LEASE) == 0
    row.refresh_from_db()
    assert row.state == "failed"
    assert list(places.exports().local_copy(row.file_name).parent.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a\\b:c", "a-b-c"),
        ("ใบแจ้งหนี้ ๑", "ใบแจ้งหนี้ ๑"),
        ("CON", "_CON"),
        ("aux.txt", "_aux.txt"),
        ("...", "_"),
        ("", "_"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("line\nbreak\x00", "linebreak"),
        ("🎉 party", "🎉 party"),
    ],
)
def test_a_name_is_safe_on_every_system_and_keeps_its_language(name: str, kept: str) -> None:
    assert safe_name(name) == kept
    assert len(safe_name(name * 200).encode()) <= LONGEST + 1


def test_two_files_of_the_same_name_are_both_kept(tmp_path: Path) -> None:
    file = io.BytesIO()
    archive = Archive(file, now=NOW)
    for name in ("Retainer", "retainer", "Retainer"):
        archive.add(f"{archive.folder('', name)}x.txt", [name], kind="Data")
        archive.add("same.txt", [uuid.uuid4().hex], kind="Data")
    archive.add("manifest.csv", ["mine"], kind="Data")
    archive.close("")
    names = zipfile.ZipFile(file).namelist()
    assert len({name.lower() for name in names}) == len(names) == 10
    assert checked(zipfile.ZipFile(file), tmp_path)[0] == 0


@pytest.mark.parametrize(
    ("cell", "kept"), [("=1", "'=1"), (" @x", "' @x"), ("-", "'-"), (-5, -5), ("a=b", "a=b")]
)
def test_a_cell_is_never_a_formula(cell: object, kept: object) -> None:
    assert plain(cell) == kept


def test_a_handed_over_file_is_in_the_archive(world: World, folder: Path) -> None:
    agreement = world.running(
        tier={"name": "Growth", "deliverables": [{"title": "plan", "promised": 1}]}
    )
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    plan = SimpleUploadedFile("October plan.pdf", b"%PDF-1.7 the plan")
    promised = Deliverable.objects.select_related("period__agreement", "period__business").get()
    hand_over.hand_over(deliverable=promised, actor="Nan", now=NOW, file=plan)
    packed = files_of(agreement, NOW)
    assert packed.read("files/2026-11-02 October plan.pdf") == b"%PDF-1.7 the plan"


def test_an_invoice_without_an_agreement_is_exported_with_its_client(
    world: World, folder: Path
) -> None:
    client = world.client()
    order = Order(client, "Workshop", 200_00, "USD", CollectBy.TRANSFER, uuid.uuid4())
    invoice = issue_one_off.issue_one_off(
        business=world.business, order=order, confirmed=False, actor="Nan", now=NOW
    )
    file = io.BytesIO()
    archive = Archive(file, now=NOW)
    archive_contents.add_client(archive, client)
    archive.close("")
    names = zipfile.ZipFile(file).namelist()
    assert [name for name in names if name.endswith(".pdf") and invoice.number in name]
