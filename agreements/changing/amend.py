"""Changes of terms while an agreement runs: each is an amendment that the client signs (rules 6, 8 and 28)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agreements.models import Agreement, Amendment
from agreements.models.amendment import AmendmentKind
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.states import RUNS
from agreements.running import effective_terms
from agreements.running.periods import spans
from agreements.running.upgrade import AtOnce
from agreements.signing import agreement_pdf, signers, unsigned
from clients import client_records
from core import formats
from core.audit import UNSEEN, Origin
from core.dates import add_months, local_day
from core.documents import store
from core.errors import RuleError
from core.models.document import DocumentKind
from core.money import prorate


@dataclass(frozen=True)
class Change:
    """What applies afterwards; what is None stays. `amount` is minor units, before tax, for each period.

    `at_once`: it applies inside a period, for the sums in it (billing.invoices.upgrade_invoice).
    """

    kind: AmendmentKind
    effective_on: date
    tier: dict[str, Any] | None = None
    amount: int | None = None
    ends_on: date | None = None
    reason: str = ""
    at_once: AtOnce | None = None


def boundaries(agreement: Agreement, today: date, count: int = 6) -> list[date]:
    """The next days on which a period begins: a change takes effect with one of them (rule 8)."""
    months = 12 * count if agreement.interval == "yearly" else 4 * count
    until = add_months(max(today, agreement.starts_on), months)
    return [span.start for span in spans(agreement, until=until) if span.start > today][:count]


def earliest(agreement: Agreement, kind: str, today: date) -> date | None:
    """The first day that the contract allows: a new fee needs the notice it names, another tier does not."""
    wait = timedelta(days=agreement.notice_days if kind == AmendmentKind.PRICE else 0)
    return next((day for day in boundaries(agreement, today, 12) if day >= today + wait), None)


def raised(amount: int, percent: int) -> int:
    """An amount changed by that many percent, to the currency's smallest unit."""
    return prorate(amount, 100 + percent, 100)


def draft(*, agreement: Agreement, change: Change, now: datetime) -> Amendment:
    """The amendment as it would be sent, not written: to look at first. Raises NotOpen and TooSoon."""
    _must_be_possible(agreement, change, local_day(now, agreement.time_zone))
    return _row(agreement, change, now)


def offer(
    *,
    agreement: Agreement,
    change: Change,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
    still: Callable[[], None] = lambda: None,
) -> Amendment:
    """Write the amendment, print it and ask the client to sign; the business has signed by sending it.

    `still` is asked under the agreement's lock, and raises where it may no longer be offered. Raises NotOpen where
    another change waits or nothing would change, TooSoon, MissingGlyphs.
    """
    today = local_day(now, agreement.time_zone)
    unsigned.expire_due(now=now, only=agreement)
    row = draft(agreement=agreement, change=change, now=now)
    pdf = agreement_pdf.unsigned_pdf(row, created=now)
    try:
        with transaction.atomic():
            _must_be_possible(signers.hold(agreement).agreement, change, today)
            still()
            title = row.title
            row.document = store.save(
                business=agreement.business,
                kind=DocumentKind.AMENDMENT,
                title=title,
                pdf=pdf,
                now=now,
            )
            row.save(force_insert=True)
            signers.record(row, actor, "offered", now, origin, {"document": row.document.sha256})
            people = [client_records.decision_maker(agreement.client) or agreement.contact]
            signers.place(paper=row, people=people, now=now, sent_at=now, origin=origin)
            signers.invite(paper=row, now=now)
    except IntegrityError:
        raise NotOpen(
            _("Another change waits for the client's signature. Take it back first.")
        ) from None
    return row


