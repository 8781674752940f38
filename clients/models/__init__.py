"""The people we work for."""

from clients.models.client import Client
from clients.models.contact import Contact
from clients.models.tax_rate import TaxRate
from clients.models.testimonial import Testimonial

__all__ = ["Client", "Contact", "TaxRate", "Testimonial"]
