"""The Django app `delivery`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    name = "delivery"
    verbose_name = _("Delivery")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from delivery.reports import report_emails, worded_emails
        from delivery.reports.corrections import correction_emails

        report_emails.register()
        correction_emails.register()
        worded_emails.register_kinds()
