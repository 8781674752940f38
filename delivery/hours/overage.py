"""Work beyond the allowance: approved by the client or permitted by the terms, then billed.

Rule 27. 40 h included, 46 h used, 2 h permitted by the terms, 3 h approved → 5 h are on the next
invoice, and 1 h is not billed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES
from billing.invoices import next_line
from clients import portal_links
from clients.client_records import decision_maker
from clients.models import Contact
from core import audit, formats, links
from core.audit import UNSEEN, Origin
from core.database.state_moves import move
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models.notification import Event
from core.money import prorate
from core.outbox import emails, owner_notes
from delivery.hours import hours_left
from delivery.hours.adjustments import MOST_MINUTES
from delivery.models import Overage
from delivery.rules.errors import NoPeriod, TooMuch
from delivery.rules.states import OVERAGE, OverageState

BILL = Step(
    "bill_overage",
    "delivery.tasks.watch_hours",
    gettext_lazy("Bill the extra hours"),
    Period,
)
EMAIL_KIND = "overage"
LOOKED_BACK = timedelta(days=40)  # after the end of a period its overage is billed for this long


def hourly_rate(agreement: Agreement) -> int:
    """Return the price of an hour beyond the allowance, in minor units before tax.

    0 where the terms set no price: then it is agreed each time.
    """
    rate: int = agreement.terms.get("overage_amount") or 0
    return rate


def request_approval(
    *, period: Period, minutes: int, rate: int, note: str, actor: str, now: datetime
) -> Overage:
    """Ask the client to approve up to `minutes` beyond the allowance, and email them the price.

    `rate` is the price of an hour in minor units of the agreement's currency, before tax. Raises
    NoPeriod when no invoice follows for the period, and TooMuch for minutes or a rate that are out
    of range, or while an earlier question about the period is unanswered.
    """
    agreement = period.agreement
    if agreement.state not in RUNNING_STATES or period.ends_on + LOOKED_BACK <= local_day(
        now, agreement.time_zone
    ):
        raise NoPeriod(_("No invoice follows for this period: write one for this work by hand."))
    if not 0 < minutes <= MOST_MINUTES:
        raise TooMuch(_("Write hours between 1 minute and 744 hours."), field="minutes")
    if rate <= 0 or prorate(rate, minutes, 60) <= 0:
        raise TooMuch(_("Enter what an hour costs."), field="rate")
    overage = _new_overage(period, minutes, rate, now, note=note)
    try:
        with transaction.atomic():
            overage.save(force_insert=True)
            _audit(overage, "overage_asked", actor, now)
            _email_question(overage, now)
    except IntegrityError:
        raise TooMuch(
            _("The client has not answered the last question about this period yet.")
        ) from None
    return overage


def approve_overage(
    *, overage: Overage, contact: Contact, now: datetime, origin: Origin
) -> Overage:
    """Record that the client approved, and bill what was used if the period is over.

    What is used later is billed when the period is over. Raises NotAllowedNow when it was answered
    before.
    """
    with transaction.atomic():
        _record_answer(overage, OverageState.APPROVED, "overage_approved", contact, now, origin)
        bill_overage(period=overage.period, now=now)
    return overage


def decline_overage(
    *, overage: Overage, contact: Contact, now: datetime, origin: Origin
) -> Overage:
    """Record that the client declined: nothing is billed, and the freelancer is told.

    Raises NotAllowedNow when it was answered before.
    """
    with transaction.atomic():
        _record_answer(overage, OverageState.DECLINED, "overage_declined", contact, now, origin)
    return overage


def withdraw_request(*, overage: Overage, actor: str, now: datetime) -> Overage:
    """Withdraw the question. Raises NotAllowedNow when the client has answered."""
    with transaction.atomic():
        move(
            overage, OverageState.WITHDRAWN, OVERAGE, sets={"decided_at": now, "decided_by": actor}
        )
        _audit(overage, "overage_withdrawn", actor, now)
    return overage


def bill_due(*, now: datetime) -> int:
    """Bill the used overage of all periods that are over; return the number of invoice lines.

    Safe to repeat.
    """
    # A client's day can be ahead of UTC; `settle` checks the end in the client's time zone.
    tomorrow = (now + timedelta(days=1)).date()
    over_periods = Period.objects.filter(
        ends_on__range=(tomorrow - LOOKED_BACK, tomorrow), agreement__state__in=RUNNING_STATES
    )
    with_budget = over_periods.filter(
        agreement__terms__overage_minutes__gt=0
    ) | over_periods.filter(overages__billed__lt=F("overages__minutes"))
    rows = without_waiting(with_budget, BILL, now).order_by("pk").distinct()
    ids = list(rows.values_list("pk", flat=True))
    return batches.run(BILL, ids, lambda batch: _bill(batch, now), now=now)


def _bill(ids: Sequence[UUID], now: datetime) -> int:
    """Bill the used overage of these periods; return the number of invoice lines."""
    rows = Period.objects.filter(pk__in=ids).select_related("agreement__client", "business__owner")
    periods = list(rows.order_by("pk"))
    agreements = {period.agreement_id: period.agreement for period in periods}
    statements = hours_left.statements_of(agreements.values())
    used = [period for period in periods if statements[period.pk].approved]
    return sum(bill_overage(period=period, now=now) for period in used)


def bill_overage(*, period: Period, now: datetime) -> int:
    """Bill what was used beyond the allowance in a period that is over.

    Minutes count if they are approved and not billed yet; their lines go on the next invoice.
    Returns the number of lines.
    """
    agreement = period.agreement
    if (
        period.ends_on > local_day(now, agreement.time_zone)
        or agreement.state not in RUNNING_STATES
    ):
        return 0
    with transaction.atomic():
        # The lock lets one worker at a time bill an agreement, so that no minute is billed twice.
        Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
        unassigned, lines = hours_left.statement_of(period).approved, 0
        for budget in _budgets(period, now):
            used = min(unassigned, budget.minutes)
            unassigned -= used
            if used > budget.billed:
                _add_line(budget, used, now)
                lines += 1
    return lines


def _budgets(period: Period, now: datetime) -> list[Overage]:
    """Return the approved budgets of a period, the standing permission first.

    The row of the standing permission is created when it is first needed.
    """
    agreement = period.agreement
    if minutes := hours_left.permitted_overage(agreement):
        decision = {"state": OverageState.APPROVED, "decided_at": now, "decided_by": "Retainer Hub"}
        standing_budget = _new_overage(
            period, minutes, hourly_rate(agreement), now, by_terms=True, **decision
        )
        if not Overage.objects.filter(period=period, by_terms=True).exists():
            standing_budget.save(force_insert=True)
    approved = Overage.objects.filter(period=period, state=OverageState.APPROVED)
    return list(
        approved.select_related("period__agreement").order_by("-by_terms", "decided_at", "id")
    )


def _new_overage(
    period: Period, minutes: int, rate: int, now: datetime, **fields: object
) -> Overage:
    """Return an unsaved Overage of the period's client, in the agreement's currency."""
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


def _add_line(budget: Overage, minutes: int, now: datetime) -> None:
    """Put the minutes of a budget that are not billed yet on the next invoice.

    `minutes` is the total used of the budget so far. The amount is the difference of two rounded
    totals, so that all lines of a budget add up to the price of all its minutes.
    """
    period = budget.period
    with translation.override(period.agreement.language):
        values = {
            "hours": formats.hours(minutes - budget.billed),
            "rate": formats.money(budget.rate, budget.currency),
        }
        description = _("Work beyond the included time: %(hours)s at %(rate)s an hour") % values
    next_line.add_next_line(
        agreement=period.agreement,
        kind=EMAIL_KIND,
        ref=f"{budget.pk}:{minutes}",
        description=description,
        now=now,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=prorate(budget.rate, minutes, 60) - prorate(budget.rate, budget.billed, 60),
    )
    Overage.objects.filter(pk=budget.pk).update(billed=minutes)
    _audit(budget, "overage_billed", "Retainer Hub", now, minutes=minutes - budget.billed)


def _record_answer(
    overage: Overage,
    state: OverageState,
    event: str,
    contact: Contact,
    now: datetime,
    origin: Origin,
) -> None:
    """Move the overage to the answer's state, and tell the owner."""
    actor = f"{contact.name} <{contact.email}>"
    move(overage, state, OVERAGE, sets={"decided_at": now, "decided_by": actor})
    _audit(overage, event, actor, now, origin)
    _email_owner(overage, now)


