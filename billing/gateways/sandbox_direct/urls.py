"""URLs of the direct sandbox: the sandbox's pages, for its own cards and charges."""

from django.urls import path

from billing.gateways.sandbox import views
from billing.gateways.sandbox_direct.gateway import SandboxDirect

app_name = "sandbox_direct"
mine = {"processor": SandboxDirect}
urlpatterns = [
    path("setup/<str:session>/", views.setup, mine, name="setup"),
    path("confirm/<str:handle>/", views.confirm, mine, name="confirm"),
    path("hook/", views.hook, mine, name="hook"),
]
