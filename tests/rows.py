"""What the database holds, so that two ways to do the same thing can be compared."""

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model

ROOMS = ("core", "clients", "agreements", "billing", "delivery")
FLEETING = ("CacheEntry",)  # no facts
CHANCE = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[0-9a-f]{16,64}")


class _Enough(Exception):
    """Takes back what was tried."""


def written_by(act: Callable[[], Any], leave_out: tuple[type[Model], ...] = ()) -> list[str]:
    """Return the rows that `act` added or changed, without ids and moments, and take it back."""
    before = _rows(leave_out)
    after: list[tuple[str, str]] = []
    try:
        with transaction.atomic():
            act()
            after = _rows(leave_out)
            raise _Enough
    except _Enough:
        pass
    old = set(before)
    return sorted(said for said in (_said(row) for row in after if row not in old))


def _rows(leave_out: tuple[type[Model], ...]) -> list[tuple[str, str]]:
    models = [
        model
        for model in apps.get_models()
        if model._meta.app_label in ROOMS and model.__name__ not in FLEETING
    ]
    return [
        (model.__name__, repr(sorted(row.items())))
        for model in models
        if model not in leave_out
        for row in model._default_manager.values()
    ]


def _said(row: tuple[str, str]) -> str:
    name, text = row
    text = re.sub(r"datetime\.datetime\([^)]*\)", "moment", text)
    return f"{name} {CHANCE.sub('…', text)}"
