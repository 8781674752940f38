"""The data of `bin/test reports`, clients of two languages, and the judge of what was sent."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings

from billing.runs.billing_run import run_billing
from core import audit
from core.digest import digest
from core.documents import store
from core.errors import RuleError
from core.models import Document, OutboxEmail
from core.models.document import DocumentKind
from core.models.outbox import OutboxState
from core.outbox import bounces, emails
from delivery.hours import time_log
from delivery.models import Report
from delivery.reports import report_pdf, report_run, review_draft, send_reports
from delivery.reports.report_emails import NUDGE
from delivery.rules.states import ReportState
from tests.world import World

BEGAN = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(days=31)
PAPERS = 3
STRAY = (
    "emails reached the mail server twice under one Message-ID (killed between its acceptance and "
    "our storing it)"
)
DAYS = (0, 4, 8, 12)  # drafted, sent, reminded of, made a task


def prepare() -> None:
    """Create three clients, each with an ended period that has some work in it."""
    world = World()
    for name, language in (("Baan", "en"), ("ร้านกาแฟ", "th"), ("Northwind", "en")):
        client = world.client(name, language=language, now=BEGAN)
        agreement = world.running(client, now=BEGAN, language=language, card="")
        run_billing(now=BEGAN, door="test")
        time_log.log_time(agreement=agreement, on=BEGAN.date(), minutes=90, note="Work", now=BEGAN)


def work(now: datetime) -> None:
    """Run the jobs over twelve days; on the first, a person sends one report by hand, twice."""
    for days in DAYS:
        _walk(now + timedelta(days=days), by_hand=not days)


def _walk(now: datetime, *, by_hand: bool = False) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.faults.mailbox.Mailbox", str(_mail())
    _mail().mkdir(exist_ok=True)
    report_run.run_reports(now=now, door="test")
    if by_hand:
        _by_hand(now)
    report_pdf.render_due(now=now)
    emails.send_due(now=now)


def _by_hand(now: datetime) -> None:
    for report in Report.objects.filter(client__name="Baan").select_related(
        "client", "period__agreement__contact"
    ):
        for _press in range(2):
            try:
                review_draft.save_texts(
                    report=report, comment="Good.", next_text="", decision="Go on?", now=now
                )
                send_reports.send_report(report=report, actor="Nan", now=now)
            except RuleError:
                pass  # it was sent


def judge(now: datetime) -> tuple[list[str], int]:
    """Return what is wrong, and how many emails were sent twice under the same Message-ID."""
    for days in (
        13,
        14,
        18,
        22,
    ):  # leases of killed workers expire, and delayed work is done
        _walk(now + timedelta(days=days))
    reports = list(Report.objects.select_related("period", "client"))
    wrong = [] if len(reports) == PAPERS else [f"{len(reports)} reports for {PAPERS} periods"]
    for report in reports:
        wrong += [f"{report.client.name}: {words}" for words in _of(report)]
    papers = Document.objects.filter(kind=DocumentKind.REPORT).count()
    wrong += [] if papers == len(reports) else [f"{papers} papers for {len(reports)} reports"]
    arrived = Counter(_arrived())
    known = {f"<{bounces.message_id(letter.pk)}>": letter for letter in OutboxEmail.objects.all()}
    wrong += [f"a letter that nobody wrote: {name}" for name in set(arrived) - set(known)]
    lost = [letter for name, letter in known.items() if name not in arrived]
    wrong += [
        f"{letter.kind} did not arrive: {letter.state} {letter.tries} {letter.error}"
        for letter in lost
    ]
    return wrong, sum(count - 1 for count in arrived.values())


def _of(report: Report) -> Iterator[str]:
    if report.state != ReportState.SENT or report.document is None:
        yield "not sent"
        return
    if report.sha256 != digest(report.snapshot):
        yield "the hash is another one"
    if not store.read(report.document).startswith(b"%PDF"):
        yield "no paper"
    chain = audit.chain(report.pk)
    if [event.event for event in chain] != ["report_sent"] or not audit.is_whole(chain):
        yield f"the record says {[event.event for event in chain]}"
    letters = OutboxEmail.objects.filter(kind="report", ref=str(report.pk))
    if [letter.state for letter in letters] != [OutboxState.SENT] or not letters[0].attachment:
        yield f"its letters are {[letter.state for letter in letters]}"
    if (
        OutboxEmail.objects.filter(kind=NUDGE, ref=str(report.pk)).count() != 1
        or not report.task_at
    ):
        yield "it was not gone after once"


def _mail() -> Path:
    return Path(settings.RH_VAR_DIR) / "mail"


def _arrived() -> Iterator[str]:
    """Return the Message-ID of every email that the mail server accepted."""
    for path in _mail().glob("*.eml"):
        email = message_from_bytes(path.read_bytes(), policy=policy.default)
        yield str(email["Message-ID"]).strip()  # a long one begins on a line of its own
