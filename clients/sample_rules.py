"""What sample clients are kept from: nobody is emailed or charged for them (rule 59)."""

from django.utils.translation import gettext as _

from clients.models import Client
from core.errors import SampleClient
from core.outbox.emails import SAMPLE_DOMAIN


def refuse(client: Client) -> None:
    """Raise SampleClient for a sample client."""
    if client.is_sample:
        sentence = _(
            "%(client)s is a sample client: nothing is sent, signed or charged. Add a client of "
            "your own for that."
        )
        raise SampleClient(sentence % {"client": client.name})


def require_address(client: Client, email: str) -> None:
    """Raise SampleClient where a person of a sample client would get an address of somebody."""
    if client.is_sample and not email.lower().endswith(SAMPLE_DOMAIN):
        sentence = _("A person of a sample client keeps an address that ends with %(domain)s.")
        raise SampleClient(sentence % {"domain": SAMPLE_DOMAIN}, field="email")
