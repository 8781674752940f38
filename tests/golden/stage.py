"""The world in which a language's emails and documents are made: `tests.world` with its names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from agreements.models import Agreement, Amendment, Period, Proposal
from agreements.running.periods import open_due
from agreements.signing import sign
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.models import Client, Contact
from core import languages, links
from core.models import Business
from delivery.models import Report
from delivery.work import checklist_actions
from tests.factories import BusinessFactory, UserFactory
from tests.golden.words import WORDS, Words
from tests.world import HERE, NOW, World

LANGUAGES = tuple(languages.LANGUAGES)
TODAY = date(2026, 11, 2)
PERIOD_OVER = NOW + timedelta(days=31)  # noon of 3 December: the first period ended on the 1st

Documents = dict[str, bytes]
Act = Callable[["Stage"], Documents | None]
Begin = Callable[["Stage"], None]


@dataclass(frozen=True)
class Case:
    """One thing that happens after `begins`.

    The emails of these kinds that it writes, and the documents that it returns by name, are kept:
    emails as <kind>, <kind>-<variant>, or with -client and -owner where both get one.
    """

    act: Act
    kinds: tuple[str, ...]
    variant: str
    begins: Begin
    languages: tuple[str, ...]


CASES: list[Case] = []


def nothing(stage: "Stage") -> None:
    """There are only the business and its owner."""


def case(
    *kinds: str, variant: str = "", begins: Begin = nothing, languages: tuple[str, ...] = LANGUAGES
) -> Callable[[Act], Act]:
    """Decorate what happens. What comes before is played once for all cases that begin with it."""

    def add(act: Act) -> Act:
        CASES.append(Case(act, kinds, variant, begins, languages))
        return act

    return add


@dataclass
class Stage(World):
    """A business, its client and its people, all of one language."""

    language: str = "en"
    business: Business = field(init=False, repr=False)
    # what a case begins with
    offer: Proposal = field(init=False, repr=False)
    agreement: Agreement = field(init=False, repr=False)
    period: Period = field(init=False, repr=False)
    invoice: Invoice = field(init=False, repr=False)
    report: Report = field(init=False, repr=False)

    @property
    def taxes(self) -> list[dict[str, str]]:
        return [{"name": self.words.tax, "percent": "7"}]

    def __post_init__(self) -> None:
        owner = UserFactory(email="nan@studio.example", name=self.words.owner, date_joined=NOW)
        self.business = BusinessFactory(
            owner=owner,
            name=self.words.business,
            legal_name=self.words.business_legal,
            address=self.words.business_address,
            tax_id="0505561000001",
            language=self.language,
            currency=self.words.currency,
            created_at=NOW,
        )

    @property
    def words(self) -> Words:
        return WORDS[self.language]

    def sum(self, dollars: int) -> int:
        """Minor units of the language's currency."""
        return dollars * 100 * self.words.unit

    def tier(self, place: int, **other: Any) -> dict[str, Any]:
        """A tier as an agreement keeps it, by its place in the ladder from 0."""
        draft = self.words.ladder()[place]
        plain = {
            name: getattr(draft, name)
            for name in ("name", "amount", "minutes", "response_hours", "deliverables")
        }
        return {**plain, "lines": draft.adds, **other}

    def client(self, name: str = "", now: datetime = NOW, **fields: Any) -> Client:
        facts: dict[str, Any] = {
            "legal_name": self.words.client_legal,
            "address": self.words.client_address,
            "tax_id": "0105560000002",
            "language": self.language,
            "contact_role": self.words.role,
        } | fields
        client = super().client(name or self.words.client, now, **facts)
        client.contacts.update(name=self.words.contact)
        return client

    def proposal(
        self, client: Client | None = None, now: datetime = NOW, send: bool = True, **terms: Any
    ) -> Proposal:
        words = self.words
        facts = {
            "tiers": words.ladder(),
            "title": words.title,
            "currency": words.currency,
            "language": self.language,
        }
        return super().proposal(client, now, send, **facts | terms)

    def running(
        self,
        client: Client | None = None,
        card: str = "succeeds",
        now: datetime = NOW,
        **fields: Any,
    ) -> Agreement:
        words, client = self.words, client or self.client(now=now)
        tier = self.tier(1)
        facts: dict[str, Any] = {
            "title": words.title,
            "currency": words.currency,
            "language": self.language,
            "amount": tier["amount"],
            "minutes": tier["minutes"],
            "tier": tier,
            "terms": {
                "seller": {
                    "name": words.business,
                    "legal_name": words.business_legal,
                    "address": words.business_address,
                    "tax_id": "0505561000001",
                    "signer": words.owner,
                },
                "buyer": {
                    "name": client.name,
                    "legal_name": words.client_legal,
                    "address": words.client_address,
                    "tax_id": "0105560000002",
                },
                **fields.pop("agreed", {}),
            },
        }
        return super().running(client, card, now, **facts | fields)

    def colleague(self, client: Client) -> Contact:
        """One more person of the client's."""
        return client_records.add_contact(
            client=client, name=self.words.colleague, email="mali@baan.example", now=NOW
        )

    def put(
        self, paper: Agreement | Amendment, contact: Contact, now: datetime = NOW, **also: Any
    ) -> None:
        """This person signs."""
        place = sign.request_code(
            paper=paper,
            contact=contact,
            name=contact.name,
            consented=True,
            now=now,
            origin=HERE,
            **also,
        )
        sign.sign_with_code(
            paper=paper, contact=contact, code=links.code(place.code_row), now=now, origin=HERE
        )

    def signed(
        self,
        agreement: Agreement | None = None,
        now: datetime = NOW,
        card: str = "succeeds",
        **terms: Any,
    ) -> Agreement:
        agreement = agreement or self.picked(now=now, **terms)
        self.put(agreement, agreement.contact, now)
        if card:
            self.card(agreement.client, card, now)
        return agreement

    def billed(self, now: datetime = NOW, **fields: Any) -> Invoice:
        return self.all_billed(fields)[0]

    def all_billed(self, *each: dict[str, Any]) -> list[Invoice]:
        """The first invoices of as many clients, after one walk of the billing job."""
        agreements = [self.running(**fields) for fields in each]
        for agreement in agreements:
            open_due(now=NOW, only=agreement)  # in this order on every database
        run_billing(now=NOW, door="test")
        invoices = Invoice.objects.select_related(
            "agreement__contact", "period__agreement__contact", "collection"
        )
        return [invoices.get(agreement=agreement) for agreement in agreements]

    def all_begun(self, *each: dict[str, Any]) -> list[Period]:
        """Their first periods, with the lists of deliverables."""
        invoices = self.all_billed(*each)
        checklist_actions.open_checklists(now=NOW)
        return [invoice.period for invoice in invoices if invoice.period]

    def begins(self, **fields: Any) -> None:
        """A period runs."""
        (self.period,) = self.all_begun(fields)
        self.agreement, self.invoice = self.period.agreement, Invoice.objects.get()

    def named(self, n: int) -> dict[str, Any]:
        """A running agreement's client by number, without a card."""
        return {"client": self.client(f"{self.words.client} {n}"), "card": ""}


def a_running_period(stage: Stage) -> None:
    """An agreement whose first period is paid by card, with its list of deliverables."""
    stage.begins(taxes=stage.taxes)
