"""URLs that Stripe calls."""

from django.urls import path

from billing.gateways.stripe import views

app_name = "stripe"
urlpatterns = [path("<uuid:account>/", views.hook, name="hook")]
