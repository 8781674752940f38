"""Registers the sandbox gateway with Django: it keeps tables of its own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "billing.gateways.sandbox"
    label = "sandbox"
    verbose_name = _("Sandbox gateway")
    default_auto_field = "django.db.models.BigAutoField"
