"""Which of the payments that were found at a gateway belong to nothing in these books (rule 46)."""

from django.db.models import Exists, OuterRef, QuerySet

from billing.gateways.base import Outcome
from billing.models import Collection, FoundObject, Payment


def nobodys(rows: QuerySet[FoundObject]) -> QuerySet[FoundObject]:
    """Return those that took money, and that no collection, payment or person has dealt with.

    An invoice can come to its object without it: a direct gateway's is known by our own key.
    """
    used = Collection.objects.filter(gateway=OuterRef("gateway"), handle=OuterRef("handle"))
    booked = Payment.objects.filter(gateway=OuterRef("gateway"), reference=OuterRef("handle"))
    took = rows.filter(outcome=Outcome.SUCCEEDED, closed_at__isnull=True)
    return took.exclude(Exists(used)).exclude(Exists(booked))
