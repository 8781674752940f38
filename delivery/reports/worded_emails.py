"""The email with a report, which a business may open in its own words (rule 60), with a sample."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.worded_emails import SAMPLE_LINK, sample_contact, sample_people
from core import formats
from core.models import Business
from core.outbox.emails import Letter
from core.outbox.worded_kinds import WordedKind, register
from delivery.reports.report_texts import verdict_text
from delivery.rules.kpi_pace import Verdict


def register_kinds() -> None:
    """Register the kind of this room."""
    register(
        WordedKind(
            "report",
            gettext_lazy("Report"),
            gettext_lazy("When you send a report, or it is sent on its day."),
            {"title": gettext_lazy("the title of the report, with its month")},
            _report,
        )
    )


def _report(business: Business, today: date) -> Letter:
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    title = _("Report for %(month)s") % {"month": formats.month(first)}
    values = {**sample_people(business), "title": title}
    hours = {"used": formats.hours(18 * 60), "available": formats.hours(20 * 60)}
    context = {
        "contact": sample_contact(values),
        "link": SAMPLE_LINK,
        "title": title,
        "snapshot": {"business": business.name},
        "verdict": Verdict.GOOD,
        "verdict_text": verdict_text(Verdict.GOOD, is_month=True),
        "hours_text": _("%(used)s of %(available)s used") % hours,
    }
    language = formats.language().code
    return Letter("", "report", context, language, business, worded="report", values=values)
