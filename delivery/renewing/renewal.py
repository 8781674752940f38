"""Whether clients are likely to renew: the facts of any number of agreements in a fixed number of queries, in words.

It is the freelancer's own: no page, letter or paper of the client's ever says it (rule 37).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement, Period
from agreements.models.proposal import Renews
from billing.books import queries
from core import formats
from core.dates import local_day
from core.models import Business
from delivery.hours import hours_left
from delivery.kpis import figures
from delivery.models import Report, Request
from delivery.rules import renewal_risk
from delivery.rules.allowance import PeriodStatement
from delivery.rules.kpi_pace import Pace
from delivery.rules.renewal_risk import Facts, Level, Reason, Why
from delivery.rules.states import ReportState, RequestState

LOOKED_AT = 2  # periods that are over
LATELY = timedelta(days=90)  # for requests
LONGEST = timedelta(days=800)  # back to where two periods of a year are over


@dataclass(frozen=True)
class Told:
    """A reason as it is read, and what to do about it."""

    why: Why
    words: str
    step: str


@dataclass(frozen=True)
class Outlook:
    """How likely an agreement does not go on, and why; without a reason it is low."""

    level: Level
    reasons: list[Told]
    points: int = 0

    @property
    def label(self) -> str:
        """In one word, for a badge."""
        return {Level.LOW: _("Low"), Level.MEDIUM: _("Medium"), Level.HIGH: _("High")}[self.level]

    @property
    def tone(self) -> str:
        """The badge's look."""
        return {Level.LOW: "good", Level.MEDIUM: "warn", Level.HIGH: "bad"}[self.level]


def outlooks(
    business: Business,
    agreements: Iterable[Agreement],
    *,
    now: datetime,
    stated: Mapping[UUID, PeriodStatement] | None = None,
) -> dict[UUID, Outlook]:
    """Of each agreement of one business. `stated` is what hours.of_agreements says, where somebody has asked it."""
    rows = list(agreements)
    found = {}
    for pk, facts in _facts(
        business, rows, now, hours_left.of_agreements(rows) if stated is None else stated
    ).items():
        why = renewal_risk.reasons(facts)
        found[pk] = Outlook(
            renewal_risk.level(why),
            [Told(one.why, says(one), step(one)) for one in why],
            sum(one.points for one in why),
        )
    return found


def _facts(
    business: Business, rows: list[Agreement], now: datetime, stated: Mapping[UUID, PeriodStatement]
) -> dict[UUID, Facts]:
    over = _over(rows, now)
    read = figures.of_periods([period for own in over.values() for period in own])
    failing, unread, late = (
        queries.failed_agreements(business),
        _unread(rows, now),
        _late(rows, now),
    )
    found = {}
    for row in rows:
        own = over[row.pk]
        paces = [[one.pace for one in read[period.pk]] for period in own]
        found[row.pk] = Facts(
            targets=[
                (each.count(Pace.BEHIND), len(each) - each.count(Pace.UNKNOWN)) for each in paces
            ],
            hours=[
                (stated[period.pk].used, stated[period.pk].available)
                for period in own
                if period.pk in stated
            ],
            unread=unread.get(row.pk, 0),
            charge_failed=row.pk in failing,
            late=late.get(row.pk, 0),
            ends_in=_ends_in(row, now),
        )
    return found


def _over(rows: list[Agreement], now: datetime) -> dict[UUID, list[Period]]:
    """The last periods of each that are over, the newest first."""
    zones = {row.pk: row.time_zone for row in rows}
    found: dict[UUID, list[Period]] = defaultdict(list)
    latest = (now + timedelta(days=1)).date()
    periods = Period.objects.filter(
        agreement__in=zones, ends_on__lte=latest, ends_on__gt=latest - LONGEST
    )
    for period in periods.only("agreement", "starts_on", "ends_on").order_by("-starts_on"):
        own = found[period.agreement_id]
        if len(own) < LOOKED_AT and period.ends_on <= local_day(now, zones[period.agreement_id]):
            own.append(period)
    return found


def _unread(rows: list[Agreement], now: datetime) -> dict[UUID, int]:
    """How many of the newest reports of each nobody looked at in time; one that is younger says nothing yet."""
    sent = Report.objects.filter(period__agreement__in=rows, state=ReportState.SENT).select_related(
        "period"
    )
    seen: set[UUID] = set()
    found: dict[UUID, int] = defaultdict(int)
    names = ("letter_opened_at", "opened_at", "answered_at", "sent_at", "period__agreement_id")
    for report in sent.only(*names).order_by("-sent_at"):
        about = report.period.agreement_id
        if report.is_seen:
            seen.add(about)
        elif about not in seen and report.sent_at and report.sent_at <= now - renewal_risk.UNREAD:
            found[about] += 1
    return found


def _late(rows: list[Agreement], now: datetime) -> dict[UUID, int]:
    """Requests of late that were answered after the promised hour, or still wait beyond it."""
    asked = Request.objects.filter(
        agreement__in=rows, created_at__gt=now - LATELY, respond_by__lt=now
    )
    found: dict[UUID, int] = defaultdict(int)
    for about, state, by, at in asked.values_list(
        "agreement", "state", "respond_by", "responded_at"
    ):
        waits = at is None and state == RequestState.ASKED
        found[about] += waits or (at is not None and at > by)
    return found


def _ends_in(row: Agreement, now: datetime) -> timedelta | None:
    """Until it ends for good: notice was given, or the term does not renew by itself. A trial is meant to end."""
    if row.ends_on is None or row.renews == Renews.ALONE or row.is_trial:
        return None
    return row.ends_on - local_day(now, row.time_zone)


def says(one: Reason) -> str:
    """A reason in a sentence."""
    match one.why:
        case Why.ENDS:
            return ngettext("It ends in %(n)s day.", "It ends in %(n)s days.", one.count) % {
                "n": one.count
            }
        case Why.CHARGE:
            return _("A charge failed and is still open.")
        case Why.UNREAD:
            return _("The last %(n)s reports were not looked at.") % {"n": one.count}
        case Why.TARGETS if one.points > 1:
            return _("Targets missed: %(n)s of %(of)s, the second period in a row.") % _numbers(one)
        case Why.TARGETS:
            return _("Targets missed in the last period: %(n)s of %(of)s.") % _numbers(one)
        case Why.UNUSED:
            words = {"used": formats.hours(one.count), "available": formats.hours(one.of)}
            said = _("Only %(used)s of %(available)s were used in the last period.")
            if one.points > 1:
                said = _("Only %(used)s of %(available)s were used, the second period in a row.")
            return said % words
        case Why.SLOW:
            return ngettext(
                "%(n)s request was answered later than promised.",
                "%(n)s requests were answered later than promised.",
                one.count,
            ) % _numbers(one)


def step(one: Reason) -> str:
    """What to do about it, once."""
    return {
        Why.ENDS: _("Talk about the next term now, with what was achieved in front of you."),
        Why.CHARGE: _("Ask for a new card, and whether something else is behind it."),
        Why.UNREAD: _("Ring and tell the last report's result in a minute."),
        Why.TARGETS: _(
            "Agree on one thing that you do differently, and tell them before they ask."
        ),
        Why.UNUSED: _("Offer something that they can use the hours for, or a smaller tier."),
        Why.SLOW: _("Answer what is open today, and say when the rest comes."),
    }[one.why]


def _numbers(one: Reason) -> dict[str, int]:
    return {"n": one.count, "of": one.of}