def _audit(
    overage: Overage,
    event: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
    minutes: int = 0,
) -> None:
    """Write an event to the agreement's audit record; `minutes` defaults to the whole budget."""
    data = {
        "hours": formats.hours(minutes or overage.minutes),
        "starts_on": overage.period.starts_on.isoformat(),
    }
    audit.record(
        business=overage.business,
        chain_id=overage.period.agreement_id,
        event=event,
        actor=actor,
        now=now,
        origin=origin,
        data=data,
    )


def _email_question(overage: Overage, now: datetime) -> None:
    """Email the question to the client's decision maker, with a link to answer it."""
    agreement = overage.period.agreement
    contact = decision_maker(agreement.client) or agreement.reader
    link = portal_links.portal_link(contact=contact, now=now, target=f"overage:{overage.id}")
    language = contact.language_for(agreement.language)
    with translation.override(language):
        values = {"business": agreement.business.name, "hours": formats.hours(overage.minutes)}
        values |= {
            "sum": formats.money(overage.most, overage.currency),
            "rate": formats.money(overage.rate, overage.currency),
        }
        paragraphs = [
            _(
                "%(business)s asks you to approve up to %(hours)s beyond the included time of "
                "this period."
            )
            % values,
            overage.note,
            _(
                "An hour costs %(rate)s, so %(sum)s at most. Only the hours that are used "
                "appear on the next invoice. Without your approval nothing is billed."
            )
            % values,
        ]
        subject, button = _("Approve up to %(hours)s more?") % values, _("Review and answer")
    context = {
        "subject": subject,
        "name": contact.name,
        "paragraphs": [paragraph for paragraph in paragraphs if paragraph],
        "button": button,
    }
    emails.write(
        kind="overage",
        ref=str(overage.pk),
        to=contact.email,
        template="note",
        language=language,
        context={**context, "link": links.placeholder("link", link.id)},
        business=agreement.business,
        now=now,
    )


