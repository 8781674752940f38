"""How likely clients are to renew, in words, for any number of agreements.

The number of queries does not grow with the agreements. Only the freelancer sees the result: no
page, email or document for the client ever shows it (rule 37).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.rules.terms import Renews
from billing.books import queries
from core import formats
from core.dates import local_day
from core.models import Business
from delivery.hours import hours_left
from delivery.hours.recent_hours import RecentPeriod
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
NOT_SEEN = Q(letter_opened_at=None, opened_at=None, answered_at=None)  # see Report.is_seen


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
    risks: list[Reason]

    @property
    def points(self) -> int:
        """The points of all reasons."""
        return sum(risk.points for risk in self.risks)

    @property
    def reasons(self) -> list[ReasonText]:
        """The reasons in words, in the active language."""
        return [ReasonText(risk.why, reason_sentence(risk), next_step(risk)) for risk in self.risks]

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
    if stated is None:
        stated = hours_left.statements_of(agreement_list)
    ended = _ended_periods(agreement_list, now, stated)
    return _outlooks(agreement_list, ended, queries.late_agreements(business), now)


def outlooks_of_all(
    agreements: Iterable[Agreement],
    recent: Mapping[UUID, Sequence[RecentPeriod]],
    failing: Collection[UUID],
    *,
    now: datetime,
) -> dict[UUID, Outlook]:
    """The same for all agreements of a business, of which only the recent periods are read.

    `recent` are those of `recent_hours.recent_periods`, `failing` the agreements with a late
    payment (`queries.late_agreements`).
    """
    agreement_list = list(agreements)
    ended = {
        row.pk: [
            period
            for period in recent.get(row.pk, ())
            if _is_over(period.ends_on, row.time_zone, now)
        ][:PERIODS_JUDGED]
        for row in agreement_list
    }
    return _outlooks(agreement_list, ended, failing, now)


def _outlooks(
    agreements: list[Agreement],
    ended_periods: Mapping[UUID, Sequence[RecentPeriod]],
    failing: Collection[UUID],
    now: datetime,
) -> dict[UUID, Outlook]:
    """Judge each agreement by its periods that are over, and by what else is known about it."""
    kpi_figures = figures_by_period.figures_of(
        [period for periods in ended_periods.values() for period in periods]
    )
    unread, late = _unread(agreements, now), _late(agreements, now)
    result = {}
    for agreement in agreements:
        periods = ended_periods[agreement.pk]
        paces = [[figure.pace for figure in kpi_figures[period.pk]] for period in periods]
        facts = Facts(
            targets=[
                (
                    period_paces.count(Pace.BEHIND),
                    len(period_paces) - period_paces.count(Pace.UNKNOWN),
                )
                for period_paces in paces
            ],
            hours=[(period.used, period.available) for period in periods],
            unread=unread.get(agreement.pk, 0),
            charge_failed=agreement.pk in failing,
            late=late.get(agreement.pk, 0),
            ends_in=_ends_in(agreement, now),
        )
        risks = renewal_risk.reasons(facts)
        result[agreement.pk] = Outlook(renewal_risk.level(risks), risks)
    return result


def _ended_periods(
    agreements: list[Agreement], now: datetime, stated: Mapping[UUID, PeriodStatement]
) -> dict[UUID, list[RecentPeriod]]:
    """Return the last two periods of each agreement that are over, the newest first."""
    zones = {agreement.pk: agreement.time_zone for agreement in agreements}
    ended_periods: dict[UUID, list[RecentPeriod]] = defaultdict(list)
    tomorrow = (now + timedelta(days=1)).date()
    periods = Period.objects.filter(
        agreement__in=list(zones), ends_on__lte=tomorrow, ends_on__gt=tomorrow - LONGEST
    ).order_by("-starts_on")
    for row in periods.values_list("agreement_id", "pk", "starts_on", "ends_on"):
        pk, stated_period = row[0], stated.get(row[1])
        is_over = _is_over(row[3], zones[pk], now)
        if stated_period and is_over and len(ended_periods[pk]) < PERIODS_JUDGED:
            ended_periods[pk].append(
                RecentPeriod(*row, stated_period.used, stated_period.available)
            )
    return ended_periods


def _is_over(ends_on: date, zone: str, now: datetime) -> bool:
    """Whether a period has ended in its agreement's time zone, and not too long ago to count."""
    return ends_on <= local_day(now, zone) and ends_on > (now + timedelta(days=1)).date() - LONGEST


def _unread(agreements: list[Agreement], now: datetime) -> dict[UUID, int]:
    """Return how many of the newest reports of each agreement the client has not seen in time.

    Reports that are younger than UNREAD do not count yet.
    """
    sent = Report.objects.filter(state=ReportState.SENT)
    seen_later = sent.exclude(NOT_SEEN).filter(
        period__agreement=OuterRef("period__agreement"), sent_at__gt=OuterRef("sent_at")
    )
    unread = sent.filter(
        NOT_SEEN,
        ~Exists(seen_later),
        period__agreement__in=[row.pk for row in agreements],
        sent_at__lte=now - renewal_risk.UNREAD,
    )
    counts = unread.order_by().values_list("period__agreement").annotate(Count("pk"))
    return dict(counts)


def _late(agreements: list[Agreement], now: datetime) -> dict[UUID, int]:
    """Return how many recent requests were answered too late, or wait beyond the promised time."""
    requests = Request.objects.filter(
        agreement__in=[row.pk for row in agreements],
        created_at__gt=now - RECENT,
        respond_by__lt=now,
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
