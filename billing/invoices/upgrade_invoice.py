"""Prices and offers an upgrade within the running period (rules 8 and 9).

The client is credited what was paid for the days that are left, and charged the new fee for them.
Only money that was received is credited: while the period's invoices are unpaid or disputed there
is no such upgrade, and credit notes reduce the credit.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from agreements.changing import amend
from agreements.changing.amend import Change
from agreements.models import Agreement, Amendment, Period, Upgrade
from agreements.models.amendment import AmendmentKind
from agreements.rules.states import AmendmentState, PeriodState
from agreements.running import effective_terms, mid_period_upgrade
from agreements.signing import unsigned_documents
from billing.models import CreditNote, Dispute, Invoice
from billing.rules import taxes
from billing.rules.errors import NotOpen
from billing.rules.states import WITHDRAWN, InvoiceState
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.errors import NotAllowedNow
from core.models.tax_rate import TaxMode


def draft_upgrade(*, agreement: Agreement, change: Change, now: datetime) -> Amendment:
    """Build the amendment with its amounts as of today, without saving it, for a preview.

    Raises NotOpen, TooSoon.
    """
    return amend.preview_amendment(
        agreement=agreement, change=price_change(agreement, change, now), now=now
    )


def amounts_shown(row: Amendment) -> str:
    """Return the amendment's amounts as the text "credit-charge-total", in minor units.

    The preview's form sends it back as `seen` of `offer_upgrade`.
    """
    now = row.now or {}
    return f"{now['credit']}-{now['charge']}-{now['total']}"


def offer_upgrade(
    *,
    agreement: Agreement,
    change: Change,
    seen: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Amendment:
    """Offer the upgrade to the client, who has to sign it today.

    `seen` is the value of `shown` for the preview; the offer is refused if the amounts have changed
    since. Raises NotOpen, TooSoon, MissingGlyphs.
    """
    priced_change = price_change(agreement, change, now)
    still = partial(_must_be_as_seen, agreement, change, seen, now)
    still()  # amend.offer_amendment checks again under its lock
    return amend.offer_amendment(
        agreement=agreement, change=priced_change, actor=actor, now=now, origin=origin, still=still
    )


def price_change(agreement: Agreement, change: Change, now: datetime) -> Change:
    """Return the change as it applies from today, with its amounts. Raises NotOpen."""
    if change.kind != AmendmentKind.TIER:
        raise NotOpen(_("Only a change of tier can apply now. Anything else begins with a period."))
    today = local_day(now, agreement.time_zone)
    period, before = (
        mid_period_upgrade.upgradable_period(agreement, today),
        effective_terms.terms_on(agreement, today),
    )
    _tier, amount, minutes = amend.terms_after(change, before)
    sums = mid_period_upgrade.prorate_upgrade(
        period,
        today,
        paid=amount_paid(period),
        before=(before.amount, before.minutes),
        after=(amount, minutes),
    )
    total = taxes.compute_totals(
        [-sums.credit, sums.charge], agreement.taxes, agreement.tax_mode
    ).total
    return replace(
        change, effective_on=today, at_once=mid_period_upgrade.UpgradeSums(period, sums, total)
    )


def amount_paid(period: Period) -> tuple[int, int]:
    """Return what was paid for the running tier in this period, and for how many days.

    The amount is in minor units, before tax unless prices include it. The days are the whole
    period's or, after an earlier upgrade in the period, those since that upgrade. Raises NotOpen
    if the period is not fully paid, or if a payment is disputed.
    """
    last = period.upgrades.order_by("starts_on").last()
    span: Period | Upgrade = last or period
    invoices = Invoice.objects.filter(period=period)
    is_paid = (
        span.state == PeriodState.INVOICED
        and not invoices.exclude(state=InvoiceState.PAID).exists()
    )
    if not is_paid:
        raise NotOpen(
            _(
                "This period is not paid, and what was not received is not credited. "
                "Let it begin with the next one."
            )
        )
    disputes = Dispute.objects.filter(payment__invoice__in=invoices)
    if disputes.filter(state__in=WITHDRAWN).exists():
        raise NotOpen(_("A payment of this period is contested. Let it begin with the next one."))
    notes = CreditNote.objects.filter(invoice__in=invoices).values_list(
        "subtotal", "total", "invoice__tax_mode"
    )
    # A period's fee includes the tax only if the agreement's prices do.
    credited = sum(
        total if mode == TaxMode.INCLUSIVE else subtotal for subtotal, total, mode in notes
    )
    return max(0, (last.charge if last else period.amount) - credited), (
        span.ends_on - span.starts_on
    ).days


def void_waiting_upgrade(invoice: Invoice, now: datetime) -> None:
    """Void an upgrade of the invoice's period that waits for the client's signature.

    Call it when money of the period is refunded, credited or disputed, because the upgrade credits
    what was paid. The agreement is locked as in `offer_upgrade`, so that of two concurrent calls
    the later one sees what the earlier one wrote.
    """
    if invoice.agreement_id is None:
        return
    Agreement.objects.select_for_update(no_key=True).get(pk=invoice.agreement_id)
    rows = Amendment.objects.filter(agreement=invoice.agreement_id, state=AmendmentState.SENT)
    for row in rows.select_related("agreement", "business__owner"):
        if row.now and row.now["period"] == str(invoice.period_id):
            why = _("What was paid for this period has changed.")
            with suppress(NotAllowedNow):  # the client signed it at this moment
                unsigned_documents.withdraw(paper=row, reason=why, actor="Retainer Hub", now=now)


def _must_be_as_seen(agreement: Agreement, change: Change, seen: str, now: datetime) -> None:
    if (
        amounts_shown(
            amend.preview_amendment(
                agreement=agreement, change=price_change(agreement, change, now), now=now
            )
        )
        != seen
    ):
        raise NotOpen(_("The amount has changed since you saw it. Please check it again."))
