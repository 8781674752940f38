"""Work beyond the allowance: approved by the client or by standing permission, and billed once it was done (rule 27).

40 h included, 46 h used, 2 h permitted by the terms, 3 h approved → 5 h on the next invoice, 1 h is given away
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.rules.states import RUNS
from billing.invoices import next_line
from clients import portal_links
from clients.client_records import decision_maker
from clients.models import Contact
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.money import prorate
from core.outbox import emails
from delivery.hours import hours_left
from delivery.hours.adjustments import MOST
from delivery.models import Overage
from delivery.rules.errors import NoPeriod, TooMuch
from delivery.rules.states import OVERAGE, OverageState

KIND = "overage"
LATELY = timedelta(days=40)  # how long after a period's end its overage is looked for


def rate_of(agreement: Agreement) -> int:
    """What an hour beyond costs by the signed terms, in minor units; 0 where it is agreed when it comes up."""
    found: int = agreement.terms.get("overage_amount") or 0
    return found


def ask(
    *, period: Period, minutes: int, rate: int, note: str, actor: str, now: datetime
) -> Overage:
    """Ask the client for a budget, with its sum. One question per period at a time. Raises TooMuch and NoPeriod."""
    agreement = period.agreement
    if agreement.state not in RUNS or period.ends_on + LATELY <= local_day(
        now, agreement.time_zone
    ):
        raise NoPeriod(_("No invoice follows for this period: write one for this work by hand."))
    if not 0 < minutes <= MOST:
        raise TooMuch(_("Write hours between 1 minute and 744 hours."), field="minutes")
    if rate <= 0 or prorate(rate, minutes, 60) <= 0:
        raise TooMuch(_("Write what an hour costs."), field="rate")
    row = _row(period, minutes, rate, now, note=note)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _record(row, "overage_asked", actor, now)
            _mail(row, now)
    except IntegrityError:
        raise TooMuch(
            _("The client has not answered the last question about this period yet.")
        ) from None
    return row


def approve(*, overage: Overage, contact: Contact, now: datetime, origin: Origin) -> Overage:
    """The client's yes. What is used of it is billed when the period is over. Twice is NotAllowedNow."""
    with transaction.atomic():
        _answer(overage, OverageState.APPROVED, "overage_approved", contact, now, origin)
        settle(period=overage.period, now=now)
    return overage


def decline(*, overage: Overage, contact: Contact, now: datetime, origin: Origin) -> Overage:
    """The client's no: nothing is billed, and the freelancer is told. Twice is NotAllowedNow."""
    with transaction.atomic():
        _answer(overage, OverageState.DECLINED, "overage_declined", contact, now, origin)
    return overage


def withdraw(*, overage: Overage, actor: str, now: datetime) -> Overage:
    """The freelancer takes the question back."""
    with transaction.atomic():
        move(
            overage, OverageState.WITHDRAWN, OVERAGE, sets={"decided_at": now, "decided_by": actor}
        )
        _record(overage, "overage_withdrawn", actor, now)
    return overage


def settle_due(*, now: datetime) -> int:
    """Bill what was used of every budget in periods that are over; how many lines. Any number of times."""
    latest = (now + timedelta(days=1)).date()
    over = Period.objects.filter(
        ends_on__range=(latest - LATELY, latest), agreement__state__in=RUNS
    )
    allowed = over.filter(agreement__terms__overage_minutes__gt=0) | over.filter(
        overages__billed__lt=F("overages__minutes")
    )
    found = {
        period.pk: period
        for period in allowed.select_related("agreement__client", "business__owner")
    }
    stated = hours_left.of_agreements(
        {period.agreement_id: period.agreement for period in found.values()}.values()
    )
    used = [period for pk, period in found.items() if stated[pk].approved]
    return sum(settle(period=period, now=now) for period in used)


def settle(*, period: Period, now: datetime) -> int:
    """Put what was used beyond, agreed to, and not billed yet on the next invoice; how many lines."""
    agreement = period.agreement
    if period.ends_on > local_day(now, agreement.time_zone) or agreement.state not in RUNS:
        return 0
    with transaction.atomic():
        Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
        left, made = hours_left.of_period(period).approved, 0
        for row in _budgets(period, now):
            take = min(left, row.minutes)
            left -= take
            if take > row.billed:
                _bill(row, take, now)
                made += 1
    return made


