"""Reports: drafts to review and to send, and sent ones that the client has not seen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.running import email_recipient
from core import formats
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.reports.views import reports as pages
from dashboard.todo.items import Done, Entry, Group, Kind, checked
from delivery.models import Report
from delivery.reports import report_reminders, review_draft, send_reports, suggested_texts
from delivery.reports.holding import held_sending
from delivery.reports.report_texts import template_context
from delivery.rules.errors import AlreadySent
from delivery.rules.states import ReportState

USUAL = timedelta(days=5)  # after which a report is expected that has no day of its own
TIMES = ("send_at", "reviewed_at")  # of a draft, which an undo brings back
SOON = timedelta(hours=24)  # before its time to be sent a report is marked


class ReportToReview(Kind):
    """A draft that is sent, in words that a person has read."""

    needs = Area.REPORTS
    name, icon, group, page = "report", "report-analytics", Group.MONTH, "report"
    template, page_label = "report", gettext_lazy("Open the report")
    acts = ("send", "keep")

    def waiting(self, view: DashboardView) -> QuerySet[Report]:
        decided = Q(reviewed_at__isnull=False, send_at__gt=timezone.now())
        drafts = view.rows(Report).filter(state=ReportState.DRAFT).exclude(decided)
        return drafts.select_related("client", "period__agreement").order_by(
            F("send_at").asc(nulls_last=True), "pk"
        )

    def row(self, view: DashboardView, pk: UUID) -> Report:
        return pages.report_with_facts(view, pk)

    def can_open(self, view: DashboardView, row: Report) -> bool:
        return row.is_draft and not held_sending.is_held(row, timezone.now())

    def entry(self, view: DashboardView, row: Report) -> Entry:
        now = timezone.now()
        when, tone = _("waits for you"), "info"
        if row.send_at:
            sent = {"when": formats.moment(row.send_at, view.business.time_zone)}
            when = _("sent automatically %(when)s") % sent
            tone = "warn" if row.send_at - now < SOON else "mute"
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.send_at or row.created_at + USUAL,
            send_reports.report_title(row),
            row.client.name,
            when,
            tone,
        )

    def form(self, view: DashboardView, row: Report, *data: Any) -> Any:
        return pages.words_form(row, *data[:1])

    def details(self, view: DashboardView, row: Report, form: Any) -> dict[str, Any]:
        typed = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
        report = pages.with_typed(row, typed)
        snapshot = review_draft.contents_shown(report)
        readers = email_recipient.recipients_by_client([report.period.agreement])
        with translation.override(report.language):
            context = template_context(snapshot) | {"title": send_reports.report_title(report)}
        return {
            "report": report,
            "reader": readers.get(report.client_id),
            "decisions": suggested_texts.decisions(snapshot, report.language),
            "held_minutes": held_sending.HELD // timedelta(minutes=1),
            **pages.off_month(report, snapshot),
            **context,
        }

    def act(self, view: DashboardView, row: Report, act: str, form: Any) -> Done:
        """Save the words; then send the report after a moment, or leave it to its day."""
        words, now = checked(form), timezone.now()
        kept = _times(row)
        facts = {"client": row.client.name}
        if act == "keep":
            review_draft.save_texts(report=row, now=now, **words)
            text = _("Saved. The report for %(client)s is sent on its day.") % facts
            return Done(text, undo=kept | {"left": _sends_at(row)}, url=self.url(row))
        held_sending.send_soon(report=row, actor=view.actor, now=now, **words)
        facts["when"] = formats.moment(row.send_at, view.business.time_zone)
        text = _("The report for %(client)s will be sent on %(when)s.") % facts
        kept["left"] = _sends_at(row)
        return Done(text, undo=kept, until=row.send_at, url=self.url(row))

    def undo(self, view: DashboardView, row: Report, kept: Mapping[str, str]) -> str:
        if row.is_draft and _sends_at(row) != kept["left"]:
            raise AlreadySent(_("Its time was changed since. Please open the report."))
        before = {name: parse_datetime(kept[name]) if kept[name] else None for name in TIMES}
        released_by = kept.get("released_by") or None
        held_sending.take_back(report=row, released_by=released_by, now=timezone.now(), **before)
        return _("The report for %(client)s is a draft again.") % {"client": row.client.name}


def _times(row: Report) -> dict[str, str]:
    """What an undo brings back of a draft, as text; "" where there is none."""
    times = {name: at.isoformat() if (at := getattr(row, name)) else "" for name in TIMES}
    return times | {"released_by": row.released_by or ""}


def _sends_at(row: Report) -> str:
    return _times(row)["send_at"]


class UnseenReport(Kind):
    """A sent report that the client has apparently not looked at."""

    needs = Area.REPORTS
    name, icon, group, page = "unseen", "report-analytics", Group.MONTH, "report"
    template, page_label = "unseen", gettext_lazy("Open the report")
    acts = ("talked",)

    def waiting(self, view: DashboardView) -> QuerySet[Report]:
        unseen = report_reminders.open_tasks(view.rows(Report))
        return unseen.select_related("client", "period__agreement").order_by("task_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Report:
        return pages.report_with_facts(view, pk)

    def entry(self, view: DashboardView, row: Report) -> Entry:
        sent = {"day": formats.day_short(row.sent_at)}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.task_at or row.created_at,
            _("Not seen yet: %(title)s") % {"title": send_reports.report_title(row)},
            row.client.name,
            _("sent %(day)s") % sent,
        )

    def details(self, view: DashboardView, row: Report, form: Any) -> dict[str, Any]:
        return {"report": row, "reader": row.period.agreement.contact}

    def act(self, view: DashboardView, row: Report, act: str, form: Any) -> Done:
        report_reminders.complete_task(report=row, now=timezone.now())
        text = _("Noted: you talked to %(client)s about the report.") % {"client": row.client.name}
        return Done(text, url=self.url(row))
