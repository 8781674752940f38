"""Django app configuration of billing."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The billing app. `ready` registers its emails' composers, ways to pay and health check."""

    name = "billing"
    verbose_name = _("Billing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.bank_transfer import payment_details
        from billing.charging.notices import invoice_facts
        from billing.emails import invoice_emails, worded_emails
        from billing.runs import billing_health

        invoice_facts.OTHER_WAYS.append(payment_details.instead_of_card)
        invoice_emails.register_composers()
        billing_health.register()
        worded_emails.register_kinds()
