"""Factories for users and businesses."""

import factory

from core.models import Business, User


class UserFactory(factory.django.DjangoModelFactory):
    """A freelancer with a verified email."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"nan{n}@studio.example")
    name = "Nan Kittisak"


class BusinessFactory(factory.django.DjangoModelFactory):
    """A freelancer's business in Bangkok that bills in dollars."""

    class Meta:
        model = Business

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Studio {n}")
    currency = "USD"
    time_zone = "Asia/Bangkok"
