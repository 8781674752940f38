"""URLs of the business's settings, API keys and exports."""

from django.urls import path

from dashboard.settings.views import api_keys, business, exports, front_page, payments, you

urlpatterns = [
    path("settings/", business.Settings.as_view(), name="settings"),
    path("settings/you/", you.You.as_view(), name="you"),
    path("settings/emails/", you.OwnerEmails.as_view(), name="owner_emails"),
    path("settings/public-page/", front_page.PublicPage.as_view(), name="public_page"),
    path("settings/paying/", payments.Paying.as_view(), name="paying"),
    path("settings/taxes/<uuid:pk>/", payments.TaxInUse.as_view(), name="tax_use"),
    path("settings/logo/", business.Logo.as_view(), name="logo"),
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/progress/", exports.ExportProgress.as_view(), name="exports_progress"),
    path("exports/<uuid:pk>/", exports.DownloadExport.as_view(), name="export"),
    path("settings/api/", api_keys.ApiPage.as_view(), name="api"),
    path("settings/api/<uuid:pk>/revoke/", api_keys.RevokeKey.as_view(), name="api_revoke"),
]
