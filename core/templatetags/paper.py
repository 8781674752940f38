"""Template filters of documents, that is of templates that become PDFs."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

from django import template
from django.db.models.fields.files import FieldFile

from core import formats, money
from core.documents import glyphs, pictures
from core.storage import places

register = template.Library()


@register.filter
def exact(amount: int, currency: str) -> str:
    """An amount in minor units with all its decimals, so that a column lines up: $3,000.00."""
    return money.format(amount, currency, formats.language().locale, compact=False)


@register.filter
def instant(value: datetime | None) -> str:
    """An instant in UTC to the second, the same in every language: 2026-12-01 09:30:12."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value else "—"


@register.filter
def as_it_came(text: object) -> str:
    """Evidence in full; unprintable characters are written as codes (rules 29 and 31)."""
    return glyphs.escaped(str(text)) if text else ""


@register.filter
def file_address(logo: FieldFile | None) -> str:
    """The file address from which the renderer reads a logo; "" if there is none."""
    with suppress(FileNotFoundError):
        return places.media().local_copy(logo.name).as_uri() if logo and logo.name else ""
    return ""


@register.filter
def kept_picture(name: str) -> str:
    """The file address from which the renderer reads a kept picture; "" if there is none."""
    path = pictures.kept_file(name)
    return path.as_uri() if path else ""


@register.filter
def progress(row: Mapping[str, str]) -> int:
    """How far a KPI has come from its baseline to its target, in percent from 0 to 100.

    `row` holds the texts "baseline", "target" and "value". The target may be below the baseline.
    """
    if row["value"] == "":
        return 0
    start, goal, now = (Decimal(row[key]) for key in ("baseline", "target", "value"))
    if goal == start:
        return 100 if now >= goal else 0
    return int(max(Decimal(0), min(Decimal(1), (now - start) / (goal - start))) * 100)
