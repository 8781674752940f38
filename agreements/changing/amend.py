"""Amends running agreements: every change of terms is signed by the client (rules 6, 8 and 28)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agreements.contract import exclusivity
from agreements.models import Agreement, Amendment
from agreements.models.amendment import AmendmentKind
from agreements.rules.errors import NotOpen, TooSoon
from agreements.rules.intervals import Interval, boundary
from agreements.rules.states import RUNNING_STATES, AmendmentState
from agreements.running import effective_terms
from agreements.running.mid_period_upgrade import UpgradeSums
from agreements.running.periods import period_spans
from agreements.signing import agreement_pdf, signers, unsigned_documents
from clients import client_records
from core import formats
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.digest import digest
from core.documents import store
from core.errors import RuleError
from core.models.document import DocumentKind
from core.money import prorate


@dataclass(frozen=True)
class Change:
    """A change of terms from `effective_on` on; what is None stays as it is.

    `amount` is the fee for each period in minor units, before tax. `ends_on` is the new end,
    exclusive. `at_once` holds the sums of an upgrade in the middle of a period
    (billing.invoices.upgrade_invoice).
    """

    kind: AmendmentKind
    effective_on: date
    tier: dict[str, Any] | None = None
    amount: int | None = None
    ends_on: date | None = None
    reason: str = ""
    at_once: UpgradeSums | None = None


def effective_days(agreement: Agreement, today: date, count: int = 6) -> list[date]:
    """The next `count` days on which a period starts; a change takes effect on one (rule 8)."""
    after = max(today, agreement.starts_on)
    until = boundary(after, after.day, Interval(agreement.interval), count + 1)
    return [span.start for span in period_spans(agreement, until=until) if span.start > today][
        :count
    ]


def earliest_effective_day(agreement: Agreement, kind: str, today: date) -> date | None:
    """The first day on which a change can take effect; None where no period follows.

    A change of the fee needs the agreement's notice period, another tier does not.
    """
    notice = timedelta(days=agreement.notice_days if kind == AmendmentKind.PRICE else 0)
    count = 12 + notice.days // 7  # enough for the shortest period
    return next(
        (day for day in effective_days(agreement, today, count) if day >= today + notice), None
    )


def changed_fee(amount: int, percent: int) -> int:
    """An amount changed by `percent`, rounded to the currency's minor unit."""
    return prorate(amount, 100 + percent, 100)


def preview_amendment(*, agreement: Agreement, change: Change, now: datetime) -> Amendment:
    """The amendment as a preview, not saved. Raises NotOpen and TooSoon."""
    _require_possible(agreement, change, local_day(now, agreement.time_zone))
    return _unsaved(agreement, change, now)


def offer_amendment(
    *,
    agreement: Agreement,
    change: Change,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
    still: Callable[[], None] = lambda: None,
    was_agreed: bool = False,
) -> Amendment:
    """Create the amendment and its PDF, and ask the client to sign it.

    Sending it is the signature of the business. `still` is called under the agreement's lock and
    raises where the change is no longer possible. `was_agreed` says that the agreement itself asks
    for the change. Raises NotOpen where another change waits or nothing would change, TooSoon,
    MissingGlyphs, and Excluded where another client's exclusivity excludes more work (rule 57).
    """
    today = local_day(now, agreement.time_zone)
    unsigned_documents.expire_due(now=now, only=agreement)
    amendment = preview_amendment(agreement=agreement, change=change, now=now)
    if amendment.extends_work and not was_agreed:
        exclusivity.require_free_to_extend(agreement)
    # Rendering takes seconds, so it happens before the transaction, and the change is checked again
    # under the lock.
    pdf = agreement_pdf.unsigned_pdf(amendment, created=now)
    try:
        with transaction.atomic():
            _require_possible(signers.lock(agreement).agreement, change, today)
            still()
            title = amendment.title
            amendment.document = store.save(
                business=agreement.business,
                kind=DocumentKind.AMENDMENT,
                title=title,
                pdf=pdf,
                now=now,
            )
            amendment.save(force_insert=True)
            sha256 = amendment.document.sha256
            signers.record_event(amendment, actor, "offered", now, origin, {"document": sha256})
            people = [client_records.decision_maker(agreement.client) or agreement.contact]
            signers.create_signatures(
                paper=amendment, people=people, now=now, sent_at=now, origin=origin
            )
            signers.invite(paper=amendment, now=now)
    except IntegrityError:
        raise NotOpen(
            _("Another change waits for the client's signature. Take it back first.")
        ) from None
    return amendment


