"""What keeps sample clients and real ones apart: a sample is never emailed or charged (rule 59)."""

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
    """Raise SampleClient where a person of a sample client would get an address of somebody.

    And where a real person would get an address of the samples, to which nothing is ever sent.
    """
    if not client.is_sample:
        require_real(email)
    elif not _is_sample(email):
        sentence = _("A person of a sample client keeps an address that ends with %(domain)s.")
        raise SampleClient(sentence % {"domain": SAMPLE_DOMAIN}, field="email")


def require_real(email: str, *, field: str = "email") -> None:
    """Raise SampleClient for an address of the sample clients."""
    if _is_sample(email):
        sentence = _(
            "No email arrives at an address that ends with %(domain)s. Please enter another one."
        )
        raise SampleClient(sentence % {"domain": SAMPLE_DOMAIN}, field=field)


def _is_sample(email: str) -> bool:
    return email.strip().lower().endswith(SAMPLE_DOMAIN)
