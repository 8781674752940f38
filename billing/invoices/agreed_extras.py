"""Bills what a client added to a tier and pays once: a line on the agreement's next invoice."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from agreements.rules.extras import Extra, paid_once
from billing.models import NextLine

KIND = "extra"


def lines_of(periods: Iterable[Period], now: datetime) -> list[NextLine]:
    """Store a line for each extra of these periods' agreements that has none, and return them."""
    lines = lines_to_store(periods, now)
    NextLine.objects.bulk_create(lines)
    return lines


def lines_to_store(periods: Iterable[Period], now: datetime) -> list[NextLine]:
    """Build the lines that `lines_of` stores."""
    by_agreement: dict[UUID, Period] = {}
    for period in sorted(periods, key=lambda period: period.starts_on):
        by_agreement.setdefault(period.agreement_id, period)  # its earliest invoice has the extras
    waiting = unbilled(period.agreement for period in by_agreement.values())
    return [_line(by_agreement[pk], row, now) for pk, rows in waiting.items() for row in rows]


def unbilled(agreements: Iterable[Agreement]) -> dict[UUID, list[Extra]]:
    """The extras that are paid once and have no line yet, by agreement.

    One query, and none if no agreement has such an extra.
    """
    extras = {row.pk: paid_once(row.tier.get("extras", [])) for row in agreements}
    extras = {pk: rows for pk, rows in extras.items() if rows}
    if not extras:
        return {}
    stored = NextLine.objects.filter(kind=KIND, agreement__in=list(extras))
    known = set(stored.values_list("ref", flat=True))
    left = {pk: [row for row in rows if _ref(pk, row) not in known] for pk, rows in extras.items()}
    return {pk: rows for pk, rows in left.items() if rows}


def _ref(agreement: UUID, row: Extra) -> str:
    return f"{agreement}:{row['key']}"


def _line(period: Period, row: Extra, now: datetime) -> NextLine:
    with translation.override(period.agreement.language):
        description = _("%(title)s (once)") % {"title": row["title"]}
    return NextLine(
        business_id=period.business_id,
        agreement_id=period.agreement_id,
        kind=KIND,
        ref=_ref(period.agreement_id, row),
        description=description[:300],
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=row["amount"],
        created_at=now,
    )
