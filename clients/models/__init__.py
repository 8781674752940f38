"""The people we work for."""

from clients.models.client import Client
from clients.models.contact import Contact

__all__ = ["Client", "Contact"]
