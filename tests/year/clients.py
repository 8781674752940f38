"""How the seven clients of the year come in: by the pages of both sides, and what they agreed."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from agreements.models import Agreement
from billing.models import Invoice
from billing.runs import billing_run
from core import links
from core.models import Business, OutboxEmail
from core.outbox import emails
from retainer_hub.demo import play
from retainer_hub.demo.cast import PARTS
from tests.clock import Clock
from tests.test_tenancy import logged_in
from tests.year.screens import Person, file

A_WEEK = timedelta(days=7)
IBAN = "DE89370400440532013000"


@dataclass(frozen=True)
class Newcomer:
    """A client who is added in the forms. `terms` are fields of the proposal's page."""

    name: str
    person: str
    email: str
    zone: str
    details: dict[str, str]
    terms: dict[str, str]
    card: str = ""


NEWCOMERS = (
    Newcomer(
        "Aurora GmbH",
        "Anna Weber",
        "anna@aurora.example",
        "Europe/Berlin",
        {},
        {"currency": "EUR", "starts_on": "2026-12-31", "tier__0__fee": "1,000"},
        card="succeeds",
    ),
    Newcomer(
        "Chao Siam Co., Ltd.",
        "Chai Siri",
        "chai@chao.example",
        "Asia/Bangkok",
        {"withholding_percent": "3"},
        {
            "currency": "THB",
            "collect_by": "transfer",
            "starts_on": "2026-12-15",
            "tier__0__fee": "30,000",
        },
    ),
    Newcomer(
        "Delta Oy",
        "Dina Virtanen",
        "dina@delta.example",
        "Europe/Helsinki",
        {"tax_treatment": "reverse", "tax_id": "FI01120389"},
        {
            "currency": "EUR",
            "collect_by": "transfer",
            "starts_on": "2026-12-10",
            "tier__0__fee": "1,500",
        },
    ),
    Newcomer(
        "Kuwait Trading",
        "Khalid Saleh",
        "khalid@kuwait.example",
        "Asia/Kuwait",
        {"tax_treatment": "exempt", "tax_note": "Services outside the scope of VAT"},
        {"currency": "KWD", "starts_on": "2026-12-19", "tier__0__fee": "100.125"},
        card="lost_answer",
    ),
)


def letter(kind: str, to: str) -> str:
    """The latest email of a kind to somebody, sent by now, with its links and codes filled in."""
    emails.send_due(now=Clock.at)
    row = OutboxEmail.objects.filter(kind=kind, to=to, state="sent").latest("created_at")
    return links.fill(row.text, row.mark)


def code_in(text: str) -> str:
    """The code of a text."""
    found = re.search(r"^\s*(\d{6})\s*$", text, re.M)
    assert found, text
    return found[1]


def link_in(text: str) -> str:
    """The first link of a text, without the site."""
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found, text
    return found[1]


def business_before(at: datetime) -> Business:
    """The demo's business with its three retainers, begun in the month of `at`."""
    begun = [("Baan", 1), ("สวนผึ้ง", 3), ("Northwind", 5)]
    business = play._business(at.replace(day=1) - timedelta(days=10))
    for name, day in begun:
        part = next(part for part in PARTS if part.name.startswith(name))
        Clock.at = at.replace(day=day)
        play._offer(business, part, Clock.at.date(), Clock.at - timedelta(days=4))
        agreement = play._sign(business, part, Clock.at)
        play._save_card(agreement.client, part.later_card or part.card, Clock.at)
        billing_run.run_billing(now=Clock.at, door="job")
    Clock.at = at
    billing_run.run_billing(now=Clock.at, door="job")
    return business


