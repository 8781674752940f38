"""The models of clients: clients and contacts, and the notes of the sales process."""

from clients.models.client import Client, Contact
from clients.models.front_page import FrontPage
from clients.models.sales import Call, FitCheck, Objection, Reply, Testimonial

__all__ = [
    "Call",
    "Client",
    "Contact",
    "FitCheck",
    "FrontPage",
    "Objection",
    "Reply",
    "Testimonial",
]
