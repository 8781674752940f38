"""Holds the billing of agreements whose next invoice cannot be made, until it can (rule 24)."""

from typing import Any

from agreements.models import Agreement
from agreements.models.agreement import NOT_BILLABLE


def hold_not_billable(**agreements: Any) -> None:
    """Hold the agreements that match; one that is held for another reason keeps that reason."""
    _update(agreements, "", NOT_BILLABLE)


def free_billable(**agreements: Any) -> None:
    """Release the agreements that match, if they were held because of their invoice."""
    _update(agreements, NOT_BILLABLE, "")


def _update(agreements: dict[str, Any], old: str, new: str) -> None:
    ids = Agreement.objects.filter(parked_because=old, **agreements).order_by().values("pk")
    Agreement.objects.filter(pk__in=list(ids.values_list("pk", flat=True))).update(
        parked_because=new
    )
