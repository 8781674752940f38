"""Filters for what becomes a PDF: full sums, exact instants, evidence as it came, the logo, a KPI's way."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from django import template
from django.db.models.fields.files import FieldFile
from django.utils.translation import get_language

from core import money
from core.documents import glyphs

register = template.Library()


@register.filter
def exact(amount: int, currency: str) -> str:
    """Minor units with every decimal, so that the figures of a column stand under each other: $3,000.00."""
    locale = "th" if (get_language() or "en").startswith("th") else "en"
    return money.format(amount, currency, locale, compact=False)


@register.filter
def instant(value: datetime | None) -> str:
    """To the second and in UTC, the same in every language: 2026-12-01 09:30:12."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value else "—"


@register.filter
def as_it_came(text: object) -> str:
    """Evidence in full; a character that no bundled font has is written as its code (rules 29 and 31)."""
    return glyphs.escaped(str(text)) if text else ""


@register.filter
def file_address(logo: FieldFile | None) -> str:
    """Where the renderer reads an uploaded logo; empty where there is none."""
    return Path(logo.path).as_uri() if logo else ""


@register.filter
def progress(row: Mapping[str, str]) -> int:
    """How far a KPI came from its baseline to its target, from 0 to 100; a target below works the same way."""
    if row["value"] == "":
        return 0
    start, goal, now = (Decimal(row[key]) for key in ("baseline", "target", "value"))
    if goal == start:
        return 100 if now >= goal else 0
    return int(max(Decimal(0), min(Decimal(1), (now - start) / (goal - start))) * 100)
