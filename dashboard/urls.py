"""Addresses of the dashboard: one module a page family, all in the namespace "dashboard"."""

from django.urls import include, path

app_name = "dashboard"
FAMILIES = [
    "home",
    "sales",
    "clients",
    "proposals",
    "agreements",
    "work",
    "time",
    "reports",
    "money",
    "settings",
    "system",
]
urlpatterns = [path("", include(f"dashboard.{family}.urls")) for family in FAMILIES]
