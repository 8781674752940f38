"""Every surface shows the same figures; who pays by transfer or debit reads of no card (rule 41).

What is expected is computed here by hand. Each case is one invoice by one way, with one tax, one
history, one currency and one language; every two of these meet in the sample, and all do with
`--every-figure`. With `--few` each of them occurs.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from billing.bank_transfer import payment_details, transfers
from billing.books import asking, client_statement
from billing.books.invariants import find_contradictions
from billing.charging import cancel_invoice, gateway_events, refund
from billing.emails import billing_pdfs
from billing.gateways.sandbox.gateway import contest
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import BankDetails, Invoice, PaidPart
from billing.runs.billing_run import run_billing
from core import formats
from core import money as amounts
from core.dates import local_day
from core.documents import store
from core.models import Business, OutboxEmail
from core.outbox import emails
from tests.browsers import logged_in
from tests.test_stored_totals import text_of
from tests.test_tenancy import inside
from tests.world import World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]

AXES: dict[str, list[Any]] = {
    "way": ["card", "debit", "transfer"],
    "tax": ["exclusive", "inclusive", "reverse", "exempt", "on_payment"],
    "withheld": [0, 3],
    "history": ["none", "one", "part", "over", "credit", "refund", "returned"],
    "currency": ["THB", "EUR", "JPY", "KWD"],
    "language": ["en", "th"],
}
#: What a client who pays by transfer, or by direct debit, never reads.
OF_CARDS = (" card ", " card.", "Card ", "บัตร", "charge failed", "declined")
OF_CHARGES = ("charged",)  # a transfer is no charge; a payment method is charged
FEE = {"THB": 30_000_00, "EUR": 1_234_56, "JPY": 100_001, "KWD": 1_000_125}


@dataclass(frozen=True)
class Case:
    """One kind of invoice and what happened to it."""

    way: str
    tax: str
    withheld: int
    history: str
    currency: str
    language: str

    @property
    def is_charged(self) -> bool:
        """Whether we charge the client, and the client transfers nothing."""
        return self.way != "transfer"

    def __str__(self) -> str:
        return "-".join(str(getattr(self, axis)) for axis in AXES)

    @property
    def figures(self) -> tuple[int, int, int]:
        """Subtotal, tax and what may be withheld, in minor units."""
        fee, rate = FEE[self.currency], 0 if self.tax in ("reverse", "exempt") else 7
        if self.tax == "inclusive":
            tax = half_up(fee * rate, 100 + rate)
            return fee - tax, tax, half_up((fee - tax) * self.withheld, 100)
        return fee, half_up(fee * rate, 100), half_up(fee * self.withheld, 100)


def half_up(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)


def every() -> list[Case]:
    return [case for case in (Case(*values) for values in product(*AXES.values())) if exists(case)]


def exists(case: Case) -> bool:
    """A direct debit has the currency of its scheme, and only a direct debit is returned."""
    if case.way == "debit":
        return case.currency == "EUR"
    return case.history != "returned"


def sample(meet: int = 2) -> list[Case]:
    """Few cases in which so many values of different axes meet, whichever they are."""
    missing = {met for case in every() for met in met_in(case, meet)}
    chosen = []
    while missing:
        best = max(every(), key=lambda case: (len(missing & met_in(case, meet)), str(case)))
        missing -= met_in(best, meet)
        chosen.append(best)
    return chosen


def met_in(case: Case, meet: int) -> set[tuple[Any, ...]]:
    values = [(axis, getattr(case, axis)) for axis in AXES]
    return set(combinations(values, meet))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        option = metafunc.config.getoption
        cases = every() if option("--every-figure") else sample(1 if option("--few") else 2)
        metafunc.parametrize("case", cases, ids=str)


@dataclass
class Life:
    """The invoice of a case, after what happened to it, with what is expected of it."""

    invoice: Invoice
    to_pay: int
    withheld: int
    paid: int
    first: int


def lived(world: World, case: Case) -> Life:
    """Issue the invoice of a case, and let its history happen."""
    Business.objects.filter(pk=world.business.pk).update(tax_on_payment=case.tax == "on_payment")
    world.business.refresh_from_db()
    BankDetails.objects.create(
        business=world.business,
        holder="Studio Nan",
        bank="Kasikornbank",
        account="DE89370400440532013000",
        promptpay="0812345678",
    )
    now = timezone.now()
    day = local_day(now, "Asia/Bangkok")
    declined = case.history in ("none", "part", "over", "credit")
    card = {"card": "insufficient_funds" if declined else "succeeds", "debit": "debit_succeeds"}
    agreement = world.running(
        world.client(now=now, language=case.language),
        now=now,
        card=card.get(case.way, ""),
        starts_on=day,
        anchor_day=day.day,
        language=case.language,
        collect_by="card" if case.is_charged else "transfer",
        currency=case.currency,
        amount=FEE[case.currency],
        taxes=[{"name": "VAT", "percent": "7"}] if case.figures[1] else [],
        tax_mode="exclusive" if case.tax == "on_payment" else case.tax,
        withholding_percent=Decimal(case.withheld),
    )
    run_billing(now=now, door="test")
    sent_everything()
    invoice = Invoice.objects.get(agreement=agreement)
    if case.way == "debit" and case.history != "none":
        bank_says(invoice, {"status": "declined", "code": "insufficient_funds"} if declined else {})
    return happened(invoice, case)


def bank_says(invoice: Invoice, said: dict[str, str]) -> None:
    """Let the bank refuse or pay a direct debit that is on its way."""
    SandboxIntent.objects.update(**{"status": "succeeded"} | said)
    look(invoice)


def look(invoice: Invoice) -> None:
    handle = Invoice.objects.get(pk=invoice.pk).collection.handle or ""
    gateway_events.read_gateway_object("sandbox", handle, account=None, now=timezone.now())


def happened(invoice: Invoice, case: Case) -> Life:
    """Let money come or go, and compute what is left by hand."""
    now = timezone.now()
    subtotal, tax, withheld = case.figures
    total = subtotal + tax
    if case.is_charged:
        withheld = 0  # a card or a bank account is charged the whole sum
    first = net = total - withheld

    def arrives(amount: int) -> None:
        on = local_day(now, "Asia/Bangkok")
        transfers.record_transfer(
            invoice=invoice, amount=amount, on=on, reference="line", actor="Nan", now=now
        )
        if case.is_charged:  # the charge is cancelled at the gateway first
            run_billing(now=now + timedelta(minutes=1), door="test")

    paid = 0
    match case.history:
        case "one":
            if case.way == "transfer":
                arrives(net)
            net, paid = 0, net
        case "part":
            paid = total // 3
            arrives(paid)
            net -= paid
        case "over":
            paid = total
            arrives(total + total // 20)
            net = withheld = 0
        case "credit":
            noted = total // 3
            cancel_invoice.reduce_invoice(
                invoice=invoice, amount=noted, reason="R", actor="Nan", now=now
            )
            withheld = half_up(withheld * (total - noted), total)
            net = total - noted - withheld
        case "refund":
            if case.way == "transfer":
                arrives(total)
            row = Invoice.objects.get(pk=invoice.pk)
            refund.refund_invoice(
                invoice=row, amount=total // 3, reason="R", actor="Nan", to_card=True, now=now
            )
            refund.carry_out_refunds(now=now)
            net, withheld, paid = 0, 0, total
        case "returned":
            handle = Invoice.objects.get(pk=invoice.pk).collection.handle or ""
            contest(handle, reason="debit_not_authorized", status="lost")
            look(invoice)
    sent_everything()
    row = Invoice.objects.select_related("collection", "agreement__contact", "business").get(
        pk=invoice.pk
    )
    return Life(row, net, withheld, paid, first)


def sent_everything() -> None:
    """Compose and send every email that waits."""
    emails.send_due(now=timezone.now())


def to_client(life: Life) -> Iterator[tuple[str, str]]:
    """Every page that the client can open about it, and every email that the client got."""
    browser = inside(life.invoice.agreement.contact)
    browser.cookies["django_language"] = life.invoice.language
    for name in ("home", "method", "invoices", "statement"):
        yield f"portal {name}", browser.get(reverse(f"portal:{name}")).content.decode()
    for name, pk in (("invoice", life.invoice.pk), ("charging", life.invoice.agreement_id)):
        yield f"portal {name}", browser.get(reverse(f"portal:{name}", args=[pk])).content.decode()
    for row in OutboxEmail.objects.filter(to=life.invoice.agreement.contact.email).exclude(text=""):
        yield f"email {row.kind}", f"{row.subject}\n{row.text}\n{row.html}"


def papers(life: Life) -> Iterator[tuple[str, str]]:
    """The text of every document about it."""
    now, invoice = timezone.now(), life.invoice
    yield "pdf invoice", text_of(store.read(billing_pdfs.invoice_pdf(invoice=invoice, now=now)))
    for payment in invoice.payments.select_related("invoice", "business", "series"):
        pdf = billing_pdfs.current_receipt_pdf(payment=payment, now=now)
        yield "pdf receipt", text_of(store.read(pdf))
    for note in invoice.credit_notes.all():
        pdf = billing_pdfs.credit_note_pdf(note=note, now=now)
        yield "pdf credit note", text_of(store.read(pdf))


def test_every_surface_says_the_same(world: World, case: Case, request: Any) -> None:
    life = lived(world, case)
    invoice, currency = life.invoice, case.currency
    subtotal, tax, _withheld = case.figures
    assert (invoice.subtotal, invoice.tax) == (subtotal, tax)
    asked = asking.asked_of(invoice)
    assert (asked.to_pay, asked.withheld, asked.paid) == (life.to_pay, life.withheld, life.paid)
    with translation.override(case.language):
        said = {
            name: formats.money(value, currency)
            for name, value in (
                ("total", invoice.total),
                ("to_pay", life.to_pay),
                ("withheld", life.withheld),
                ("first", life.first),
            )
        }
        exact = amounts.format(life.first, currency, compact=False)
    surfaces = dict(to_client(life))
    page = surfaces["portal invoice"]
    assert said["total"] in page
    if life.to_pay and case.way != "card":
        assert said["to_pay"] in page
    if life.to_pay and case.way == "transfer":
        assert said["to_pay"] in surfaces["portal method"]
    if life.withheld:
        assert said["withheld"] in page
    _same_code(life, case)
    _letters(life, surfaces, said, case)
    desk = logged_in(world.business.owner).get(reverse("dashboard:invoice", args=[invoice.pk]))
    with translation.override("en"):
        assert formats.money(life.to_pay, currency) in desk.content.decode()
    _books(life, case)
    if case.way != "card":
        words = OF_CARDS if case.way == "debit" else (*OF_CARDS, *OF_CHARGES)
        for name, text in surfaces.items():
            for word in words:
                assert word not in text.replace("rh-card", ""), (name, word)
    if request.config.getoption("--every-figure") or case.currency == "THB" or case.way == "debit":
        _documents(life, case, exact)
    assert not find_contradictions(timezone.now())


def _same_code(life: Life, case: Case) -> None:
    """The code asks for exactly what is left to pay; nothing is in it where nothing is."""
    way = payment_details.transfer_details(life.invoice)
    if case.is_charged or not life.to_pay:
        assert way is None
        return
    assert way
    assert way.amount == life.to_pay
    value = str(amounts.to_decimal(life.to_pay, case.currency))
    match case.currency:
        case "THB":
            assert f"54{len(value):02}{value}58" in way.payload
        case "EUR":
            assert f"EUR{value}" in way.payload
        case _:
            assert not way.payload


def _letters(life: Life, surfaces: dict[str, str], said: dict[str, str], case: Case) -> None:
    if case.way == "transfer":
        assert said["first"] in surfaces["email invoice"]
        assert (case.withheld > 0) == (
            "50 ทวิ" in surfaces["email invoice"] or "−" in surfaces["email invoice"]
        )
    if case.history == "part" and case.way == "transfer":
        assert said["to_pay"] in surfaces["email receipt"]
    if case.way == "transfer" and life.to_pay:
        late = timezone.now() + timedelta(days=9)
        assert transfers.send_reminders(now=late) == 1
        emails.send_due(now=late)
        letter = OutboxEmail.objects.get(kind="overdue_client")
        for text in (letter.text, letter.html):
            assert said["to_pay"] in text
            assert "DE89 3704 0044 0532 0130 00" in text
        for html in (letter.html, surfaces["email invoice"]):
            assert ('role="img"' in html) == (case.currency in ("THB", "EUR"))


def _books(life: Life, case: Case) -> None:
    """Statement, totals, parts and journal agree with what is asked."""
    invoice = life.invoice
    balances = client_statement.client_balances(invoice.client)
    asked = asking.asked_of(invoice)
    rows = list(
        csv.reader(
            io.StringIO(
                client_statement.statement_csv(client_statement.statement_entries(invoice.client))
            )
        )
    )
    last = amounts.parse(rows[-1][-1].lstrip("-"), case.currency)
    assert last == abs(balances[case.currency])
    if asked.left:
        assert balances[case.currency] == asked.left
    parts = PaidPart.objects.filter(invoice=invoice)
    due = sum(part.tax for part in parts if part.by != "credit_note")
    noted = sum(note.tax for note in invoice.credit_notes.all())
    totals = client_statement.totals_by_month(invoice.business)
    in_books = sum(row.tax for row in totals)
    if case.tax == "on_payment":
        unpaid = sum(part.tax for part in parts if part.by == "credit_note")
        assert in_books == due + unpaid - noted
    else:
        assert in_books == invoice.tax - noted
    if invoice.is_paid:
        assert sum(part.tax for part in parts) == invoice.tax


def _documents(life: Life, case: Case, exact: str) -> None:
    texts = dict(papers(life))
    total = amounts.format(life.invoice.total, case.currency, compact=False)
    assert digits(total) in digits(texts["pdf invoice"])
    if case.way == "transfer":
        assert digits(exact) in digits(texts["pdf invoice"])
    if case.way != "card":
        for text in texts.values():
            assert "card" not in text.lower()
            assert "บัตร" not in text
    if "pdf receipt" in texts:
        part = PaidPart.objects.filter(by="payment").latest("created_at")
        for amount in (part.subtotal, part.tax):
            if amount and life.invoice.taxes:
                value = amounts.format(amount, case.currency, compact=False)
                assert digits(value) in digits(texts["pdf receipt"])


def digits(text: str) -> str:
    """The text without white space, in which a document may break a number."""
    return "".join(text.split())


def test_the_sample_is_small_and_every_pair_is_in_it() -> None:
    chosen = sample()
    assert len(chosen) < 50
    met = {pair for case in chosen for pair in met_in(case, 2)}
    assert met == {pair for case in every() for pair in met_in(case, 2)}
