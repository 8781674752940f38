"""Work and reports in the admin site."""

from django.contrib import admin

from core.adminsite import FrozenAdmin
from delivery.models import Adjustment, Deliverable, Export, Kpi, Overage, Reading, Report, ReportRun, TimeEntry


@admin.register(TimeEntry)
class TimeEntryAdmin(FrozenAdmin):
    list_display = ["on", "minutes", "note"]
    search_fields = ["note", "period__agreement__client__name"]
    neighbours = ("period", "business")


@admin.register(Deliverable)
class DeliverableAdmin(FrozenAdmin):
    list_display = ["title", "promised", "done"]
    search_fields = ["title", "period__agreement__client__name"]
    neighbours = ("period",)


@admin.register(Kpi)
class KpiAdmin(FrozenAdmin):
    list_display = ["name", "unit", "baseline", "target", "less_is_better"]
    search_fields = ["name", "agreement__client__name"]
    neighbours = ("agreement",)


@admin.register(Reading)
class ReadingAdmin(FrozenAdmin):
    list_display = ["value", "on"]
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


@admin.register(Export)
class ExportAdmin(FrozenAdmin):
    list_display = ["created_at", "scope", "state", "done", "size", "finished_at", "expires_at"]
    list_filter = ["scope", "state"]
    search_fields = ["business__name", "sha256"]
    neighbours = ("business", "client")


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
