"""Delivery's models in the admin site, where they can be read but not changed."""

from django.contrib import admin

from core.web.admin_site.rows import FrozenAdmin
from delivery.models import (
    Adjustment,
    DayNote,
    Deliverable,
    EarlyWarning,
    Handover,
    Kpi,
    MutedItem,
    OffMonthRule,
    Overage,
    PlannedTime,
    QuarterlyReview,
    Reading,
    Report,
    ReportCorrection,
    ReportRun,
    Request,
    RequestMessage,
    TimeEntry,
    TimeImport,
    Timer,
    TimerEvent,
    TimerRun,
    WarningDigest,
    WorkAnswer,
)


@admin.register(TimeEntry)
class TimeEntryAdmin(FrozenAdmin):
    list_display = ["on", "minutes", "created_at"]
    found_through = ("period",)
    neighbours = ("period", "business")


@admin.register(Deliverable)
class DeliverableAdmin(FrozenAdmin):
    list_display = ["title", "promised", "done", "state"]
    list_filter = ["state"]
    parts_of = ("title",)
    found_through = ("period",)
    neighbours = ("period",)


@admin.register(Kpi)
class KpiAdmin(FrozenAdmin):
    list_display = ["name", "unit", "baseline", "target", "less_is_better"]
    parts_of = ("name",)
    found_through = ("agreement",)
    neighbours = ("agreement",)


@admin.register(Reading)
class ReadingAdmin(FrozenAdmin):
    list_display = ["on", "source", "voided_at", "created_at"]
    found_through = ("kpi",)
    neighbours = ("kpi", "period")


@admin.register(Report)
class ReportAdmin(FrozenAdmin):
    list_display = ["created_at", "state", "sent_at", "opened_at", "sha256"]
    list_filter = ["state", "language"]
    found_by = ("sha256",)
    found_through = ("client",)
    neighbours = ("client", "period", "business")
    is_chief = True
    icon = "lab_profile"


@admin.register(ReportRun)
class ReportRunAdmin(FrozenAdmin):
    list_display = ["started_at", "door", "finished_at"]
    needs_reason = False


@admin.register(Adjustment)
class AdjustmentAdmin(FrozenAdmin):
    list_display = ["minutes", "actor", "created_at"]
    found_through = ("period",)
    neighbours = ("period", "business")


@admin.register(Overage)
class OverageAdmin(FrozenAdmin):
    list_display = ["minutes", "rate", "currency", "state", "billed", "decided_by"]
    found_through = ("client",)
    neighbours = ("client", "period")


@admin.register(Timer)
class TimerAdmin(FrozenAdmin):
    list_display = ["started_at"]
    found_through = ("agreement",)
    neighbours = ("user", "agreement")


@admin.register(TimeImport)
class TimeImportAdmin(FrozenAdmin):
    list_display = ["file_name", "source", "state", "entries", "created_at"]
    list_filter = ["source", "state"]
    parts_of = ("file_name",)
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(Handover)
class HandoverAdmin(FrozenAdmin):
    list_display = ["on", "count", "title", "created_at"]
    parts_of = ("title",)
    neighbours = ("deliverable",)


@admin.register(WorkAnswer)
class WorkAnswerAdmin(FrozenAdmin):
    list_display = ["created_at", "kind", "pieces", "ended_at"]
    list_filter = ["kind"]
    neighbours = ("deliverable", "handover", "contact", "request")


@admin.register(Request)
class RequestAdmin(FrozenAdmin):
    list_display = ["title", "state", "fits", "respond_by", "responded_at"]
    list_filter = ["state", "fits"]
    parts_of = ("title",)
    found_through = ("client",)
    neighbours = ("client", "agreement", "period", "contact")
    is_chief = True
    icon = "inbox"


@admin.register(RequestMessage)
class RequestMessageAdmin(FrozenAdmin):
    list_display = ["created_at", "came_as"]
    found_through = ("request",)
    neighbours = ("request", "contact")


@admin.register(EarlyWarning)
class EarlyWarningAdmin(FrozenAdmin):
    list_display = ["created_at", "day", "change", "sent_at", "dismissed_at"]
    found_through = ("client",)
    neighbours = ("client", "period")


@admin.register(QuarterlyReview)
class QuarterlyReviewAdmin(FrozenAdmin):
    list_display = ["starts_on", "ends_on", "sha256", "sent_at"]
    found_through = ("client",)
    neighbours = ("client", "agreement", "document")


@admin.register(OffMonthRule)
class OffMonthRuleAdmin(FrozenAdmin):
    list_display = ["choice", "created_at"]
    list_filter = ["choice"]
    found_through = ("business",)
    neighbours = ("business", "agreement")
    needs_reason = False


@admin.register(ReportCorrection)
class ReportCorrectionAdmin(FrozenAdmin):
    list_display = ["created_at"]
    found_through = ("client",)
    neighbours = ("client", "report", "business")


@admin.register(MutedItem)
class MutedItemAdmin(FrozenAdmin):
    list_display = ["name", "kind", "created_at"]
    list_filter = ["kind"]
    found_through = ("client",)
    neighbours = ("client", "agreement")


@admin.register(WarningDigest)
class WarningDigestAdmin(FrozenAdmin):
    list_display = ["day", "count", "created_at"]
    found_through = ("business",)
    neighbours = ("business",)
    needs_reason = False


@admin.register(TimerEvent)
class TimerEventAdmin(FrozenAdmin):
    list_display = ["at", "kind", "device", "counter", "is_doubtful"]
    list_filter = ["kind", "is_doubtful"]
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(TimerRun)
class TimerRunAdmin(FrozenAdmin):
    list_display = ["started_at", "ended_at", "problem", "decided_at"]
    list_filter = ["problem"]
    found_through = ("business",)
    neighbours = ("business", "agreement")


@admin.register(DayNote)
class DayNoteAdmin(FrozenAdmin):
    list_display = ["on", "created_at"]
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(PlannedTime)
class PlannedTimeAdmin(FrozenAdmin):
    list_display = ["on", "minutes", "created_at"]
    found_through = ("agreement",)
    neighbours = ("agreement",)
    needs_reason = False
