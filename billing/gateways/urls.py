"""The URLs that gateways call, and the pages of the sandboxes, from each folder's urls.py."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLResolver, include, path

from billing.gateways import registry


def addresses() -> list[URLResolver]:
    """Return each gateway's URLs, below hooks/<name>/ unless it has another prefix.

    Anybody could save a test card on a sandbox's pages, so they exist only if the installation's
    own gateway is a sandbox.
    """
    own = registry.kinds().get(settings.GATEWAY)
    pretends = own is not None and own.is_pretended
    urls = []
    for folder in registry.GATEWAYS:
        kind, module = registry.kind_in(folder), f"{folder}.urls"
        if (pretends or not kind.is_pretended) and find_spec(module):
            urls.append(path(kind.address or f"hooks/{kind.name}/", include(module)))
    return urls
