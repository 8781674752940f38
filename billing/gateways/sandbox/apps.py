"""Django app configuration of the sandbox, which has tables of its own."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxConfig(AppConfig):
    name = "billing.gateways.sandbox"
    label = "sandbox"
    verbose_name = _("Sandbox gateway")
    default_auto_field = "django.db.models.BigAutoField"
