"""How likely clients are to renew, in words, for any number of agreements.

The number of queries does not grow with the agreements. Only the freelancer sees the result: no
page, email or document for the client ever shows it (rule 37).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.rules.terms import Renews
from billing.books import queries
from core import formats
from core.dates import local_day
from core.models import Business
from delivery.hours import hours_left
from delivery.kpis import figures_by_period
from delivery.models import Report, Request
from delivery.rules import renewal_risk
from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace
from delivery.rules.renewal_risk import Facts, Level, Reason, Why
from delivery.rules.states import ReportState, RequestState

PERIODS_JUDGED = 2  # periods that are over
RECENT = timedelta(days=90)  # requests asked within it are judged
LONGEST = timedelta(days=800)  # within it two yearly periods have ended


@dataclass(frozen=True)
class ReasonText:
    """A reason in words, and what the freelancer can do about it."""

    why: Why
    words: str
    next_step: str


@dataclass(frozen=True)
class Outlook:
    """How likely an agreement is not to be renewed, and why; without reasons the level is low."""

    level: Level
    reasons: list[ReasonText]
    points: int = 0

    @property
    def label(self) -> str:
        """The level in one word, for a badge."""
        return {Level.LOW: _("Low"), Level.MEDIUM: _("Medium"), Level.HIGH: _("High")}[self.level]

    @property
    def tone(self) -> str:
        """The colour of the badge."""
        return {Level.LOW: "good", Level.MEDIUM: "warn", Level.HIGH: "bad"}[self.level]


def outlooks(
    business: Business,
    agreements: Iterable[Agreement],
    *,
    now: datetime,
    stated: Mapping[UUID, PeriodStatement] | None = None,
) -> dict[UUID, Outlook]:
    """Return the outlook of each agreement of one business by its id.

    `stated` is the result of `hours_left.statements_of`, if the caller has it already.
    """
    agreement_list = list(agreements)
    result = {}
    for pk, facts in _facts(
        business,
        agreement_list,
        now,
        hours_left.statements_of(agreement_list) if stated is None else stated,
    ).items():
        risks = renewal_risk.reasons(facts)
        result[pk] = Outlook(
            renewal_risk.level(risks),
            [ReasonText(risk.why, reason_sentence(risk), next_step(risk)) for risk in risks],
            sum(risk.points for risk in risks),
        )
    return result


def _facts(
    business: Business,
    agreements: list[Agreement],
    now: datetime,
    stated: Mapping[UUID, PeriodStatement],
) -> dict[UUID, Facts]:
    """Return what is known about each agreement."""
    ended_periods = _ended_periods(agreements, now)
    kpi_figures = figures_by_period.figures_of(
        [period for periods in ended_periods.values() for period in periods]
    )
    failing, unread, late = (
        queries.late_agreements(business),
        _unread(agreements, now),
        _late(agreements, now),
    )
    result = {}
    for agreement in agreements:
        periods = ended_periods[agreement.pk]
        paces = [[figure.pace for figure in kpi_figures[period.pk]] for period in periods]
        result[agreement.pk] = Facts(
            targets=[
                (
                    period_paces.count(Pace.BEHIND),
                    len(period_paces) - period_paces.count(Pace.UNKNOWN),
                )
                for period_paces in paces
            ],
            hours=[
                (stated[period.pk].used, stated[period.pk].available)
                for period in periods
                if period.pk in stated
            ],
            unread=unread.get(agreement.pk, 0),
            charge_failed=agreement.pk in failing,
            late=late.get(agreement.pk, 0),
            ends_in=_ends_in(agreement, now),
        )
    return result


def _ended_periods(agreements: list[Agreement], now: datetime) -> dict[UUID, list[Period]]:
    """Return the last two periods of each agreement that are over, the newest first."""
    zones = {agreement.pk: agreement.time_zone for agreement in agreements}
    ended_periods: dict[UUID, list[Period]] = defaultdict(list)
    tomorrow = (now + timedelta(days=1)).date()
    periods = Period.objects.filter(
        agreement__in=zones, ends_on__lte=tomorrow, ends_on__gt=tomorrow - LONGEST
    )
    for period in periods.only("agreement", "starts_on", "ends_on").order_by("-starts_on"):
        agreement_periods = ended_periods[period.agreement_id]
        if len(agreement_periods) < PERIODS_JUDGED and period.ends_on <= local_day(
            now, zones[period.agreement_id]
        ):
            agreement_periods.append(period)
    return ended_periods


def _unread(agreements: list[Agreement], now: datetime) -> dict[UUID, int]:
    """Return how many of the newest reports of each agreement the client has not seen in time.

    Reports that are younger than UNREAD do not count yet.
    """
    sent = Report.objects.filter(
        period__agreement__in=agreements, state=ReportState.SENT
    ).select_related("period")
    seen_agreements: set[UUID] = set()
    unread: dict[UUID, int] = defaultdict(int)
    fields = ("letter_opened_at", "opened_at", "answered_at", "sent_at", "period__agreement_id")
    for report in sent.only(*fields).order_by("-sent_at"):
        agreement_id = report.period.agreement_id
        if report.is_seen:
            seen_agreements.add(agreement_id)
        elif (
            agreement_id not in seen_agreements
            and report.sent_at
            and report.sent_at <= now - renewal_risk.UNREAD
        ):
            unread[agreement_id] += 1
    return unread


def _late(agreements: list[Agreement], now: datetime) -> dict[UUID, int]:
    """Return how many recent requests were answered too late, or wait beyond the promised time."""
    requests = Request.objects.filter(
        agreement__in=agreements, created_at__gt=now - RECENT, respond_by__lt=now
    )
    late: dict[UUID, int] = defaultdict(int)
    for agreement_id, state, respond_by, responded_at in requests.values_list(
        "agreement", "state", "respond_by", "responded_at"
    ):
        is_waiting = responded_at is None and state == RequestState.ASKED
        late[agreement_id] += is_waiting or (responded_at is not None and responded_at > respond_by)
    return late


def _ends_in(agreement: Agreement, now: datetime) -> timedelta | None:
    """Return the time until the agreement ends for good, None if it does not.

    It ends when notice was given or the term does not renew automatically. A paid trial is meant to
    end, so it does not count.
    """
    if agreement.ends_on is None or agreement.renews == Renews.ALONE or agreement.is_trial:
        return None
    return agreement.ends_on - local_day(now, agreement.time_zone)


def reason_sentence(reason: Reason) -> str:
    """Return a reason in a sentence."""
    match reason.why:
        case Why.ENDS:
            return ngettext("It ends in %(n)s day.", "It ends in %(n)s days.", reason.count) % {
                "n": reason.count
            }
        case Why.CHARGE:
            return _("A payment is overdue.")
        case Why.UNREAD:
            return _("The last %(n)s reports were not opened.") % {"n": reason.count}
        case Why.TARGETS if reason.points > 1:
            return _("Targets missed: %(n)s of %(of)s, the second period in a row.") % _counts(
                reason
            )
        case Why.TARGETS:
            return _("Targets missed in the last period: %(n)s of %(of)s.") % _counts(reason)
        case Why.UNUSED:
            values = {"used": formats.hours(reason.count), "available": formats.hours(reason.of)}
            template = _("Only %(used)s of %(available)s were used in the last period.")
            if reason.points > 1:
                template = _(
                    "Only %(used)s of %(available)s were used, the second period in a row."
                )
            return template % values
        case Why.SLOW:
            return ngettext(
                "%(n)s request was answered later than promised.",
                "%(n)s requests were answered later than promised.",
                reason.count,
            ) % _counts(reason)


def next_step(reason: Reason) -> str:
    """Return what the freelancer can do about a reason."""
    return {
        Why.ENDS: _("Talk about the next term now, with what was achieved in front of you."),
        Why.CHARGE: _("Ask for a new card, and whether something else is behind it."),
        Why.UNREAD: _("Call, and give the result of the last report in a minute."),
        Why.TARGETS: _(
            "Decide on one thing that you will do differently, and tell your client before they "
            "ask."
        ),
        Why.UNUSED: _("Offer something that they can use the hours for, or a smaller tier."),
        Why.SLOW: _("Answer what is open today, and say when the rest comes."),
    }[reason.why]


def _counts(reason: Reason) -> dict[str, int]:
    """Return the figures of a reason for its sentence."""
    return {"n": reason.count, "of": reason.of}
