"""What waits for the freelancer: each source says its own, the most urgent first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import seal, trial
from agreements.models import Agreement, Question
from agreements.schedule import Interval
from billing import queries, run
from billing.models import Certificate
from core.models import Outbox
from core.models.outbox import OutboxState
from core.templatetags import rh
from dashboard.views.desk import Desk
from delivery import timer
from delivery.models import Overage, Report
from delivery.states import OverageState, ReportState

SHOWN = 6  # of one kind
LATELY = timedelta(days=60)


@dataclass(frozen=True)
class Need:
    """One thing that waits for the freelancer."""

    text: str
    url: str
    label: str


def needs(desk: Desk) -> list[Need]:
    """Everything that waits, with a number of questions that does not grow."""
    return [need for source in SOURCES for need in source(desk)]


def _failed(desk: Desk) -> list[Need]:
    return [
        Need(
            _("%(client)s's charge failed.") % {"client": row.invoice.client.name},
            reverse("dashboard:charge", args=[row.invoice.pk]),
            _("Review"),
        )
        for row in queries.failed(desk.business)[:SHOWN]
    ]


def _parked(desk: Desk) -> list[Need]:
    return [
        Need(
            _("%(client)s: %(why)s") % {"client": row.client.name, "why": _(row.parked_because)},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in queries.parked(desk.business)[:SHOWN]
    ]


def _runs(desk: Desk) -> list[Need]:
    found = []
    if queries.unknown(desk.business).exists():
        found.append(Need(_("The outcome of a charge is not known yet."), reverse("dashboard:unknown"), _("Look")))
    if run.refused():
        found.append(
            Need(_("The billing run waits for a word about the clock."), reverse("dashboard:run"), _("Look"))
        )
    return found


def _unsealed(desk: Desk) -> list[Need]:
    return [
        Need(
            _("“%(title)s” is signed; its seal waits: %(why)s") % {"title": row.title, "why": why},
            reverse("dashboard:agreement", args=[row.agreement.pk]),
            _("Look"),
        )
        for row, why in seal.waiting(desk.business, timezone.now())[:SHOWN]
    ]


def _questions(desk: Desk) -> list[Need]:
    asked = desk.rows(Question).filter(answer="").select_related("contact", "proposal")
    return [
        Need(
            _("%(name)s asks about “%(title)s”.") % {"name": row.contact.name, "title": row.proposal.title},
            reverse("dashboard:proposal", args=[row.proposal_id]),
            _("Answer"),
        )
        for row in asked[:SHOWN]
    ]


def _letters(desk: Desk) -> list[Need]:
    lost = desk.rows(Outbox).filter(state=OutboxState.FAILED).count()
    if not lost:
        return []
    words = ngettext("A letter could not be delivered.", "%(n)s letters could not be delivered.", lost) % {"n": lost}
    return [Need(words, reverse("dashboard:letters") + "?state=failed", _("Look"))]


def _certificates(desk: Desk) -> list[Need]:
    owed = desk.rows(Certificate).filter(state="owed").count()
    if not owed:
        return []
    words = ngettext("One withholding certificate is owed.", "%(n)s withholding certificates are owed.", owed)
    return [Need(words % {"n": owed}, reverse("dashboard:certificates"), _("Look"))]


def _trials(desk: Desk) -> list[Need]:
    signed = desk.rows(Agreement).filter(interval=Interval.ONCE, signed_at__isnull=False)
    near = signed.filter(ends_on__range=(desk.today - LATELY, desk.today + trial.SOON)).order_by("-ends_on")
    return [
        Need(
            _("%(client)s's trial: did it succeed?") % {"client": row.client.name},
            reverse("dashboard:agreement", args=[row.pk]),
            _("Decide"),
        )
        for row in near.select_related("client")[:SHOWN]
        if trial.is_due(row, desk.today)
    ]


def _hours(desk: Desk) -> list[Need]:
    over = desk.rows(Overage).filter(state=OverageState.ASKED, period__ends_on__lte=desk.today)
    return [
        Need(
            _("%(client)s has not answered about more hours.") % {"client": row.client.name},
            reverse("dashboard:hours", args=[row.period.agreement_id]),
            _("Look"),
        )
        for row in over.select_related("client", "period")[:SHOWN]
    ]


def _timer(desk: Desk) -> list[Need]:
    row = timer.running(desk.business.owner, desk.business)
    if row is None or not timer.is_forgotten(row, timezone.now()):
        return []
    words = {"client": row.agreement.client.name, "since": rh.moment(row.started_at, desk.business.time_zone)}
    said = _("The timer for %(client)s has been running since %(since)s.") % words
    return [Need(said, reverse("dashboard:timer"), _("Look"))]


def _reports(desk: Desk) -> list[Need]:
    drafts = desk.rows(Report).filter(state=ReportState.DRAFT).select_related("client", "period")
    return [
        Need(
            _("The report for %(client)s is ready for your sentence.") % {"client": row.client.name},
            reverse("dashboard:report", args=[row.pk]),
            _("Review"),
        )
        for row in drafts[:SHOWN]
    ]


SOURCES: tuple[Callable[[Desk], list[Need]], ...] = (
    _failed, _parked, _runs, _unsealed, _questions, _letters, _certificates, _trials, _hours, _timer, _reports,
)  # fmt: skip
