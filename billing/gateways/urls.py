"""The addresses that gateways call, and the pages of those that pretend: what each folder's urls.py says."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLResolver, include, path

from billing.gateways import registry


def addresses() -> list[URLResolver]:
    """Each gateway's addresses, below hooks/<name>/ where it does not say otherwise.

    A gateway that pretends has pages where anybody saves a test card: it answers only where the installation's own
    gateway pretends.
    """
    own = registry.kinds().get(settings.GATEWAY)
    pretends = own is not None and own.is_pretended
    found = []
    for folder in registry.GATEWAYS:
        kind, module = registry.kind_in(folder), f"{folder}.urls"
        if (pretends or not kind.is_pretended) and find_spec(module):
            found.append(path(kind.address or f"hooks/{kind.name}/", include(module)))
    return found
