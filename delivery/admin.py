"""Delivery's models in the admin site, where they can be read but not changed."""

from django.contrib import admin

from core.web.admin_site import FrozenAdmin
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
    list_display = ["on", "minutes", "note"]
    search_fields = ["note", "period__agreement__client__name"]
    neighbours = ("period", "business")


@admin.register(Deliverable)
class DeliverableAdmin(FrozenAdmin):
    list_display = ["title", "promised", "done", "state"]
    list_filter = ["state"]
    search_fields = ["title", "period__agreement__client__name"]
    neighbours = ("period",)


@admin.register(Kpi)
class KpiAdmin(FrozenAdmin):
    list_display = ["name", "unit", "baseline", "target", "less_is_better"]
    search_fields = ["name", "agreement__client__name"]
    neighbours = ("agreement",)


@admin.register(Reading)
class ReadingAdmin(FrozenAdmin):
    list_display = ["value", "on", "source", "voided_at"]
    search_fields = ["kpi__name"]
    neighbours = ("kpi", "period")


@admin.register(Report)
class ReportAdmin(FrozenAdmin):
    list_display = ["created_at", "state", "sent_at", "opened_at", "sha256"]
    list_filter = ["state", "language"]
    search_fields = ["client__name", "sha256"]
    neighbours = ("client", "period", "business")


@admin.register(ReportRun)
class ReportRunAdmin(FrozenAdmin):
    list_display = ["started_at", "door", "finished_at"]
    search_fields = ["door"]


@admin.register(Adjustment)
class AdjustmentAdmin(FrozenAdmin):
    list_display = ["minutes", "reason", "actor", "created_at"]
    search_fields = ["reason", "period__agreement__client__name"]
    neighbours = ("period", "business")


@admin.register(Overage)
class OverageAdmin(FrozenAdmin):
    list_display = ["minutes", "rate", "currency", "state", "billed", "decided_by"]
    search_fields = ["note", "client__name"]
    neighbours = ("client", "period")


@admin.register(Timer)
class TimerAdmin(FrozenAdmin):
    list_display = ["user", "started_at", "note"]
    search_fields = ["note"]
    neighbours = ("user", "agreement")


@admin.register(TimeImport)
class TimeImportAdmin(FrozenAdmin):
    list_display = ["file_name", "source", "state", "entries", "created_at"]
    list_filter = ["source", "state"]
    search_fields = ["file_name"]
    neighbours = ("business",)


@admin.register(Handover)
class HandoverAdmin(FrozenAdmin):
    list_display = ["on", "count", "title", "url", "file_name"]
    search_fields = ["title", "file_name"]
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
    search_fields = ["title", "client__name"]
    neighbours = ("client", "agreement", "period", "contact")


@admin.register(RequestMessage)
class RequestMessageAdmin(FrozenAdmin):
    list_display = ["created_at", "text", "came_as"]
    search_fields = ["text"]
    neighbours = ("request", "contact")


@admin.register(EarlyWarning)
class EarlyWarningAdmin(FrozenAdmin):
    list_display = ["created_at", "day", "change", "sent_at", "dismissed_at"]
    search_fields = ["client__name"]
    neighbours = ("client", "period")


@admin.register(QuarterlyReview)
class QuarterlyReviewAdmin(FrozenAdmin):
    list_display = ["starts_on", "ends_on", "sha256", "sent_at"]
    search_fields = ["client__name"]
    neighbours = ("client", "agreement", "document")


@admin.register(OffMonthRule)
class OffMonthRuleAdmin(FrozenAdmin):
    list_display = ["business", "choice", "created_at"]
    list_filter = ["choice"]
    search_fields = ["business__name"]
    neighbours = ("business", "agreement")


@admin.register(ReportCorrection)
class ReportCorrectionAdmin(FrozenAdmin):
    list_display = ["created_at", "note"]
    search_fields = ["client__name"]
    neighbours = ("client", "report", "business")


@admin.register(MutedItem)
class MutedItemAdmin(FrozenAdmin):
    list_display = ["name", "kind", "created_at"]
    list_filter = ["kind"]
    search_fields = ["client__name", "name"]
    neighbours = ("client", "agreement")


@admin.register(WarningDigest)
class WarningDigestAdmin(FrozenAdmin):
    list_display = ["business", "day", "count"]
    search_fields = ["business__name"]
    neighbours = ("business",)


@admin.register(TimerEvent)
class TimerEventAdmin(FrozenAdmin):
    list_display = ["at", "kind", "note", "device", "counter", "is_doubtful"]
    list_filter = ["kind", "is_doubtful"]
    search_fields = ["note", "business__name"]
    neighbours = ("business",)


@admin.register(TimerRun)
class TimerRunAdmin(FrozenAdmin):
    list_display = ["started_at", "ended_at", "note", "problem", "decided_at"]
    list_filter = ["problem"]
    search_fields = ["note", "business__name"]
    neighbours = ("business", "agreement")


@admin.register(DayNote)
class DayNoteAdmin(FrozenAdmin):
    list_display = ["on", "text", "business"]
    search_fields = ["text", "business__name"]
    neighbours = ("business",)


@admin.register(PlannedTime)
class PlannedTimeAdmin(FrozenAdmin):
    list_display = ["on", "minutes", "agreement"]
    search_fields = ["agreement__client__name"]
    neighbours = ("agreement",)
