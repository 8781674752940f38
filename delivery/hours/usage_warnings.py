"""Emails when 80 % and 100 % of a period's hours are used, once each (rule 26).

The agreement says who is told: the owner, or the owner and the client.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Period
from agreements.models.agreement import HoursAlerts
from agreements.rules.states import RUNNING_STATES
from agreements.rules.terms import Renews
from agreements.running.periods import next_starts
from clients import portal_links
from clients.client_records import decision_maker
from core import formats, links
from core.dates import local_day
from core.jobs import batches
from core.jobs.set_aside import Step, without_waiting
from core.models import OutboxEmail, OwnerNote
from core.models.notification import Event
from core.outbox import emails, owner_notes
from delivery.hours import hours_left
from delivery.rules.allowance import PeriodStatement

WARN = Step(
    "warn_of_hours",
    "delivery.tasks.watch_hours",
    gettext_lazy("Warn that the hours are nearly used"),
    Agreement,
    title="client__name",
    page=("agreement", "pk"),
)
KIND = "hours_used"
PERCENTAGES = (100, 80)  # percent of what is available


def warn_due(*, now: datetime) -> int:
    """Send the warnings that are due for the running periods; return how many periods they concern.

    Safe to repeat.
    """
    running = Agreement.objects.filter(state__in=RUNNING_STATES).exclude(
        tells_hours=HoursAlerts.NONE
    )
    ids = list(without_waiting(running, WARN, now).order_by("pk").values_list("pk", flat=True))
    return batches.run(WARN, ids, lambda batch: _warn(batch, now), now=now)


def _warn(ids: Sequence[UUID], now: datetime) -> int:
    """Send the warnings of these agreements; return how many periods they concern."""
    rows = Agreement.objects.filter(pk__in=ids)
    agreements = {
        agreement.pk: agreement
        for agreement in rows.select_related("client", "contact", "business__owner")
    }
    statements = hours_left.statements_of(agreements.values())
    newest_periods: dict[object, Period] = {}
    for period in Period.objects.filter(pk__in=statements).order_by("starts_on"):
        newest_periods[period.agreement_id] = period
    reached = [
        (period, mark)
        for period in newest_periods.values()
        if (mark := _mark_reached(statements[period.pk]))
    ]
    refs = [f"{period.pk}:{mark}:me" for period, mark in reached]
    told: QuerySet[Any]
    sent_refs: set[str] = set()
    for told in (OutboxEmail.objects.all(), OwnerNote.objects.all()):
        rows_told = told.filter(kind=KIND, ref__in=refs)
        sent_refs.update(rows_told.values_list("ref", flat=True))
    warned = 0
    for period, mark in reached:
        agreement = agreements[period.agreement_id]
        is_running = period.starts_on <= local_day(now, agreement.time_zone) < period.ends_on
        if is_running and f"{period.pk}:{mark}:me" not in sent_refs:
            _send_warning(agreement, period, mark, statements[period.pk], now)
            warned += 1
    return warned


def _mark_reached(period_statement: PeriodStatement) -> int:
    """Return the highest mark that was reached; 0 for none, or where no hours are included."""
    if period_statement.available <= 0:
        return 0
    return next(
        (
            mark
            for mark in PERCENTAGES
            if period_statement.used * 100 >= period_statement.available * mark
        ),
        0,
    )


def _send_warning(
    agreement: Agreement,
    period: Period,
    mark: int,
    period_statement: PeriodStatement,
    now: datetime,
) -> None:
    """Tell the owner and, if the agreement says so, the client's decision maker."""
    with translation.override(agreement.business.language):
        subject, paragraphs = _owner_words(agreement, period, mark, period_statement)
        owner_notes.tell(
            business=agreement.business,
            event=Event.HOURS_USED,
            kind=KIND,
            ref=f"{period.pk}:{mark}:me",
            subject=subject,
            paragraphs=paragraphs,
            button=_("Open the agreement"),
            url=links.absolute_url("dashboard:agreement", agreement.pk),
            now=now,
        )
    if agreement.tells_hours != HoursAlerts.BOTH:
        return
    contact = decision_maker(agreement.client) or agreement.contact
    reader_language = contact.language_for(agreement.language)
    link = portal_links.portal_link(contact=contact, now=now, target=f"hours:{agreement.pk}")
    with translation.override(reader_language):
        subject, paragraphs = _client_words(agreement, period, mark, period_statement)
        button = _("See your hours")
    emails.write(
        kind=KIND,
        ref=f"{period.pk}:{mark}:client",
        to=contact.email,
        template="note",
        language=reader_language,
        context={
            "subject": subject,
            "name": contact.name,
            "paragraphs": paragraphs,
            "button": button,
            "link": links.placeholder("link", link.id),
        },
        business=agreement.business,
        now=now,
    )


def _owner_words(
    agreement: Agreement, period: Period, mark: int, period_statement: PeriodStatement
) -> tuple[str, list[str]]:
    """The subject and the paragraphs for the owner, in the active language."""
    values = _values(agreement, period, mark, period_statement)
    sentence = (
        _("“%(title)s”: %(used)s of %(available)s are used. The next hours come on %(day)s.")
        if values["day"]
        else _("“%(title)s”: %(used)s of %(available)s are used in its last period.")
    )
    return _("%(client)s: %(percent)s %% of the hours are used") % values, [
        sentence % values,
        _("Work beyond them is billed only if the client agreed to it."),
    ]


def _client_words(
    agreement: Agreement, period: Period, mark: int, period_statement: PeriodStatement
) -> tuple[str, list[str]]:
    """The subject and the paragraphs for the client, in the active language."""
    values = _values(agreement, period, mark, period_statement)
    sentence = (
        _(
            "You have used %(used)s of the %(available)s of “%(title)s”. You get new hours on "
            "%(day)s."
        )
        if values["day"]
        else _("You have used %(used)s of the %(available)s of “%(title)s” in its last period.")
    )
    return _("%(percent)s %% of your hours are used: %(title)s") % values, [
        sentence % values,
        _("We bill work beyond them only if you agreed to it."),
    ]


def _values(
    agreement: Agreement, period: Period, mark: int, period_statement: PeriodStatement
) -> dict[str, Any]:
    """What the sentences name, in the active language; no `day` where no new hours come."""
    next_on = _next_hours_on(agreement, period)
    return {
        "title": agreement.title,
        "client": agreement.client.name,
        "used": formats.hours(period_statement.used),
        "available": formats.hours(period_statement.available),
        "day": formats.day(next_on) if next_on else "",
        "percent": mark,
    }


def _next_hours_on(agreement: Agreement, period: Period) -> date | None:
    """The first day of the next period that is not paused; None if the agreement ends before."""
    if found := next_starts([agreement], period.starts_on).get(agreement.pk):
        return found
    return period.ends_on if agreement.renews == Renews.ALONE else None
