"""URLs of the business's settings, its team, API keys and exports."""

from typing import Any

from django.urls import path
from django.views.generic import RedirectView

from dashboard.settings.views import (
    api_keys,
    business,
    confirm,
    data_protection,
    documents,
    email_wording,
    exports,
    front_page,
    join,
    payments,
    security,
    team,
    you,
)


def moved(name: str) -> Any:
    """The view of an old address, which emails and bookmarks still have."""
    return RedirectView.as_view(pattern_name=f"dashboard:{name}", permanent=True, query_string=True)


INVITED = "settings/team/invitations/<uuid:pk>/"
ONE = "settings/emails/clients/<slug:key>/<str:language>/"

urlpatterns = [
    path("settings/", business.Settings.as_view(), name="settings"),
    path("settings/business/", business.BusinessDetails.as_view(), name="settings_business"),
    path("settings/hours/", business.Hours.as_view(), name="settings_hours"),
    path("settings/documents/", documents.Documents.as_view(), name="settings_documents"),
    path("settings/you/", you.You.as_view(), name="you"),
    path("settings/security/", security.Security.as_view(), name="security"),
    path("settings/security/rule/", security.SecondFactorRule.as_view(), name="security_rule"),
    path("settings/security/sessions/", security.EndSessions.as_view(), name="sessions_end"),
    path("settings/security/log/", security.SecurityLog.as_view(), name="security_log"),
    path("settings/security/log/csv/", security.SecurityLogCsv.as_view(), name="security_log_csv"),
    path("settings/security/not-me/", security.NotMe.as_view(), name="not_me"),
    path("settings/security/confirm/", confirm.ConfirmByEmail.as_view(), name="confirm"),
    path("settings/security/confirmed/", confirm.Confirmed.as_view(), name="confirmed"),
    path("settings/notifications/", you.OwnerEmails.as_view(), name="owner_emails"),
    path("settings/emails/", moved("owner_emails"), name="owner_emails_moved"),
    path("settings/emails/clients/", email_wording.EmailWordings.as_view(), name="email_wordings"),
    path(ONE, email_wording.EditWording.as_view(), name="email_wording"),
    path(f"{ONE}draft/", email_wording.DraftWording.as_view(), name="email_wording_draft"),
    path(f"{ONE}html/", email_wording.FrameWording.as_view(), name="email_wording_html"),
    path(f"{ONE}test/", email_wording.TestWording.as_view(), name="email_wording_test"),
    path(f"{ONE}reset/", email_wording.ResetWording.as_view(), name="email_wording_reset"),
    path("settings/public-page/", front_page.PublicPage.as_view(), name="public_page"),
    path("settings/payments/", payments.Paying.as_view(), name="paying"),
    path("settings/paying/", moved("paying"), name="paying_moved"),
    path("settings/taxes/<uuid:pk>/", payments.TaxInUse.as_view(), name="tax_use"),
    path("settings/taxes/<uuid:pk>/delete/", payments.DeleteTax.as_view(), name="tax_delete"),
    path("settings/logo/", business.Logo.as_view(), name="logo"),
    path(
        "settings/data-protection/",
        data_protection.DataProtection.as_view(),
        name="data_protection",
    ),
    path("settings/data/", exports.Exports.as_view(), name="exports"),
    path("exports/", moved("exports"), name="exports_moved"),
    path("exports/progress/", exports.ExportProgress.as_view(), name="exports_progress"),
    path("exports/<uuid:pk>/", exports.DownloadExport.as_view(), name="export"),
    path("settings/team/", team.Team.as_view(), name="team"),
    path("settings/team/<uuid:pk>/role/", team.ChangeRole.as_view(), name="team_role"),
    path("settings/team/<uuid:pk>/remove/", team.RemoveMember.as_view(), name="team_remove"),
    path(f"{INVITED}resend/", team.ResendInvitation.as_view(), name="team_resend"),
    path(f"{INVITED}withdraw/", team.WithdrawInvitation.as_view(), name="team_withdraw"),
    path("switch/<uuid:pk>/", team.Switch.as_view(), name="team_switch"),
    path("join/<str:token>/", join.team_join, name="team_join"),
    path("settings/api/", api_keys.ApiPage.as_view(), name="api"),
    path("settings/api/<uuid:pk>/revoke/", api_keys.RevokeKey.as_view(), name="api_revoke"),
]