def announce(
    *,
    agreements: Iterable[Agreement],
    percent: int,
    reason: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> tuple[list[Amendment], list[tuple[Agreement, str]]]:
    """The same change of fee for many clients, each on its own first day; those that cannot, with the reason."""
    made, refused = [], []
    for agreement in agreements:
        today = local_day(now, agreement.time_zone)
        day = earliest(agreement, AmendmentKind.PRICE, today)
        try:
            if day is None:
                raise NotOpen(_("No period follows the one that runs now."))
            amount = raised(effective_terms.on(agreement, day).amount, percent)
            change = Change(AmendmentKind.PRICE, day, amount=amount, reason=reason)
            made.append(
                offer(agreement=agreement, change=change, actor=actor, now=now, origin=origin)
            )
        except RuleError as no:
            refused.append((agreement, str(no)))
    return made, refused


def _must_be_possible(agreement: Agreement, change: Change, today: date) -> None:
    day = change.effective_on
    if agreement.state not in RUNS:
        raise NotOpen(_("This agreement is not running."))
    if agreement.amendments.filter(state="sent", sign_by__gte=today).exists():
        raise NotOpen(_("Another change waits for the client's signature. Take it back first."))
    first = earliest(agreement, change.kind, today)
    free = change.kind == AmendmentKind.RENEWAL or (change.at_once is not None and day == today)
    if not free and (first is None or day < first or day not in _starts(agreement, day)):
        if first is None:
            raise NotOpen(_("No period follows the one that runs now."))
        raise TooSoon(
            _("It can apply from %(day)s at the earliest, with the start of a period.")
            % {"day": formats.day(first)},
            field="effective_on",
        )
    signed = Amendment.objects.signed_of([agreement.pk]).get(agreement.pk, [])
    if signed and day < signed[-1].effective_on:
        raise TooSoon(_("An amendment that applies later is signed already."), field="effective_on")


def _starts(agreement: Agreement, day: date) -> set[date]:
    return {span.start for span in spans(agreement, until=day)}


def result(change: Change, before: Agreement | Amendment) -> tuple[dict[str, Any], int, int]:
    """The tier, the fee and the minutes that the change leads to."""
    tier = dict(change.tier or before.tier)
    amount = (
        change.amount
        if change.amount is not None
        else (tier["amount"] if change.tier else before.amount)
    )
    tier["amount"] = amount
    return tier, amount, tier["minutes"] if change.tier else before.minutes


def _row(agreement: Agreement, change: Change, now: datetime) -> Amendment:
    before = effective_terms.on(agreement, change.effective_on)
    tier, amount, minutes = result(change, before)
    if change.kind != AmendmentKind.RENEWAL and (tier, amount) == (before.tier, before.amount):
        raise NotOpen(_("Nothing would change."))
    terms = _terms(agreement, before, change)
    last = agreement.amendments.aggregate(n=Max("number"))["n"] or 0
    return Amendment(
        business=agreement.business,
        client=agreement.client,
        agreement=agreement,
        number=last + 1,
        kind=change.kind,
        effective_on=change.effective_on,
        tier=tier,
        amount=amount,
        minutes=minutes,
        ends_on=change.ends_on,
        terms=terms,
        terms_hash=_digest(tier, terms, amount),
        sign_by=change.effective_on - timedelta(days=0 if change.at_once else 1),
        created_at=now,
    )


def _terms(agreement: Agreement, before: Agreement | Amendment, change: Change) -> dict[str, Any]:
    """What the paper is made from beside the tier, as plain JSON: the original it changes, and how it was before."""
    return {
        "seller": agreement.terms.get("seller", {}),
        "buyer": agreement.terms.get("buyer", {}),
        "original": {
            "title": agreement.title,
            "terms_hash": agreement.terms_hash,
            "signed_at": agreement.signed_at.isoformat() if agreement.signed_at else None,
            "sha256": agreement.signed_document.sha256 if agreement.signed_document else "",
        },
        "before": {"tier": before.tier, "amount": before.amount, "minutes": before.minutes},
        "ended_on": agreement.ends_on.isoformat() if agreement.ends_on else None,
        "ends_on": change.ends_on.isoformat() if change.ends_on else None,
        "effective_on": change.effective_on.isoformat(),
        "currency": agreement.currency,
        "interval": agreement.interval,
        "reason": change.reason,
        **({"now": change.at_once.frozen()} if change.at_once else {}),
    }


def _digest(tier: dict[str, Any], terms: dict[str, Any], amount: int) -> str:
    body = {"tier": tier, "terms": terms, "amount": amount}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
