"""The form about how long the text of emails is kept, and whether their opening is recorded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Business


class DataProtectionForm(forms.ModelForm):
    """For how long the text of emails is kept, and whether their opening is recorded."""

    class Meta:
        model = Business
        fields = ["email_months", "tracking_picture"]
        labels = {
            "email_months": _("Keep the text of emails for"),
            "tracking_picture": _("Record when a client opens the email with a report"),
        }
        help_texts = {
            "email_months": _(
                "Then the text is deleted for good. Who got which email, when, its subject and its "
                "document stay in the email log. Some countries ask you to keep business emails "
                "for six years."
            ),
            "tracking_picture": _(
                "The email then holds an invisible picture, which we send when the email is "
                "opened. Without it, a client who reads a report in the email alone counts as not "
                "having seen it, and gets one reminder."
            ),
        }
