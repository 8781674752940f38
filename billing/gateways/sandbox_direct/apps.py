"""Django app configuration of the direct sandbox, which has tables of its own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxDirectConfig(AppConfig):
    name = "billing.gateways.sandbox_direct"
    label = "sandbox_direct"
    verbose_name = _("Sandbox gateway, direct")
    default_auto_field = "django.db.models.BigAutoField"
