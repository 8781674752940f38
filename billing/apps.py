"""Django app configuration of billing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The billing app. `ready` registers the functions that compose billing emails."""

    name = "billing"
    verbose_name = _("Billing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.emails import invoice_emails

        invoice_emails.register_composers()