def _budgets(period: Period, now: datetime) -> list[Overage]:
    """Every budget of a period, the standing permission first: its row is made when it is first looked for."""
    agreement = period.agreement
    if minutes := hours_left.permitted(agreement):
        decided = {"state": OverageState.APPROVED, "decided_at": now, "decided_by": "Retainer Hub"}
        row = _row(period, minutes, rate_of(agreement), now, by_terms=True, **decided)
        if not Overage.objects.filter(period=period, by_terms=True).exists():
            row.save(force_insert=True)
    approved = Overage.objects.filter(period=period, state=OverageState.APPROVED)
    return list(
        approved.select_related("period__agreement").order_by("-by_terms", "decided_at", "id")
    )


def _row(period: Period, minutes: int, rate: int, now: datetime, **fields: object) -> Overage:
    return Overage(
        business_id=period.business_id,
        client_id=period.agreement.client_id,
        period=period,
        minutes=minutes,
        rate=rate,
        currency=period.agreement.currency,
        created_at=now,
        **fields,
    )


def _bill(row: Overage, minutes: int, now: datetime) -> None:
    """A line for the minutes since the last one; rounded so that all lines together are the sum of all minutes."""
    period = row.period
    with translation.override(period.agreement.language):
        words = {
            "hours": formats.hours(minutes - row.billed),
            "rate": formats.money(row.rate, row.currency),
        }
        said = _("Work beyond the included time: %(hours)s at %(rate)s an hour") % words
    next_line.add(
        agreement=period.agreement,
        kind=KIND,
        ref=f"{row.pk}:{minutes}",
        description=said,
        now=now,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=prorate(row.rate, minutes, 60) - prorate(row.rate, row.billed, 60),
    )
    Overage.objects.filter(pk=row.pk).update(billed=minutes)
    _record(row, "overage_billed", "Retainer Hub", now, minutes=minutes - row.billed)


def _answer(
    row: Overage, to: OverageState, event: str, contact: Contact, now: datetime, origin: Origin
) -> None:
    who = f"{contact.name} <{contact.email}>"
    move(row, to, OVERAGE, sets={"decided_at": now, "decided_by": who})
    _record(row, event, who, now, origin)
    _tell_owner(row, now)


def _record(
    row: Overage, event: str, actor: str, now: datetime, origin: Origin = UNSEEN, minutes: int = 0
) -> None:
    words = {
        "hours": formats.hours(minutes or row.minutes),
        "starts_on": row.period.starts_on.isoformat(),
    }
    audit.record(
        business=row.business,
        chain_id=row.period.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=words,
    )


def _mail(row: Overage, now: datetime) -> None:
    agreement = row.period.agreement
    contact = decision_maker(agreement.client) or agreement.contact
    link = portal_links.portal_link(contact=contact, now=now, target=f"overage:{row.id}")
    with translation.override(agreement.language):
        who = {"business": agreement.business.name, "hours": formats.hours(row.minutes)}
        who |= {
            "sum": formats.money(row.most, row.currency),
            "rate": formats.money(row.rate, row.currency),
        }
        said = [
            _(
                "%(business)s asks for your yes to up to %(hours)s beyond the included time of this period."
            )
            % who,
            row.note,
            _(
                "An hour costs %(rate)s, so %(sum)s at most. What is really used stands on the next invoice; without "
                "your yes nothing is billed."
            )
            % who,
        ]
        subject, button = _("Up to %(hours)s more: yes or no?") % who, _("Look and answer")
    words = {
        "subject": subject,
        "name": contact.name,
        "paragraphs": [one for one in said if one],
        "button": button,
    }
    emails.write(
        kind="overage",
        ref=str(row.pk),
        to=contact.email,
        template="note",
        language=agreement.language,
        context={**words, "link": links.placeholder("link", link.id)},
        business=agreement.business,
        now=now,
    )


def _tell_owner(row: Overage, now: datetime) -> None:
    business = row.business
    with translation.override(business.language):
        words = {"client": row.client.name, "hours": formats.hours(row.minutes)}
        if row.state == OverageState.APPROVED:
            subject = _("%(client)s said yes to %(hours)s more") % words
            said = _("What you use of it stands on the next invoice by itself.")
        else:
            subject = _("%(client)s said no to %(hours)s more") % words
            said = _("Nothing is billed beyond the fee.")
    emails.write(
        kind="overage_answer",
        ref=str(row.pk),
        to=business.owner.email,
        template="note",
        language=business.language,
        context={"subject": subject, "name": "", "paragraphs": [said], "button": "", "link": ""},
        business=business,
        now=now,
    )
