"""Extra lines of the next invoice: hours, a cost that is passed on, or what a request is worth.

An extra line waits like any other line (billing.models.NextLine), and the next periodic invoice
takes it. Until then its owner can remove it (rule 68).
"""

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from agreements.models import Agreement, Period
from agreements.rules.states import RUNNING_STATES, AgreementState, PeriodState
from agreements.rules.terms import Renews
from billing.books import document_numbers
from billing.invoices import next_line
from billing.models import Invoice, NextLine
from billing.models.invoice import OWN_LINES
from billing.models.numbering import SeriesKind
from core.dates import local_day
from core.documents import store
from core.errors import RuleError
from core.models import Business, Document
from core.models.document import DocumentKind
from core.money import prorate

#: Kinds of lines that an owner adds and can remove: of their own, or the value of a request.
ADDED, REQUEST = OWN_LINES
LARGEST = 10 * 1024 * 1024  # bytes of a receipt
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2400  # pixels of a receipt that was photographed


def add_extra_line(
    *,
    agreement: Agreement,
    kind: str,
    ref: str,
    description: str,
    amount: int,
    on: date,
    upload: "File[bytes] | None",
    actor: str,
    now: datetime,
) -> NextLine:
    """Add a line to the agreement's next invoice; `amount` is minor units, as its fee is.

    `ref` is the id of the form or of the request, so that a second call returns the first line. A
    receipt (`upload`) is a PDF or a picture. Raises RuleError.
    """
    if not has_next_invoice(agreement):
        raise RuleError(
            _("This agreement has no further invoice. Issue a one-off invoice instead.")
        )
    known = NextLine.objects.filter(business=agreement.business_id, kind=kind, ref=ref).first()
    if known:
        return known
    document = _receipt(agreement.business, upload, description, now) if upload else None
    line = next_line.add_next_line(
        agreement=agreement,
        kind=kind,
        ref=ref,
        description=description,
        starts_on=on,
        ends_on=on + timedelta(days=1),
        amount=amount,
        now=now,
        document=document,
        actor=actor,
    )
    if line.business_id != agreement.business_id:
        raise RuleError(_("Please open this form again."))
    return line


def remove_extra_line(*, line: NextLine, actor: str, now: datetime) -> None:
    """Remove a line that an owner added and no invoice has taken. Raises RuleError.

    It takes the lock under which invoices are issued, so that no invoice takes it meanwhile.
    """
    with transaction.atomic():
        business = line.business
        day = local_day(now, business.time_zone)
        document_numbers.lock_series({business.pk: SeriesKind.INVOICE}, {business.pk: day})
        waiting = NextLine.objects.filter(
            pk=line.pk, kind__in=OWN_LINES, invoice__isnull=True, removed_at__isnull=True
        )
        if waiting.update(removed_at=now, removed_by=actor[:200]):
            return
    line.refresh_from_db()
    if line.invoice:
        raise RuleError(_("It is on invoice %(number)s already.") % {"number": line.invoice.number})
    raise RuleError(_("This line cannot be removed."))


def waiting_lines(agreements: Iterable[Agreement]) -> list[NextLine]:
    """Return what waits for the next invoices of these agreements, the oldest first."""
    rows = NextLine.objects.filter(
        agreement__in=list(agreements), invoice__isnull=True, removed_at__isnull=True
    )
    return list(rows.select_related("agreement").order_by("created_at", "pk"))


#: Lines of agreements that certainly have a next invoice; `has_next_invoice` says it of all.
GOES_ON = Q(agreement__state__in=RUNNING_STATES, agreement__opens_at__isnull=False) & (
    Q(agreement__ends_on__isnull=True) | ~Q(agreement__renews=Renews.NO)
)


def has_next_invoice(agreement: Agreement) -> bool:
    """Whether a periodic invoice is still to come: a pause ends, and a term may renew itself.

    After a notice, the next period may be planned still; it will not be opened.
    """
    if agreement.state not in RUNNING_STATES:
        return False
    if agreement.ends_on and agreement.renews == Renews.NO:
        opens_at = agreement.opens_at
        return opens_at is not None and local_day(opens_at, agreement.time_zone) < agreement.ends_on
    return (
        agreement.opens_at is not None
        or agreement.renews == Renews.ALONE
        or agreement.state == AgreementState.PAUSED
    )


def bills_more(agreement: Agreement) -> bool:
    """Whether an invoice is still to come that takes what waits: a periodic one, or a late one."""
    due = Period.objects.filter(agreement=agreement, state=PeriodState.DUE)
    return has_next_invoice(agreement) or due.exists()


def lines_without_invoice(business: Business) -> QuerySet[NextLine]:
    """Return the lines that perhaps no periodic invoice will take.

    A period without its invoice, which may be set aside or on hold, takes them still.
    """
    waiting = NextLine.objects.filter(
        business=business, invoice__isnull=True, removed_at__isnull=True
    )
    due = Period.objects.filter(agreement=OuterRef("agreement"), state=PeriodState.DUE)
    return waiting.exclude(GOES_ON).exclude(Exists(due))


def left_over(business: Business) -> list[tuple[Agreement, list[NextLine]]]:
    """Return the lines that no periodic invoice will take, by agreement, the oldest first."""
    rows = lines_without_invoice(business).select_related(
        "agreement__client", "agreement__business"
    )
    found: dict[Agreement, list[NextLine]] = {}
    for line in rows.order_by("created_at", "pk"):
        if not has_next_invoice(line.agreement):
            found.setdefault(line.agreement, []).append(line)
    return list(found.items())


def receipts_of(invoice: Invoice) -> list[NextLine]:
    """Return the lines of an invoice that have a receipt of a passed-on cost."""
    rows = NextLine.objects.filter(invoice=invoice, document__isnull=False)
    return list(rows.order_by("created_at", "pk"))


def price_of(minutes: int, rate: int) -> int:
    """Return the price of some minutes at a rate an hour, both amounts in minor units."""
    return prorate(rate, minutes, 60)


def _receipt(business: Business, upload: "File[bytes]", title: str, now: datetime) -> Document:
    pdf = _as_pdf(upload)
    return store.save(business=business, kind=DocumentKind.COST, title=title, pdf=pdf, now=now)


def _as_pdf(upload: "File[bytes]") -> bytes:
    """Return a receipt as a PDF: as it is, or the picture redrawn on a page."""
    if not upload.size or upload.size > LARGEST:
        raise RuleError(_("A receipt is a file of 10 MB at most."), field="file")
    upload.seek(0)
    content = upload.read()
    return content if content.startswith(b"%PDF-") else _drawn(content)


def _drawn(content: bytes) -> bytes:
    wrong = RuleError(_("Please choose a PDF, or a PNG, JPEG or WebP picture."), field="file")
    out = io.BytesIO()
    try:
        picture: Any = Image.open(io.BytesIO(content))
        if picture.format not in ("PNG", "JPEG", "WEBP"):
            raise wrong
        if picture.width * picture.height > MOST_PIXELS:
            raise wrong
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        upright.convert("RGB").save(out, "PDF", resolution=150)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise wrong from None
    return out.getvalue()
