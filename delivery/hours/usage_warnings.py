"""Tells when four fifths, and all, of a period's time is used: once each, to whom the agreement says (rule 26)."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.models.agreement import TellsHours
from agreements.rules.states import RUNS
from clients.client_records import decision_maker
from core import formats
from core.dates import local_day
from core.models import OutboxEmail
from core.outbox import emails
from delivery.hours import hours_left
from delivery.rules.allowance import PeriodStatement

MARKS = (100, 80)  # percent of what is available


def warn_due(*, now: datetime) -> int:
    """Write what is due for the periods that run now; how many passed a mark. Any number of times."""
    running = Agreement.objects.filter(state__in=RUNS).exclude(tells_hours=TellsHours.NONE)
    agreements = {
        row.pk: row for row in running.select_related("client", "contact", "business__owner")
    }
    stated = hours_left.of_agreements(agreements.values())
    newest: dict[object, Period] = {}
    for period in Period.objects.filter(pk__in=stated).order_by("starts_on"):
        newest[period.agreement_id] = period
    passed = [(period, mark) for period in newest.values() if (mark := _mark(stated[period.pk]))]
    told = (
        set(OutboxEmail.objects.filter(kind="hours_used").values_list("ref", flat=True))
        if passed
        else set()
    )
    made = 0
    for period, mark in passed:
        agreement = agreements[period.agreement_id]
        runs = period.starts_on <= local_day(now, agreement.time_zone) < period.ends_on
        if runs and f"{period.pk}:{mark}:me" not in told:
            _tell(agreement, period, mark, stated[period.pk], now)
            made += 1
    return made


def _mark(stated: PeriodStatement) -> int:
    """The highest mark that was reached; 0 for none, or where no time is included."""
    if stated.available <= 0:
        return 0
    return next((mark for mark in MARKS if stated.used * 100 >= stated.available * mark), 0)


def _tell(
    agreement: Agreement, period: Period, mark: int, stated: PeriodStatement, now: datetime
) -> None:
    owner = agreement.business.owner
    people = [("me", owner.email, agreement.business.language)]
    if agreement.tells_hours == TellsHours.BOTH:
        contact = decision_maker(agreement.client) or agreement.contact
        people.append(("client", contact.email, agreement.language))
    for who, to, language in people:
        with translation.override(language):
            words = {
                "title": agreement.title,
                "client": agreement.client.name,
                "used": formats.hours(stated.used),
                "available": formats.hours(stated.available),
                "day": formats.day(period.ends_on),
                "percent": mark,
            }
            subject = _("%(percent)s %% of the hours are used: %(client)s") % words
            said = [
                _("“%(title)s”: %(used)s of %(available)s are used. New hours come on %(day)s.")
                % words,
                _("Work beyond them is billed only where the client has agreed to it."),
            ]
        emails.write(
            kind="hours_used",
            ref=f"{period.pk}:{mark}:{who}",
            to=to,
            template="note",
            language=language,
            context={"subject": subject, "name": "", "paragraphs": said, "button": "", "link": ""},
            business=agreement.business,
            now=now,
        )
