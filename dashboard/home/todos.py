"""The to-do list of the overview: everything that waits for the freelancer, most urgent first.

Each source says which rows wait, and puts them into words. `SOURCES` at the end gives the order.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.changing import trial
from agreements.models import Agreement, Question, Signature
from agreements.rules.intervals import Interval
from agreements.rules.states import AgreementState, AmendmentState
from agreements.signing import seal
from core import formats
from core.models import OutboxEmail, SetAside
from core.models.outbox import OutboxState
from core.system import rows_set_aside
from core.tenancy import may_open, which_exist
from dashboard.home import money_todos
from dashboard.home.todo_line import SHOWN, Source, Todo, source
from dashboard.page import DashboardView
from delivery.hours import timer
from delivery.models import Deliverable, EarlyWarning, Overage, Report, Request, Timer
from delivery.reports import report_reminders
from delivery.requests import response_status
from delivery.rules.states import DeliverableState, OverageState, ReportState
from delivery.work import checklist

FEW = 3  # more early warnings than this are summed up in one line
LATELY = timedelta(days=60)  # older trials and deliverables are not listed
BOUNCED_WITHIN = timedelta(days=14)  # emails that bounced earlier are in the email log only
SENDS_WITHIN = timedelta(hours=3)  # a report not sent this long after its time is stuck
LOOKED_AT = 50  # rows examined at most, where the database cannot say which are to be listed


def todos(view: DashboardView) -> list[Todo]:
    """Every to-do of the business. The number of queries does not grow with the data."""
    rows = {source: source.rows(view) for source in SOURCES}
    waiting = which_exist(view.business, rows)
    return [
        todo
        for source in SOURCES
        if source in waiting
        for todo in source.lines(view, rows[source])
        if may_open(view.role, todo.url)
    ]


@source(lambda view: view.rows(SetAside).filter(released_at__isnull=True))
def _set_aside(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """What jobs could not do, with the reason."""
    return [
        Todo(rows_set_aside.sentence(row), rows_set_aside.page_url(row), _("Review"))
        for row in rows[:SHOWN]
    ]


def _without_seal(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Signed documents that could not be sealed yet, with the reason."""
    late = seal.with_reasons(list(rows.defer("terms", "tier")[:LOOKED_AT]), timezone.now())
    return [
        Todo(
            _("“%(title)s” is signed; its seal waits: %(why)s") % {"title": row.title, "why": why},
            reverse("dashboard:agreement", args=[row.agreement.pk]),
            _("Review"),
        )
        for row, why in late[:SHOWN]
    ]


_agreements_without_seal = Source(
    lambda view: seal.unsealed_agreements(view.business), _without_seal
)
_amendments_without_seal = Source(
    lambda view: seal.unsealed_amendments(view.business), _without_seal
)