def announce_fee_change(
    *,
    agreements: Iterable[Agreement],
    percent: int,
    reason: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> tuple[list[Amendment], list[tuple[Agreement, str]]]:
    """Offer the same change of fee to many clients, each from the first day that its terms allow.

    Returns the amendments, and the agreements that could not be amended with the reason for each.
    """
    amendments, refused = [], []
    for agreement in agreements:
        today = local_day(now, agreement.time_zone)
        day = earliest_effective_day(agreement, AmendmentKind.PRICE, today)
        try:
            if day is None:
                raise NotOpen(_("No period follows the one that runs now."))
            amount = changed_fee(effective_terms.terms_on(agreement, day).amount, percent)
            change = Change(AmendmentKind.PRICE, day, amount=amount, reason=reason)
            amendments.append(
                offer_amendment(
                    agreement=agreement, change=change, actor=actor, now=now, origin=origin
                )
            )
        except RuleError as error:
            refused.append((agreement, str(error)))
    return amendments, refused


def _require_possible(agreement: Agreement, change: Change, today: date) -> None:
    """Raise NotOpen or TooSoon where this change cannot be offered today."""
    day = change.effective_on
    if agreement.state not in RUNNING_STATES:
        raise NotOpen(_("This agreement is not running."))
    if agreement.amendments.filter(state=AmendmentState.SENT, sign_by__gte=today).exists():
        raise NotOpen(_("Another change waits for the client's signature. Take it back first."))
    first = earliest_effective_day(agreement, change.kind, today)
    # A renewal starts where the term ends, and an upgrade that applies now starts today: neither
    # has to start with a period or needs notice.
    may_start_anywhere = change.kind == AmendmentKind.RENEWAL or (
        change.at_once is not None and day == today
    )
    if not may_start_anywhere and (
        first is None or day < first or day not in _starts(agreement, day)
    ):
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
    """The first days of all periods up to `day`."""
    return {span.start for span in period_spans(agreement, until=day)}


def terms_after(change: Change, before: Agreement | Amendment) -> tuple[dict[str, Any], int, int]:
    """The tier, the fee (minor units) and the minutes after a change of the terms `before`."""
    tier = dict(change.tier or before.tier)
    amount = (
        change.amount
        if change.amount is not None
        else (tier["amount"] if change.tier else before.amount)
    )
    tier["amount"] = amount
    return tier, amount, tier["minutes"] if change.tier else before.minutes


def _unsaved(agreement: Agreement, change: Change, now: datetime) -> Amendment:
    before = effective_terms.terms_on(agreement, change.effective_on)
    tier, amount, minutes = terms_after(change, before)
    if change.kind != AmendmentKind.RENEWAL and (tier, amount) == (before.tier, before.amount):
        raise NotOpen(_("Nothing would change."))
    terms = _terms(agreement, before, change)
    last_number = agreement.amendments.aggregate(n=Max("number"))["n"] or 0
    return Amendment(
        business=agreement.business,
        client=agreement.client,
        agreement=agreement,
        number=last_number + 1,
        kind=change.kind,
        effective_on=change.effective_on,
        tier=tier,
        amount=amount,
        minutes=minutes,
        ends_on=change.ends_on,
        terms=terms,
        terms_hash=digest({"tier": tier, "terms": terms, "amount": amount}),
        sign_by=change.effective_on - timedelta(days=0 if change.at_once else 1),
        created_at=now,
    )


def _terms(agreement: Agreement, before: Agreement | Amendment, change: Change) -> dict[str, Any]:
    """What the document is written from besides the tier, as JSON.

    That is the agreement that it changes, the figures before the change, and the reason.
    """
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
