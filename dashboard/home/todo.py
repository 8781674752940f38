"""What waits for the freelancer: each source says its own, the most urgent first."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.changing import trial
from agreements.models import Agreement, Period, Question
from agreements.rules.schedule import Interval
from agreements.signing import seal
from billing.books import queries
from billing.models import WithholdingCertificate
from billing.runs import run
from core import formats
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from dashboard.page import DashboardView
from delivery.hours import timer
from delivery.models import Deliverable, EarlyWarning, Overage, Report, Request
from delivery.reports import report_reminders
from delivery.requests import first_answer
from delivery.rules.states import DeliverableState, OverageState, ReportState
from delivery.work import checklist

SHOWN = 6  # of one kind
FEW = 3  # more of one kind are said together
LATELY = timedelta(days=60)
SENDS_WITHIN = timedelta(hours=3)  # of its time a report goes out, or something is in the way
LOOKED_AT = 50  # of those whose answer is due soonest


@dataclass(frozen=True)
class Need:
    """One thing that waits for the freelancer."""

    text: str
    url: str
    label: str


def needs(desk: DashboardView) -> list[Need]:
    """Everything that waits, with a number of questions that does not grow."""
    return [need for source in SOURCES for need in source(desk)]


def _failed(desk: DashboardView) -> list[Need]:
    return [
        Need(
            _("%(client)s's charge failed.") % {"client": row.invoice.client.name},
            reverse("dashboard:charge", args=[row.invoice.pk]),
            _("Review"),
        )
        for row in queries.failed(desk.business)[:SHOWN]
    ]


def _parked(desk: DashboardView) -> list[Need]:
    return [
        Need(
            _("%(client)s: %(why)s") % {"client": row.client.name, "why": _(row.parked_because)},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in queries.parked(desk.business)[:SHOWN]
    ]


def _runs(desk: DashboardView) -> list[Need]:
    found = []
    if queries.unknown(desk.business).exists():
        found.append(
            Need(
                _("The outcome of a charge is not known yet."),
                reverse("dashboard:unknown"),
                _("Look"),
            )
        )
    if run.refused():
        found.append(
            Need(
                _("The billing run waits for a word about the clock."),
                reverse("dashboard:run"),
                _("Look"),
            )
        )
    return found


def _unsealed(desk: DashboardView) -> list[Need]:
    return [
        Need(
            _("“%(title)s” is signed; its seal waits: %(why)s") % {"title": row.title, "why": why},
            reverse("dashboard:agreement", args=[row.agreement.pk]),
            _("Look"),
        )
        for row, why in seal.waiting(desk.business, timezone.now())[:SHOWN]
    ]


def _questions(desk: DashboardView) -> list[Need]:
    asked = desk.rows(Question).filter(answer="").select_related("contact", "proposal")
    return [
        Need(
            _("%(name)s asks about “%(title)s”.")
            % {"name": row.contact.name, "title": row.proposal.title},
            reverse("dashboard:proposal", args=[row.proposal_id]),
            _("Answer"),
        )
        for row in asked[:SHOWN]
    ]


def _letters(desk: DashboardView) -> list[Need]:
    lost = desk.rows(OutboxEmail).filter(state=OutboxState.FAILED).count()
    if not lost:
        return []
    words = ngettext(
        "A letter could not be delivered.", "%(n)s letters could not be delivered.", lost
    ) % {"n": lost}
    return [Need(words, reverse("dashboard:letters") + "?state=failed", _("Look"))]


def _certificates(desk: DashboardView) -> list[Need]:
    owed = desk.rows(WithholdingCertificate).filter(state="owed").count()
    if not owed:
        return []
    words = ngettext(
        "One withholding certificate is owed.", "%(n)s withholding certificates are owed.", owed
    )
    return [Need(words % {"n": owed}, reverse("dashboard:certificates"), _("Look"))]


def _trials(desk: DashboardView) -> list[Need]:
    signed = desk.rows(Agreement).filter(interval=Interval.ONCE, signed_at__isnull=False)
    near = signed.filter(ends_on__range=(desk.today - LATELY, desk.today + trial.SOON)).order_by(
        "-ends_on"
    )
    return [
        Need(
            _("%(client)s's trial: did it succeed?") % {"client": row.client.name},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in near.select_related("client")[:SHOWN]
        if trial.is_due(row, desk.today)
    ]


def _hours(desk: DashboardView) -> list[Need]:
    over = desk.rows(Overage).filter(state=OverageState.ASKED, period__ends_on__lte=desk.today)
    return [
        Need(
            _("%(client)s has not answered about more hours.") % {"client": row.client.name},
            reverse("dashboard:hours", args=[row.period.agreement_id]),
            _("Look"),
        )
        for row in over.select_related("client", "period")[:SHOWN]
    ]


def _unseen(desk: DashboardView) -> list[Need]:
    return [
        Need(
            _("Nothing shows that %(client)s has seen the last report. Call them.")
            % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Look"),
        )
        for row in report_reminders.to_talk_about(desk.rows(Report)).select_related("client")[
            :SHOWN
        ]
    ]


def _unsendable(desk: DashboardView) -> list[Need]:
    """Drafts whose time has come and that have nobody to go to."""
    late = desk.rows(Report).filter(
        state=ReportState.DRAFT, send_at__lte=timezone.now() - SENDS_WITHIN
    )
    return [
        Need(
            _("The report for %(client)s cannot go out: nobody there has an email.")
            % {"client": row.client.name},
            reverse("dashboard:client", args=[row.client_id]),
            _("Add a contact"),
        )
        for row in late.select_related("client")[:SHOWN]
    ]


def _warnings(desk: DashboardView) -> list[Need]:
    still = desk.rows(EarlyWarning).filter(sent_at__isnull=True, dismissed_at__isnull=True)
    rows = list(still.filter(period__ends_on__gt=desk.today).select_related("client")[: SHOWN + 1])
    if len(rows) > FEW:
        words = _("Several clients are off their line; a note to each is drafted.")
        return [Need(words, reverse("dashboard:warnings") + "?state=open", _("Look"))]
    return [
        Need(
            _("%(client)s is off its line; a note is drafted.") % {"client": row.client.name},
            reverse("dashboard:warning", args=[row.pk]),
            _("Look"),
        )
        for row in rows
    ]


def _requests(desk: DashboardView) -> list[Need]:
    waits = (
        first_answer.unanswered(desk.rows(Request)).select_related("client").order_by("respond_by")
    )
    now, zone = timezone.now(), desk.business.time_zone
    found = []
    for row in first_answer.soon(waits[:LOOKED_AT], now)[:SHOWN]:
        words = {
            "client": row.client.name,
            "title": row.title,
            "when": first_answer.told(row, now, zone).text,
        }
        text = _("%(client)s asks for “%(title)s”. %(when)s.") % words
        found.append(Need(text, reverse("dashboard:request", args=[row.pk]), _("Answer")))
    return found


def _late(desk: DashboardView) -> list[Need]:
    owed = desk.rows(Deliverable).filter(state=DeliverableState.OPEN, done__lt=F("promised"))
    near = owed.filter(period__starts_on__lte=desk.today, period__ends_on__gt=desk.today - LATELY)
    near = near.exclude(period__report__state=ReportState.SENT).order_by("period__ends_on")
    found: dict[Period, int] = defaultdict(int)
    for row in checklist.late(near.select_related("period__agreement__client"), desk.today):
        found[row.period] += 1
    return [
        Need(
            ngettext(
                "%(client)s: one thing promised is late.",
                "%(client)s: %(n)s things promised are late.",
                n,
            )
            % {"client": period.agreement.client.name, "n": n},
            reverse("dashboard:work", args=[period.pk]),
            _("Look"),
        )
        for period, n in list(found.items())[:SHOWN]
    ]


def _timer(desk: DashboardView) -> list[Need]:
    row = timer.running(desk.business.owner, desk.business)
    if row is None or not timer.is_forgotten(row, timezone.now()):
        return []
    words = {
        "client": row.agreement.client.name,
        "since": formats.moment(row.started_at, desk.business.time_zone),
    }
    said = _("The timer for %(client)s has been running since %(since)s.") % words
    return [Need(said, reverse("dashboard:timer"), _("Look"))]


def _reports(desk: DashboardView) -> list[Need]:
    drafts = desk.rows(Report).filter(state=ReportState.DRAFT).select_related("client", "period")
    return [
        Need(
            _("The report for %(client)s is ready for your sentence.")
            % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Review"),
        )
        for row in drafts[:SHOWN]
    ]


SOURCES: tuple[Callable[[DashboardView], list[Need]], ...] = (
    _failed,
    _parked,
    _runs,
    _unsealed,
    _questions,
    _requests,
    _letters,
    _certificates,
    _trials,
    _warnings,
    _late,
    _hours,
    _timer,
    _unseen,
    _unsendable,
    _reports,
)
