"""The to-do list of the overview: everything that waits for the freelancer, most urgent first.

Each source is one function that returns its own to-dos. `SOURCES` at the end gives the order.
"""

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

SHOWN = 6  # to-dos listed at most per source
FEW = 3  # more early warnings than this are summed up in one line
LATELY = timedelta(days=60)  # older trials and deliverables are not listed
SENDS_WITHIN = timedelta(hours=3)  # a report not sent this long after its time is stuck
LOOKED_AT = 50  # unanswered requests examined, those due soonest


@dataclass(frozen=True)
class Need:
    """One to-do: its text, the page where it is done, and the label of the link to that page."""

    text: str
    url: str
    label: str


def needs(view: DashboardView) -> list[Need]:
    """Every to-do of the business. The number of queries does not grow with the data."""
    return [need for source in SOURCES for need in source(view)]


def _failed(view: DashboardView) -> list[Need]:
    """Charges that failed and wait for the freelancer."""
    return [
        Need(
            _("%(client)s's charge failed.") % {"client": row.invoice.client.name},
            reverse("dashboard:charge", args=[row.invoice.pk]),
            _("Review"),
        )
        for row in queries.failed(view.business)[:SHOWN]
    ]


def _parked(view: DashboardView) -> list[Need]:
    """Agreements whose billing is on hold."""
    return [
        Need(
            _("%(client)s: %(why)s") % {"client": row.client.name, "why": _(row.parked_because)},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in queries.parked(view.business)[:SHOWN]
    ]


def _runs(view: DashboardView) -> list[Need]:
    """Charges with an unknown outcome, and a billing run held back because of the clock."""
    needs = []
    if queries.unknown(view.business).exists():
        needs.append(
            Need(
                _("The outcome of a charge is not known yet."),
                reverse("dashboard:unknown"),
                _("Look"),
            )
        )
    if run.refused():
        needs.append(
            Need(
                _("The billing run waits for a word about the clock."),
                reverse("dashboard:run"),
                _("Look"),
            )
        )
    return needs


def _unsealed(view: DashboardView) -> list[Need]:
    """Signed documents that could not be sealed yet, with the reason."""
    return [
        Need(
            _("“%(title)s” is signed; its seal waits: %(why)s") % {"title": row.title, "why": why},
            reverse("dashboard:agreement", args=[row.agreement.pk]),
            _("Look"),
        )
        for row, why in seal.waiting(view.business, timezone.now())[:SHOWN]
    ]


def _questions(view: DashboardView) -> list[Need]:
    """Clients' questions about proposals that have no answer."""
    questions = view.rows(Question).filter(answer="").select_related("contact", "proposal")
    return [
        Need(
            _("%(name)s asks about “%(title)s”.")
            % {"name": row.contact.name, "title": row.proposal.title},
            reverse("dashboard:proposal", args=[row.proposal_id]),
            _("Answer"),
        )
        for row in questions[:SHOWN]
    ]


def _letters(view: DashboardView) -> list[Need]:
    """Emails that could not be delivered, as one line."""
    count = view.rows(OutboxEmail).filter(state=OutboxState.FAILED).count()
    if not count:
        return []
    text = ngettext(
        "A letter could not be delivered.", "%(n)s letters could not be delivered.", count
    ) % {"n": count}
    return [Need(text, reverse("dashboard:letters") + "?state=failed", _("Look"))]


def _certificates(view: DashboardView) -> list[Need]:
    """Withholding certificates that clients still owe, as one line."""
    count = view.rows(WithholdingCertificate).filter(state="owed").count()
    if not count:
        return []
    text = ngettext(
        "One withholding certificate is owed.", "%(n)s withholding certificates are owed.", count
    )
    return [Need(text % {"n": count}, reverse("dashboard:certificates"), _("Look"))]


def _trials(view: DashboardView) -> list[Need]:
    """Paid trials that are about to end or have ended, and wait for a decision."""
    signed = view.rows(Agreement).filter(interval=Interval.ONCE, signed_at__isnull=False)
    ending = signed.filter(ends_on__range=(view.today - LATELY, view.today + trial.SOON)).order_by(
        "-ends_on"
    )
    return [
        Need(
            _("%(client)s's trial: did it succeed?") % {"client": row.client.name},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in ending.select_related("client")[:SHOWN]
        if trial.is_due(row, view.today)
    ]


def _hours(view: DashboardView) -> list[Need]:
    """Requests for extra hours that the client did not answer before the period ended."""
    unanswered = view.rows(Overage).filter(
        state=OverageState.ASKED, period__ends_on__lte=view.today
    )
    return [
        Need(
            _("%(client)s has not answered about more hours.") % {"client": row.client.name},
            reverse("dashboard:hours", args=[row.period.agreement_id]),
            _("Look"),
        )
        for row in unanswered.select_related("client", "period")[:SHOWN]
    ]


def _unseen(view: DashboardView) -> list[Need]:
    """Sent reports that the client has apparently not looked at."""
    return [
        Need(
            _("Nothing shows that %(client)s has seen the last report. Call them.")
            % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Look"),
        )
        for row in report_reminders.to_talk_about(view.rows(Report)).select_related("client")[
            :SHOWN
        ]
    ]


def _unsendable(view: DashboardView) -> list[Need]:
    """Draft reports whose time to be sent has passed, because no contact has an email address."""
    late = view.rows(Report).filter(
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


def _warnings(view: DashboardView) -> list[Need]:
    """Early warnings not yet sent or dismissed; more than a few are summed up in one line."""
    pending = view.rows(EarlyWarning).filter(sent_at__isnull=True, dismissed_at__isnull=True)
    rows = list(
        pending.filter(period__ends_on__gt=view.today).select_related("client")[: SHOWN + 1]
    )
    if len(rows) > FEW:
        text = _("Several clients are off their line; a note to each is drafted.")
        return [Need(text, reverse("dashboard:warnings") + "?state=open", _("Look"))]
    return [
        Need(
            _("%(client)s is off its line; a note is drafted.") % {"client": row.client.name},
            reverse("dashboard:warning", args=[row.pk]),
            _("Look"),
        )
        for row in rows
    ]


def _requests(view: DashboardView) -> list[Need]:
    """Requests whose promised response time is about to pass."""
    unanswered = (
        first_answer.unanswered(view.rows(Request)).select_related("client").order_by("respond_by")
    )
    now, zone = timezone.now(), view.business.time_zone
    needs = []
    for row in first_answer.soon(unanswered[:LOOKED_AT], now)[:SHOWN]:
        values = {
            "client": row.client.name,
            "title": row.title,
            "when": first_answer.told(row, now, zone).text,
        }
        text = _("%(client)s asks for “%(title)s”. %(when)s.") % values
        needs.append(Need(text, reverse("dashboard:request", args=[row.pk]), _("Answer")))
    return needs


def _late(view: DashboardView) -> list[Need]:
    """Deliverables that are late, counted per period."""
    unfinished = view.rows(Deliverable).filter(state=DeliverableState.OPEN, done__lt=F("promised"))
    recent = unfinished.filter(
        period__starts_on__lte=view.today, period__ends_on__gt=view.today - LATELY
    )
    recent = recent.exclude(period__report__state=ReportState.SENT).order_by("period__ends_on")
    late_by_period: dict[Period, int] = defaultdict(int)
    for row in checklist.late(recent.select_related("period__agreement__client"), view.today):
        late_by_period[row.period] += 1
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
        for period, n in list(late_by_period.items())[:SHOWN]
    ]


def _timer(view: DashboardView) -> list[Need]:
    """A timer that has been running for so long that it was probably forgotten."""
    row = timer.running(view.business.owner, view.business)
    if row is None or not timer.is_forgotten(row, timezone.now()):
        return []
    values = {
        "client": row.agreement.client.name,
        "since": formats.moment(row.started_at, view.business.time_zone),
    }
    text = _("The timer for %(client)s has been running since %(since)s.") % values
    return [Need(text, reverse("dashboard:timer"), _("Look"))]


def _reports(view: DashboardView) -> list[Need]:
    """Draft reports that are ready for review."""
    drafts = view.rows(Report).filter(state=ReportState.DRAFT).select_related("client", "period")
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
