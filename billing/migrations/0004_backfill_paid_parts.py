"""Works out what each settlement so far was of its invoice, and which tax is not due yet.

An open invoice of a business whose tax falls due on payment had its whole tax booked as due when it
was issued. What is not paid of it is moved back, on the day of this migration; closed invoices and
papers that were issued stay as they are.
"""

from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db import migrations
from django.utils import timezone

from core.database.ids import new_id

FIELDS = ("id", "business_id", "total", "taxes", "withholding", "state", "currency", "client_id", "issued_on")


def rounded(value):
    whole = (abs(value) * 2 + 1) // 2
    return int(whole) if value >= 0 else -int(whole)


def split(before, amount, total, taxes, earlier):
    left, parts = amount, []
    for tax, had in zip(taxes, earlier, strict=True):
        due = rounded(Fraction(tax["amount"] * (before + amount), total)) - had
        part = max(min(due, left), 0)
        parts.append({"name": tax["name"], "percent": tax["percent"], "amount": part})
        left -= part
    return parts


def days_of(apps):
    """The local day of a moment, by the business."""
    zones = dict(apps.get_model("core", "Business").objects.values_list("id", "time_zone"))
    return lambda business, at: at.astimezone(ZoneInfo(zones[business])).date()


def work_out(apps, schema_editor):
    models = {name: apps.get_model("billing", name) for name in ("Invoice", "Allocation", "Payment", "PaidPart")}
    certificates = dict(
        apps.get_model("billing", "WithholdingCertificate").objects.values_list("invoice_id", "amount")
    )
    notes = dict(apps.get_model("billing", "CreditNote").objects.values_list("id", "taxes"))
    local_day = days_of(apps)
    settled = models["Allocation"].objects.values_list("invoice_id", flat=True).distinct()
    for invoice in models["Invoice"].objects.filter(id__in=settled).only(*FIELDS).iterator(500):
        rows = models["Allocation"].objects.filter(invoice=invoice.id).order_by("created_at", "id")
        payments = models["Payment"].objects.filter(invoice=invoice.id).in_bulk()
        before, earlier, left, made = 0, [0] * len(invoice.taxes), invoice.total, []
        seen = set()
        for row in rows:
            left -= row.amount
            payment = payments.get(row.ref) if row.by == "payment" else None
            seen.add(row.ref)
            expected = certificates.get(invoice.id, 0) if payment else 0
            withheld = expected if expected and left == expected else 0
            gross = max(0, min(row.amount + withheld, invoice.total - before))
            parts = split(before, gross, invoice.total, invoice.taxes, earlier)
            if row.by == "credit_note" and row.ref in notes:
                most = [tax["amount"] for tax in notes[row.ref]]
                for part, limit in zip(parts, most, strict=False):
                    part["amount"] = min(part["amount"], limit)
            before += gross
            earlier = [had + part["amount"] for had, part in zip(earlier, parts, strict=True)]
            tax = sum(part["amount"] for part in parts)
            at = payment.received_at if payment else row.created_at
            made.append(
                models["PaidPart"](
                    id=new_id(),
                    business_id=invoice.business_id,
                    invoice_id=invoice.id,
                    by=row.by,
                    ref=row.ref,
                    on=local_day(invoice.business_id, at),
                    subtotal=gross - tax,
                    tax=tax,
                    taxes=parts,
                    withheld=withheld,
                    beyond=payment.amount - row.amount if payment else 0,
                    left=max(0, left - withheld),
                    created_at=row.created_at,
                )
            )
        for pk, payment in payments.items():
            if pk not in seen:  # all of it was more than the invoice asked
                made.append(nothing(models["PaidPart"], invoice, payment, local_day))
        models["PaidPart"].objects.bulk_create(made)


def nothing(model, invoice, payment, local_day):
    return model(
        id=new_id(),
        business_id=invoice.business_id,
        invoice_id=invoice.id,
        by="payment",
        ref=payment.id,
        on=local_day(invoice.business_id, payment.received_at),
        subtotal=0,
        tax=0,
        taxes=[{**tax, "amount": 0} for tax in invoice.taxes],
        beyond=payment.amount,
        created_at=payment.created_at,
    )


def the_rest(apps, schema_editor):
    """Payments of which nothing settled their invoice, and whose invoice has no allocation."""
    model, payments = apps.get_model("billing", "PaidPart"), apps.get_model("billing", "Payment")
    known = set(model.objects.filter(by="payment").values_list("ref", flat=True))
    local_day = days_of(apps)
    missing = [
        nothing(model, row.invoice, row, local_day)
        for row in payments.objects.select_related("invoice").iterator(500)
        if row.id not in known
    ]
    model.objects.bulk_create(missing)


def not_due_yet(apps, schema_editor):
    invoices, entries = apps.get_model("billing", "Invoice"), apps.get_model("billing", "JournalEntry")
    part, now, local_day = apps.get_model("billing", "PaidPart"), timezone.now(), days_of(apps)
    waiting = invoices.objects.filter(state="open", tax__gt=0, business__tax_on_payment=True)
    for invoice in list(waiting):
        due = sum(part.objects.filter(invoice=invoice.id).values_list("tax", flat=True))
        if due < invoice.tax:
            entries.objects.create(
                id=new_id(),
                business_id=invoice.business_id,
                client_id=invoice.client_id,
                kind="tax_deferred",
                ref=str(invoice.id),
                debit="tax",
                credit="deferred",
                currency=invoice.currency,
                amount=invoice.tax - due,
                on=local_day(invoice.business_id, now),
                created_at=now,
            )
    ids = [invoice.id for invoice in waiting]
    invoices.objects.filter(id__in=ids).update(tax_on_payment=True)


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_paid_parts")]

    operations = [
        migrations.RunPython(work_out, migrations.RunPython.noop),
        migrations.RunPython(the_rest, migrations.RunPython.noop),
        migrations.RunPython(not_due_yet, migrations.RunPython.noop),
    ]
