"""Which room answers which address."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from billing.gateways.urls import addresses
from portal import front_page
from portal.security_txt import security_txt
from portal.views import verify
from retainer_hub.watching.health import health, live
from retainer_hub.watching.metrics import metrics

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("dashboard.urls")),
    path("p/", include("portal.urls")),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="dashboard:security")),
    path("accounts/", include("allauth.urls")),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("health/", health, name="health"),
    path("health/live/", live, name="live"),
    path("metrics", metrics, name="metrics"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path(
        ".well-known/change-password",
        RedirectView.as_view(pattern_name="account_change_password"),
    ),
    path("work-with/<slug:slug>/", front_page.front_page, name="front"),
    path("verify/", verify.verify_document, name="verify"),
    path("api/v1/", include("api.urls")),
    path("language/", set_language, name="set_language"),
]
urlpatterns += addresses()
