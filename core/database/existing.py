"""Asks with one query which of several querysets have any rows."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

from django.db.models import Exists, QuerySet

from core.models import Business

K = TypeVar("K", bound=Hashable)


def which_exist(business: Business, querysets: Mapping[K, QuerySet[Any]]) -> set[K]:
    """Return the keys of the querysets that have a row. One query, whatever they ask."""
    if not querysets:
        return set()
    one_row = Business.objects.filter(pk=business.pk)
    found = one_row.values_list(*(Exists(rows) for rows in querysets.values())).get()
    return {key for key, exists in zip(querysets, found, strict=True) if exists}
