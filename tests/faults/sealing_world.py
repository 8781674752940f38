"""The data of `bin/test sealing`, two agreements and an amendment, and the judge of the result."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from agreements.changing import amend
from agreements.models import Agreement, Amendment, Signature
from agreements.signing import seal, sign
from clients import client_records
from clients.models import Contact
from core import audit, links
from core.dates import local_day
from core.documents import store, verify
from core.models import Document, OutboxEmail
from core.models.document import SEALED
from tests.world import HERE, World

NOW = timezone.now().astimezone(UTC).replace(microsecond=0)
PAPERS = 3
STRAY = "files of killed workers lie in the store without a row; nothing leads to them"


def prepare() -> None:
    """Create three signed documents that wait for their seal."""
    world = World()
    client = world.client(now=NOW)
    second = client_records.add_contact(
        client=client, name="Somchai", email="somchai@baan.example", now=NOW
    )
    first = world.signed(
        world.picked(world.proposal(client, now=NOW, **_terms(), cosigners=[second]), now=NOW),
        now=NOW,
    )
    _sign(first, second)
    other = world.client("ร้านกาแฟ", now=NOW, language="th")
    world.signed(
        world.picked(world.proposal(other, now=NOW, language="th", **_terms()), now=NOW), now=NOW
    )
    day = amend.effective_days(first, local_day(NOW, first.time_zone))[0]
    change = amend.Change(amend.AmendmentKind.TIER, day, amount=4_000_00)
    _sign(
        amend.offer_amendment(agreement=first, change=change, actor="Nan", now=NOW), first.contact
    )


def _terms() -> dict[str, Any]:
    return {"starts_on": local_day(NOW, "Asia/Bangkok")}


def _sign(paper: Agreement | Amendment, who: Contact) -> None:
    begun = sign.request_code(
        paper=paper, contact=who, name=who.name, consented=True, now=NOW, origin=HERE
    )
    code = links.code(begun.code_row)
    sign.sign_with_code(
        paper=paper, contact=who, code=code, now=NOW + timedelta(minutes=1), origin=HERE
    )


def work(now: datetime) -> None:
    """Run the job."""
    seal.seal_signed(now=now)


def judge(now: datetime) -> tuple[list[str], int]:
    """Return what is wrong, and how many files on the disk have no row."""
    papers: list[Any] = [*Agreement.objects.all(), *Amendment.objects.all()]
    wrong = [] if len(papers) == PAPERS else [f"{len(papers)} papers"]
    for paper in papers:
        wrong += [f"{type(paper).__name__}: {words}" for words in _of(paper)]
    sealed = list(Document.objects.filter(kind__startswith=SEALED))
    if len(sealed) != len(papers):
        wrong.append(f"{len(sealed)} sealed documents for {len(papers)} papers")
    if seal.seal_signed(now=now):
        wrong.append("something was still to be sealed")
    known = set(Document.objects.values_list("sha256", flat=True))
    files = [
        path for path in (Path(settings.MEDIA_ROOT) / "documents").rglob("*") if path.is_file()
    ]
    return wrong, sum(path.stem not in known for path in files)


def _of(paper: Agreement | Amendment) -> list[str]:
    document = paper.signed_document
    if document is None:
        return ["not sealed"]
    wrong = []
    found = verify.examine(store.read(document))
    if found.word != verify.Word.INTACT:
        wrong.append(f"verify says {found.word}")
    chain = audit.chain(paper.pk)
    told = [event.data["sha256"] for event in chain if event.event == "sealed"]
    if told != [document.sha256]:
        wrong.append(f"the record tells of {len(told)} seals")
    if not audit.is_whole(chain):
        wrong.append("the record is broken")
    return wrong + _letters(paper, document)


def _letters(paper: Agreement | Amendment, document: Document) -> list[str]:
    amendment = paper if isinstance(paper, Amendment) else None
    people = Signature.objects.filter(
        agreement=paper.agreement, amendment=amendment, contact__isnull=False
    )
    due = sorted([paper.business.owner.email, *people.values_list("contact__email", flat=True)])
    written = OutboxEmail.objects.filter(kind="signed", ref__startswith=f"{paper.pk}:")
    wrong = (
        []
        if sorted(written.values_list("to", flat=True)) == due
        else [f"{written.count()} letters for {len(due)}"]
    )
    return wrong + ["another file was mailed"] * written.exclude(attachment=document).count()