def _email_owner(overage: Overage, now: datetime) -> None:
    """Email the client's answer to the owner of the business."""
    business = overage.business
    with translation.override(business.language):
        values = {
            "client": overage.client.name,
            "who": overage.decided_by.partition(" <")[0],
            "hours": formats.hours(overage.minutes),
            "title": overage.period.agreement.title,
            "rate": formats.money(overage.rate, overage.currency),
        }
        if overage.state == OverageState.APPROVED:
            subject = _("%(client)s approved up to %(hours)s more")
            sentence = _(
                "%(who)s approved up to %(hours)s beyond the included time of “%(title)s”, at "
                "%(rate)s an hour. The hours you use are added to the next invoice automatically."
            )
        else:
            subject = _("%(client)s declined %(hours)s more")
            sentence = _(
                "%(who)s declined %(hours)s beyond the included time of “%(title)s”. Nothing is "
                "billed beyond the fee."
            )
        subject %= values
        owner_notes.tell(
            business=business,
            event=Event.MORE_HOURS,
            kind="overage_answer",
            ref=str(overage.pk),
            subject=subject,
            paragraphs=[sentence % values],
            button=_("Open the agreement"),
            url=links.absolute_url("dashboard:agreement", overage.period.agreement_id),
            sentence=subject,
            now=now,
        )
