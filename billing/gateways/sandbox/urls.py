"""URLs of the sandbox."""

from django.urls import path

from billing.gateways.sandbox import views
from billing.gateways.sandbox.gateway import Sandbox

app_name = "sandbox"
mine = {"processor": Sandbox}
urlpatterns = [
    path("setup/<str:session>/", views.setup, mine, name="setup"),
    path("confirm/<str:handle>/", views.confirm, mine, name="confirm"),
    path("hook/", views.hook, mine, name="hook"),
]
