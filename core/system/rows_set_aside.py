"""The rows that jobs set aside, for people: where each is shown, and who is told of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import ResolverMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import links
from core.jobs import batches, set_aside
from core.jobs.set_aside import STEPS, Step
from core.models import Business, SetAside, User
from core.models.set_aside import Reason
from core.outbox import emails
from core.system import administrators

TELL = Step(
    "tell_set_aside",
    "core.tasks.send_mail",
    gettext_lazy("Email the owner about what could not be done"),
    Business,
    business="pk",
    title="name",
    page=("jobs", "pk"),
)
#: The dashboard's pages of one row. Other pages show what is set aside of a business.
OF_ONE_ROW = ("agreement", "client", "invoice", "proposal", "report", "request")
OF_THE_BUSINESS = ("letters", "exports", "paying", "warnings", "reports")
MOST_LISTED = 10  # rows that are listed in an email; the others are counted


def shown_on(match: ResolverMatch | None, business: Business | None) -> QuerySet[SetAside]:
    """Return the rows of a business that the page with this URL shows."""
    rows = SetAside.objects.none()
    if match is None or business is None or match.namespace != "dashboard":
        return rows
    if match.url_name in OF_ONE_ROW:
        rows = SetAside.objects.of_page(match.url_name, match.kwargs.get("pk"))
    elif match.url_name in OF_THE_BUSINESS:
        rows = SetAside.objects.of_page(match.url_name, business.pk)
    elif match.url_name == "sent_email":
        rows = SetAside.objects.of_page("letters", business.pk).filter(subject=match.kwargs["pk"])
    return rows.filter(business=business)


def visible_to(user: User, business: Business) -> QuerySet[SetAside]:
    """Return the rows that a user may see and release: staff all of them, an owner their own."""
    rows = SetAside.objects.open().select_related("business")
    return rows if user.is_staff else rows.filter(business=business)


def failed_steps() -> QuerySet[SetAside]:
    """Return the steps of jobs whose last run failed as a whole, which concern every business."""
    return SetAside.objects.failed_steps()


def page_of(row: SetAside) -> tuple[str, list[Any]]:
    """Return the URL name and the arguments of the page that shows a row."""
    page, _colon, pk = row.page.partition(":")
    if page in OF_ONE_ROW:
        return f"dashboard:{page}", [pk]
    return f"dashboard:{page if page in OF_THE_BUSINESS else 'jobs'}", []


def page_url(row: SetAside) -> str:
    """Return the URL of the page that shows a row."""
    name, arguments = page_of(row)
    return reverse(name, args=arguments)


def sentence(row: SetAside) -> str:
    """Say what could not be done, for whom, and why, in the active language."""
    values = {"what": set_aside.label(row), "title": row.title, "reason": row.reason_text}
    return (
        _("%(what)s (%(title)s): %(reason)s") if row.title else _("%(what)s: %(reason)s")
    ) % values


def tell_due(*, now: datetime) -> int:
    """Email each owner about rows that were set aside, and administrators once a day.

    Returns the number of businesses whose owner was emailed.
    """
    set_aside.forget_past(now=now)
    untold = _untold().order_by().values("business")
    businesses = set_aside.without_waiting(Business.objects.filter(pk__in=untold), TELL, now)
    ids = list(businesses.order_by("pk").values_list("pk", flat=True))
    told = batches.run_each(TELL, ids, lambda pk: _tell_owner(pk, now), now=now)
    _tell_administrators(now)
    return told


def _untold() -> QuerySet[SetAside]:
    """Return the rows whose owner is to be told."""
    too_soon = Q(step=TELL.name) | Q(reason=Reason.DATABASE, tries__lt=3)
    for step in STEPS.values():
        too_soon |= Q(step=step.name, tries__lte=step.patience)
    rows = SetAside.objects.open().filter(told_at__isnull=True, business__isnull=False)
    return rows.exclude(too_soon)


def _tell_owner(pk: UUID, now: datetime) -> int:
    """Email the owner of one business; the number of emails written."""
    business = Business.objects.select_related("owner").get(pk=pk)
    rows = list(_untold().filter(business=business).order_by("created_at", "pk"))
    if not rows:
        return 0
    SetAside.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    with translation.override(business.language):
        paragraphs = [sentence(row) for row in rows[:MOST_LISTED]]
        if (more := len(rows) - MOST_LISTED) > 0:
            paragraphs.append(ngettext("And one more.", "And %(n)s more.", more) % {"n": more})
        paragraphs.append(
            _("We try again automatically, at growing intervals. Your other work is not affected.")
        )
        subject = ngettext(
            "An automatic task failed", "%(n)s automatic tasks failed", len(rows)
        ) % {"n": len(rows)}
        button = _("Open the page") if len(rows) == 1 else _("Open the overview")
    name, arguments = page_of(rows[0]) if len(rows) == 1 else ("dashboard:home", [])
    emails.write(
        kind="set_aside",
        ref=str(rows[0].pk),
        to=business.owner.email,
        template="note",
        context={
            "subject": subject,
            "name": business.owner.get_short_name(),
            "paragraphs": paragraphs,
            "button": button,
            "link": links.absolute_url(name, *arguments),
        },
        language=business.language,
        business=business,
        now=now,
    )
    return 1


def _tell_administrators(now: datetime) -> None:
    """Email the administrators, once a day while something is set aside; no tenant is named."""
    rows, steps = SetAside.objects.open().count(), list(failed_steps())
    if not rows and not steps:
        return
    paragraphs = []
    if rows:
        text = ngettext(
            "One row is set aside because a job could not process it.",
            "%(n)s rows are set aside because a job could not process them.",
            rows,
        )
        paragraphs.append(text % {"n": rows})
    paragraphs += [
        _("The step “%(step)s” failed: %(reason)s")
        % {"step": step.title, "reason": step.reason_text}
        for step in steps
    ]
    administrators.tell(
        kind="set_aside_today",
        ref=now.date().isoformat(),
        subject=_("Retainer Hub: automatic tasks failed"),
        paragraphs=[
            *paragraphs,
            _("All other rows were processed. docs/operations.md says what to do."),
        ],
        now=now,
    )
