"""The people we work for, and what a freelancer notes about winning them."""

from clients.models.call import Call
from clients.models.client import Client
from clients.models.contact import Contact
from clients.models.fit import FitCheck
from clients.models.objection import Objection, Reply
from clients.models.tax_rate import TaxRate
from clients.models.testimonial import Testimonial

__all__ = ["Call", "Client", "Contact", "FitCheck", "Objection", "Reply", "TaxRate", "Testimonial"]
