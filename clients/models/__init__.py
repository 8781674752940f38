"""The people we work for, and what a freelancer notes about winning them."""

from clients.models.client import Client, Contact
from clients.models.sales import Call, FitCheck, Objection, Reply, Testimonial

__all__ = ["Call", "Client", "Contact", "FitCheck", "Objection", "Reply", "Testimonial"]
