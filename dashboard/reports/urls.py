"""URLs of reports, quarterly reviews, early warnings and KPIs."""

from django.urls import path

from dashboard.reports.views import early_warnings, kpis, off_months, quarterly_reviews, reports

urlpatterns = [
    path("agreements/<uuid:pk>/kpis/", kpis.KpisPage.as_view(), name="kpis"),
    path("agreements/<uuid:pk>/kpis/new/", kpis.NewKpi.as_view(), name="kpi_new"),
    path("agreements/<uuid:pk>/kpis/file/", kpis.ImportReadings.as_view(), name="kpis_file"),
    path(
        "agreements/<uuid:pk>/kpis/sample.csv",
        kpis.SampleReadingsFile.as_view(),
        name="kpis_sample",
    ),
    path("kpis/<uuid:pk>/", kpis.EditKpi.as_view(), name="kpi"),
    path("kpis/<uuid:pk>/retire/", kpis.RetireKpi.as_view(), name="kpi_retire"),
    path("kpis/<uuid:pk>/target/", kpis.SetNextTarget.as_view(), name="kpi_target"),
    path("kpis/<uuid:pk>/read/", kpis.AddReading.as_view(), name="kpi_read"),
    path(
        "agreements/<uuid:pk>/reviews/",
        quarterly_reviews.QuarterlyReviews.as_view(),
        name="reviews",
    ),
    path(
        "reviews/<uuid:pk>/send/",
        quarterly_reviews.SendQuarterlyReview.as_view(),
        name="review_send",
    ),
    path(
        "reviews/<uuid:pk>/pdf/", quarterly_reviews.QuarterlyReviewPdf.as_view(), name="review_pdf"
    ),
    path("warnings/", early_warnings.EarlyWarnings.as_view(), name="warnings"),
    path("warnings/<uuid:pk>/", early_warnings.EarlyWarningPage.as_view(), name="warning"),
    path(
        "warnings/<uuid:pk>/restore/",
        early_warnings.RestoreWarning.as_view(),
        name="warning_restore",
    ),
    path("warnings/<uuid:pk>/mute/", early_warnings.MuteItem.as_view(), name="warning_mute"),
    path("warnings/muted/<uuid:pk>/", early_warnings.UnmuteItem.as_view(), name="unmute"),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/progress/", reports.ReportProgress.as_view(), name="reports_progress"),
    path("reports/off-months/", off_months.SetRule.as_view(), name="off_month_rule"),
    path(
        "reports/<uuid:pk>/off-months/",
        off_months.SetRuleOfAgreement.as_view(),
        name="report_off_month",
    ),
    path("reports/<uuid:pk>/", reports.ReportPage.as_view(), name="report"),
    path("reports/<uuid:pk>/preview/", reports.PreviewReport.as_view(), name="report_preview"),
    path("reports/<uuid:pk>/talked/", reports.MarkDiscussed.as_view(), name="report_talked"),
    path("reports/<uuid:pk>/correct/", reports.CorrectReport.as_view(), name="report_correct"),
    path("reports/<uuid:pk>/pdf/", reports.ReportPdf.as_view(), name="report_pdf"),
]