class Desk(Person):
    """The freelancer."""

    def __init__(self, business: Business) -> None:
        super().__init__()
        self.owner, self.since = business.owner, Clock.at - A_WEEK

    def go(self, address: str) -> Self:
        """Open a page; who was away for a week signs in again."""
        if Clock.at >= self.since + A_WEEK:
            self.browser, self.since = logged_in(self.owner), Clock.at
        return super().go(address)

    def set_up(self) -> None:
        """Enter the bank and the tax, before the first client of another country."""
        self.go("/settings/payments/")
        account = {"account": IBAN, "bic": "COBADEFFXXX", "promptpay": "0812345678"}
        self.press("Save", holder="Nan Kittisak Studio", bank="Kasikornbank", **account)
        self.press("Add a tax", name="VAT", percent="7").reads("VAT")

    def add(self, one: Newcomer) -> str:
        """Add a client with what invoices need; return the address of its page."""
        self.go("/clients/new/")
        who = {"contact_name": one.person, "contact_email": one.email}
        self.press("Save", name=one.name, time_zone=one.zone, **who)
        page = self.at
        self.go(f"{page}edit/").press("Save", **one.details)
        return page

    def propose(self, page: str, one: Newcomer) -> None:
        """Write a proposal of one tier and send it."""
        self.go(f"{page}propose/")
        fields = ("name", "tagline", "fee", "hours", "adds", "deliverables")
        empty = {f"tier__{n}__{name}": "" for n in (1, 2) for name in fields}
        tier = {"tier__0__name": "Essential", "tier__0__hours": "10"}
        self.press("Review and send", **empty, **tier, **one.terms)
        self.press("Send proposal").reads("The proposal is on its way")

    def upgrade(self, agreement: Agreement, tier: str, on: str) -> None:
        """Preview another tier from the start of a period, and send the amendment."""
        self.go(f"/agreements/{agreement.pk}/change/")
        (value,) = self.page.xpath(f"//select[@name='tier']/option[contains(., '{tier}')]/@value")
        self.press("Preview change", kind="tier", tier=value, when="next", effective_on=on)
        self.press("Send").reads("The amendment is on its way")

    def skip(self, agreement: Agreement, reason: str) -> None:
        """Skip the next period."""
        self.go(f"/agreements/{agreement.pk}/pause/")
        self.press("Skip this period", how="skip", reason=reason).reads("is skipped")

    def record(self, invoice: Invoice) -> None:
        """Record the transfer that arrived today, of the sum that the form suggests."""
        self.go(f"/invoices/{invoice.pk}/transfer/")
        self.press("Record payment", reference=f"T {invoice.number}").reads("is recorded")

    def upload(self, statement: str) -> None:
        """Upload a bank statement of one line, which names its invoice."""
        self.go("/bank/")
        self.press("Upload", currency="EUR", file=file("statement.csv", statement))
        self.reads("1 new lines, 1 of them matched at once")

    def certify(self, number: str) -> None:
        """Say that the withholding certificate of an invoice came."""
        self.go("/certificates/")
        self.press("Mark as received", near=number, number=f"50/{number}")


class Portal(Person):
    """Somebody at a client."""

    @classmethod
    def by_email(cls, kind: str, email: str) -> Self:
        """Come in by the link of the latest email of a kind."""
        person = cls(email)
        person.go(link_in(letter(kind, email)))
        return person.press("")

    @classmethod
    def by_code(cls, email: str) -> Self:
        """Come in with the code that is emailed to whoever asks for it."""
        person = cls(email)
        person.go("/p/ask/").press("Email me a link", email=email)
        return person.press("", code=code_in(letter("portal_link", email)))

    def __init__(self, email: str) -> None:
        super().__init__()
        self.email = email

    def sign(self) -> None:
        """Read, sign, and type the code from the email."""
        self.press("Email me the code to sign", consent="on")
        self.press("Sign the agreement", code=code_in(letter("sign_code", self.email)))

    def save_card(self, card: str) -> None:
        """Go to the gateway's page, and choose a test card there."""
        self.go("/p/payment/").press("Save a")
        (leads,) = self.page.xpath("//a[contains(., 'Continue to')]/@href")
        self.go(self._local(leads)).press("Save this card", card=card)
