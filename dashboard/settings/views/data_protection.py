"""Data protection: how long emails are kept, what is recorded, what is deleted and what stays."""

from core.team.roles import Area
from dashboard.settings.data_protection_form import DataProtectionForm
from dashboard.settings.views.business import FormPage


class DataProtection(FormPage):
    """The choices of the business, and what is kept whatever it chooses.

    The owner alone chooses: what is deleted does not come back.
    """

    needs = Area.OWNERSHIP
    template = "dashboard/settings/data_protection.html"
    form_class = DataProtectionForm

    def save(self, form: DataProtectionForm) -> None:
        """Save what was chosen; nothing of it is printed."""
        form.save()
