"""The form in which a business enters its Stripe account."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ConnectForm(forms.Form):
    """The account's secret key and the secret of its webhook endpoint.

    That another account takes the place of the one that is connected has to be confirmed.
    """

    secret = forms.CharField(
        label=_("Secret key"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It starts with sk_ or rk_. It is kept encrypted and never shown again."),
    )
    webhook_secret = forms.CharField(
        label=_("Webhook secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("It starts with whsec_."),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def ask(self, text: str) -> None:
        """Show the box that confirms another account, with its question."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        self["confirmed"].label = text
        self.add_error("secret", _("Please enter the key and the webhook secret once more."))
