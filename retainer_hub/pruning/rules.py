"""What is deleted after how long: one rule for each kind of row.

What tax law demands, and what proves a signature, has no rule here: it is never deleted.
docs/data-protection.md has the same table; a test compares them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import SectionReading
from billing.models import BillingRun, GatewayEvent
from billing.runs import billing_run
from core.jobs.set_aside import Step
from core.models import (
    Business,
    CacheEntry,
    Link,
    OutboxEmail,
    OwnerNote,
    RateLimit,
    SetAside,
    TeamInvitation,
)
from core.models.business import EmailMonths
from core.models.outbox import OutboxState
from delivery.models import ReportRun
from exports.models import Export
from exports.states import ExportState

TASK = "retainer_hub.tasks.prune"
#: Emails of the installation itself, about signing in for example, belong to no business.
OWN_EMAILS = EmailMonths.ONE_YEAR
MONTH = timedelta(days=31)  # never shorter than a month of the calendar


def _delete(rows: QuerySet[Any], now: datetime) -> int:
    return rows.delete()[0]


def _empty(rows: QuerySet[Any], now: datetime) -> int:
    return rows.update(text="", html="", emptied_at=now)


@dataclass(frozen=True)
class Rule:
    """What is deleted: the rows that `due` finds at a time.

    `days` and `since` say for people when that is; without `days` the owner chooses. `what` is what
    is deleted of a row. `business`, `title` and `page` are those of a Step; a rule without a title
    is about rows of the machinery alone, and is none.
    """

    name: str
    model: type[Model]
    days: int | None
    since: str
    due: Callable[[datetime], QuerySet[Any]]
    label: str | Promise = ""
    what: str = "the row"
    act: Callable[[QuerySet[Any], datetime], int] = _delete
    business: str = "business_id"
    title: str = ""
    page: tuple[str, str] = ("", "pk")

    def __post_init__(self) -> None:
        if self.title:
            Step(self.step, TASK, self.label, self.model, self.business, self.title, self.page)

    @property
    def step(self) -> str:
        """The name of its step, under which a row is set aside."""
        return f"prune_{self.name}"


def _older(model: type[Model], field: str, days: int, **also: Any) -> Callable[[datetime], Any]:
    """Return what finds the rows whose `field` is more than `days` ago."""

    def due(now: datetime) -> QuerySet[Any]:
        past = {f"{field}__lt": now - timedelta(days=days)}
        return QuerySet(model).filter(**past, **also)

    return due


def _emails(now: datetime) -> QuerySet[OutboxEmail]:
    """Emails with a text that are older than their business wants; one that waits is never old."""
    old = Q(business=None, created_at__lt=now - OWN_EMAILS * MONTH)
    for months in EmailMonths.values:
        if months:
            # Named by the table of businesses: so the index by business and time is used.
            theirs = Business.objects.filter(email_months=months).values("pk")
            old |= Q(business__in=theirs, created_at__lt=now - months * MONTH)
    with_text = OutboxEmail.objects.filter(emptied_at__isnull=True)
    return with_text.exclude(state=OutboxState.WAITING).filter(old)


def _runs(now: datetime) -> QuerySet[BillingRun]:
    """Runs of the job, but for those by which the next one judges the clock."""
    old = BillingRun.objects.filter(started_at__lt=now - timedelta(days=400))
    good = billing_run.last_good_run()
    return old.filter(pk__lt=good.pk) if good else old


def _ended(now: datetime) -> QuerySet[UserSession]:
    sessions = Session.objects.filter(pk=OuterRef("session_key"))
    ended: QuerySet[UserSession] = UserSession.objects.filter(~Exists(sessions))
    return ended


RULES = (
    Rule("sessions", Session, 0, "its end", _older(Session, "expire_date", 0)),
    Rule("devices", UserSession, 0, "the end of the session", _ended),
    Rule("rate_limits", RateLimit, 0, "the end of the window", _older(RateLimit, "ends_at", 0)),
    Rule("cache", CacheEntry, 0, "its end", _older(CacheEntry, "expires", 0)),
    Rule(
        "links",
        Link,
        400,
        "its end",
        _older(Link, "expires_at", 400),
        _("Delete the expired link"),
        business="",
        title="purpose",
    ),
    Rule(
        "invitations",
        TeamInvitation,
        400,
        "its end",
        _older(TeamInvitation, "expires_at", 400),
        _("Delete the expired invitation"),
        title="email",
    ),
    Rule(
        "emails",
        OutboxEmail,
        None,
        "it was written",
        _emails,
        _("Delete the text of the old email"),
        what="text and HTML",
        act=_empty,
        title="subject",
        page=("letters", "business_id"),
    ),
    Rule(
        "notes",
        OwnerNote,
        730,
        "it was emailed",
        _older(OwnerNote, "told_at", 730),
        _("Delete the old notification"),
        title="sentence",
    ),
    Rule(
        "set_aside",
        SetAside,
        90,
        "it was released",
        _older(SetAside, "released_at", 90),
        _("Delete what was set aside and released"),
        title="title",
    ),
    Rule(
        "billing_runs",
        BillingRun,
        400,
        "it began",
        _runs,
        _("Delete the old billing run"),
        business="",
        title="door",
    ),
    Rule(
        "report_runs",
        ReportRun,
        90,
        "it began",
        _older(ReportRun, "started_at", 90),
        _("Delete the old report run"),
        business="",
        title="door",
    ),
    Rule(
        "webhooks",
        GatewayEvent,
        60,
        "it was processed",
        _older(GatewayEvent, "done_at", 60),
        _("Delete the old webhook"),
        business="account__business_id",
        title="gateway",
    ),
    Rule(
        "readings",
        SectionReading,
        400,
        "the day",
        _older(SectionReading, "on", 400),
        _("Delete how long a proposal was read"),
        title="section",
        page=("proposal", "proposal_id"),
    ),
    Rule(
        "exports",
        Export,
        400,
        "it was asked for",
        _older(Export, "created_at", 400, state__in=(ExportState.GONE, ExportState.FAILED)),
        _("Delete the line about the old export"),
        title="business__name",
        page=("exports", "business_id"),
    ),
    Rule(
        "admin_log",
        LogEntry,
        1095,
        "it was written",
        _older(LogEntry, "action_time", 1095),
        _("Delete the old line of the admin site"),
        business="",
        title="object_repr",
    ),
)
