"""Offers an upgrade that applies now: what was paid for its days is credited, no more than was shown (rules 8 and 9).

Nothing is credited that was never received: while anything of the period is unpaid or contested there is no upgrade
now, and what was given back of it comes off the credit first.
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
from agreements.running import effective_terms, upgrade
from agreements.signing import unsigned
from billing.models import CreditNote, Dispute, Invoice
from billing.rules import taxes
from billing.rules.errors import NotOpen
from billing.rules.states import DisputeState, InvoiceState
from core.audit import UNSEEN, Origin
from core.dates import local_day
from core.errors import NotAllowedNow
from core.models.tax_rate import TaxMode


def draft(*, agreement: Agreement, change: Change, now: datetime) -> Amendment:
    """The amendment with its sums as they are today, not written: to look at first. Raises NotOpen, TooSoon."""
    return amend.draft(agreement=agreement, change=priced(agreement, change, now), now=now)


def shown(row: Amendment) -> str:
    """The sums that a person saw, as the form that confirms them brings them back: credit, charge, total."""
    now = row.now or {}
    return f"{now['credit']}-{now['charge']}-{now['total']}"


def offer(
    *,
    agreement: Agreement,
    change: Change,
    seen: str,
    actor: str,
    now: datetime,
    origin: Origin = UNSEEN,
) -> Amendment:
    """Ask the client to sign it today. `seen` is what `shown` said on the page: another sum is refused.

    Raises NotOpen, TooSoon, MissingGlyphs.
    """
    asked = priced(agreement, change, now)
    still = partial(_must_be_as_seen, agreement, change, seen, now)
    still()
    return amend.offer(
        agreement=agreement, change=asked, actor=actor, now=now, origin=origin, still=still
    )


def priced(agreement: Agreement, change: Change, now: datetime) -> Change:
    """The change as it applies today, with what it costs. Raises NotOpen."""
    if change.kind != AmendmentKind.TIER:
        raise NotOpen(_("Only another tier can apply now; anything else begins with a period."))
    today = local_day(now, agreement.time_zone)
    period, before = upgrade.running(agreement, today), effective_terms.on(agreement, today)
    _tier, amount, minutes = amend.result(change, before)
    sums = upgrade.prorated(
        period,
        today,
        paid=paid(period),
        before=(before.amount, before.minutes),
        after=(amount, minutes),
    )
    total = taxes.figures([-sums.credit, sums.charge], agreement.taxes, agreement.tax_mode).total
    return replace(change, effective_on=today, at_once=upgrade.AtOnce(period, sums, total))


def paid(period: Period) -> tuple[int, int]:
    """What was charged and paid for the days that run now, and how many these were. Raises NotOpen.

    They are the whole period's, or since an earlier upgrade those of the tier it led to.
    """
    last = period.upgrades.order_by("starts_on").last()
    span: Period | Upgrade = last or period
    papers = Invoice.objects.filter(period=period)
    is_paid = (
        span.state == PeriodState.INVOICED and not papers.exclude(state=InvoiceState.PAID).exists()
    )
    if not is_paid:
        raise NotOpen(
            _(
                "This period is not paid, and what was not received is not credited. Let it begin with the next one."
            )
        )
    if Dispute.objects.filter(payment__invoice__in=papers).exclude(state=DisputeState.WON).exists():
        raise NotOpen(_("A payment of this period is contested. Let it begin with the next one."))
    notes = CreditNote.objects.filter(invoice__in=papers).values_list(
        "subtotal", "total", "invoice__tax_mode"
    )
    back = sum(total if mode == TaxMode.INCLUSIVE else subtotal for subtotal, total, mode in notes)
    return max(0, (last.charge if last else period.amount) - back), (
        span.ends_on - span.starts_on
    ).days


def withdraw(invoice: Invoice, now: datetime) -> None:
    """Money of its period goes back or is contested: an upgrade that waits with a credit for it is taken back.

    The agreement is locked as `offer` locks it, so that one of the two sees the other.
    """
    Agreement.objects.select_for_update(no_key=True).get(pk=invoice.agreement_id)
    rows = Amendment.objects.filter(agreement=invoice.agreement_id, state=AmendmentState.SENT)
    for row in rows.select_related("agreement", "business__owner"):
        if row.now and row.now["period"] == str(invoice.period_id):
            why = _("What was paid for this period has changed.")
            with suppress(NotAllowedNow):  # it was signed at this moment
                unsigned.void(paper=row, reason=why, actor="Retainer Hub", now=now)


def _must_be_as_seen(agreement: Agreement, change: Change, seen: str, now: datetime) -> None:
    if (
        shown(amend.draft(agreement=agreement, change=priced(agreement, change, now), now=now))
        != seen
    ):
        raise NotOpen(_("The sum is not the one you were shown any more. Look at it again."))
