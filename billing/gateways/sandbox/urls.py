"""Addresses of the pretended processor."""

from django.urls import path

from billing.gateways.sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("setup/<str:session>/", views.setup, name="setup"),
    path("confirm/<str:handle>/", views.confirm, name="confirm"),
    path("hook/", views.hook, name="hook"),
]
