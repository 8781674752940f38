"""URLs of the dashboard, in the namespace "dashboard": one `urls` module per family of pages."""

from django.urls import include, path

app_name = "dashboard"
FAMILIES = [
    "home",
    "lists",
    "todo",
    "welcome",
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
