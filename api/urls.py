"""Addresses that a program of the freelancer's calls."""

from django.urls import path

from api import views

app_name = "api"
urlpatterns = [
    path("readings/", views.Readings.as_view(), name="readings"),
    path("kpis/", views.Kpis.as_view(), name="kpis"),
]