@source(lambda view: view.rows(Question).filter(answer=""))
def _questions(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Clients' questions about proposals that have no answer."""
    questions = rows.select_related("contact", "proposal").only("contact__name", "proposal__title")
    return [
        Todo(
            _("%(name)s asks about “%(title)s”.")
            % {"name": row.contact.name, "title": row.proposal.title},
            reverse("dashboard:proposal", args=[row.proposal_id]),
            _("Answer"),
        )
        for row in questions[:SHOWN]
    ]


def _waiting_signatures(view: DashboardView) -> QuerySet[Signature]:
    own = view.rows(Signature).filter(
        contact__isnull=True, signed_at__isnull=True, invited_at__isnull=False
    )
    return own.filter(
        Q(amendment__isnull=True, agreement__state=AgreementState.SENT)
        | Q(amendment__state=AmendmentState.SENT)
    )


@source(_waiting_signatures)
def _signatures(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Documents that every client has signed and that wait for the business."""
    return [
        Todo(
            _("%(client)s has signed “%(title)s”. It waits for your signature.")
            % {
                "client": row.agreement.client.name,
                "title": (row.amendment or row.agreement).title,
            },
            reverse("dashboard:agreement", args=[row.agreement_id]),
            _("Sign"),
        )
        for row in rows.select_related("agreement__client", "amendment")[:SHOWN]
    ]


@source(lambda view: view.rows(OutboxEmail).filter(state=OutboxState.FAILED, emptied_at=None))
def _failed_emails(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Emails that could not be delivered, and that we gave up."""
    failed = rows.count()
    if not failed:
        return []
    text = ngettext(
        "An email could not be delivered.", "%(n)s emails could not be delivered.", failed
    )
    url = f"{reverse('dashboard:letters')}?state=failed"
    return [Todo(text % {"n": failed}, url, _("Review"))]


def _bounced(view: DashboardView) -> QuerySet[OutboxEmail]:
    recently = timezone.now() - BOUNCED_WITHIN
    return view.rows(OutboxEmail).filter(state=OutboxState.BOUNCED, bounced_at__gte=recently)


@source(_bounced)
def _bounced_emails(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Emails that bounced recently."""
    bounced = rows.count()
    if not bounced:
        return []
    text = ngettext("An email bounced.", "%(n)s emails bounced.", bounced)
    url = f"{reverse('dashboard:letters')}?state=bounced"
    return [Todo(text % {"n": bounced}, url, _("Review"))]


def _ending_trials(view: DashboardView) -> QuerySet[Agreement]:
    signed = view.rows(Agreement).filter(interval=Interval.ONCE, signed_at__isnull=False)
    return signed.filter(
        ends_on__range=(view.today - LATELY, view.today + trial.DECISION_DUE_BEFORE)
    )


@source(_ending_trials)
def _trials(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Paid trials that are about to end or have ended, and wait for a decision."""
    ending = rows.order_by("-ends_on")
    return [
        Todo(
            _("%(client)s's trial: did it succeed?") % {"client": row.client.name},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in ending.select_related("client")[:SHOWN]
        if trial.is_decision_due(row, view.today)
    ]


def _overages(view: DashboardView) -> QuerySet[Overage]:
    return view.rows(Overage).filter(state=OverageState.ASKED, period__ends_on__lte=view.today)


@source(_overages)
def _unanswered_overages(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Requests for extra hours that the client did not answer before the period ended."""
    return [
        Todo(
            _("%(client)s has not answered about more hours.") % {"client": row.client.name},
            reverse("dashboard:hours", args=[row.period.agreement_id]),
            _("Review"),
        )
        for row in rows.select_related("client", "period")[:SHOWN]
    ]


@source(lambda view: report_reminders.open_tasks(view.rows(Report)))
def _unseen_reports(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Sent reports that the client has apparently not looked at."""
    return [
        Todo(
            _("It seems that %(client)s has not seen the last report. A short call helps.")
            % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Review"),
        )
        for row in rows.select_related("client").only("client__name")[:SHOWN]
    ]


def _stuck_reports(view: DashboardView) -> QuerySet[Report]:
    late = timezone.now() - SENDS_WITHIN
    return view.rows(Report).filter(state=ReportState.DRAFT, send_at__lte=late)


@source(_stuck_reports)
def _unsendable_reports(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Draft reports whose time to be sent has passed, because no contact has an email address."""
    return [
        Todo(
            _("The report for %(client)s cannot be sent: nobody there has an email.")
            % {"client": row.client.name},
            reverse("dashboard:client", args=[row.client_id]),
            _("Add a contact"),
        )
        for row in rows.select_related("client").only("client__name")[:SHOWN]
    ]


def _pending_warnings(view: DashboardView) -> QuerySet[EarlyWarning]:
    pending = view.rows(EarlyWarning).filter(
        sent_at__isnull=True, dismissed_at__isnull=True, replaced_at__isnull=True
    )
    return pending.filter(period__ends_on__gt=view.today)


@source(_pending_warnings)
def _early_warnings(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Early warnings not yet sent or dismissed; more than a few are summed up in one line."""
    pending = rows.select_related("client").only("client__name")[: FEW + 1]
    if len(pending) > FEW:
        text = _("Several clients are behind target; a note to each is drafted.")
        return [Todo(text, reverse("dashboard:warnings") + "?state=open", _("Review"))]
    return [
        Todo(
            _("%(client)s is behind target; a note is drafted.") % {"client": row.client.name},
            reverse("dashboard:warning", args=[row.pk]),
            _("Review"),
        )
        for row in pending
    ]


@source(lambda view: response_status.unanswered(view.rows(Request)))
def _requests(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Requests whose promised response time is about to pass."""
    unanswered = rows.select_related("client").order_by("respond_by")
    now, zone = timezone.now(), view.business.time_zone
    todos = []
    for row in response_status.due_soon(unanswered[:LOOKED_AT], now)[:SHOWN]:
        values = {
            "client": row.client.name,
            "title": row.title,
            "when": response_status.status_text(row, now, zone).text,
        }
        text = _("%(client)s asks for “%(title)s”. %(when)s.") % values
        todos.append(Todo(text, reverse("dashboard:request", args=[row.pk]), _("Answer")))
    return todos


def _overdue_deliverables(view: DashboardView) -> QuerySet[Deliverable]:
    unfinished = view.rows(Deliverable).filter(state=DeliverableState.OPEN, done__lt=F("promised"))
    recent = unfinished.filter(
        period__starts_on__lte=view.today, period__ends_on__gt=view.today - LATELY
    )
    recent = recent.exclude(period__report__state=ReportState.SENT)
    return recent.filter(checklist.last_day_is_before(view.today))


@source(_overdue_deliverables)
def _late_deliverables(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Deliverables that are late, counted per period."""
    by_period = rows.order_by("period__ends_on", "period").values_list(
        "period", "period__agreement__client__name"
    )
    return [
        Todo(
            ngettext(
                "%(client)s: one deliverable is late.",
                "%(client)s: %(n)s deliverables are late.",
                n,
            )
            % {"client": client, "n": n},
            reverse("dashboard:work", args=[period]),
            _("Review"),
        )
        for period, client, n in by_period.annotate(Count("pk"))[:SHOWN]
    ]


@source(lambda view: view.rows(Timer).filter(user=view.person))
def _timer(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """A timer that has been running for so long that it was probably forgotten."""
    row = timer.running_timer(view.person, view.business)
    if row is None or not timer.is_forgotten(row, timezone.now()):
        return []
    values = {
        "client": row.agreement.client.name,
        "since": formats.moment(row.started_at, view.business.time_zone),
    }
    text = _("The timer for %(client)s has been running since %(since)s.") % values
    return [Todo(text, reverse("dashboard:timer"), _("Review"))]


@source(lambda view: view.rows(Report).filter(state=ReportState.DRAFT))
def _reports(view: DashboardView, rows: QuerySet[Any]) -> list[Todo]:
    """Draft reports that are ready for review."""
    drafts = rows.select_related("client").only("client__name")
    return [
        Todo(
            _("The report for %(client)s is ready for your review.") % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Review"),
        )
        for row in drafts[:SHOWN]
    ]


#: What is done on a page of its own: the list of to-dos leads there.
MONEY: tuple[Source, ...] = (
    money_todos.unknown_charges,
    money_todos.refused_run,
    money_todos.left_over_lines,
)
SYSTEM: tuple[Source, ...] = (
    _set_aside,
    _agreements_without_seal,
    _amendments_without_seal,
    _timer,
)
SOURCES: tuple[Source, ...] = (
    money_todos.late_payments,
    money_todos.transfers,
    money_todos.on_hold,
    money_todos.left_over_lines,
    _set_aside,
    money_todos.unknown_charges,
    money_todos.refused_run,
    _agreements_without_seal,
    _amendments_without_seal,
    _signatures,
    _questions,
    _requests,
    _failed_emails,
    _bounced_emails,
    money_todos.certificates,
    _trials,
    _early_warnings,
    _late_deliverables,
    _unanswered_overages,
    _timer,
    _unseen_reports,
    _unsendable_reports,
    _reports,
)
