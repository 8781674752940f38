"""The URLs of the API."""

from django.urls import path

from api import views

app_name = "api"
urlpatterns = [
    path("readings/", views.ReadingList.as_view(), name="readings"),
    path("kpis/", views.KpiList.as_view(), name="kpis"),
]
