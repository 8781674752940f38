"""A year of seven clients through the screens: what every screen says is what the table says.

Three retainers of the demo and four more, in four currencies: they are added, signed and paid for
on the pages of both sides, and the product's own tasks do the rest. Every run lives three months of
it; `bin/test year` the whole demo and then the whole year, with every task on every day.
"""

import csv
import io
from calendar import month_name
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from clients.models import Client
from core.models import Business, OutboxEmail, SetAside
from retainer_hub.demo import play
from tests.clock import Clock
from tests.world import lasting
from tests.year import living
from tests.year.clients import Desk, Portal, business_before
from tests.year.table import (
    MONTHS,
    QUARTER,
    RETAINERS,
    YEAR,
    Row,
    everything,
    exact,
    invoices,
    long,
    money,
)

pytestmark = pytest.mark.proof
SINCE = date(2026, 11, 29)
REST = "Withheld, credited or written off"
MONTH_NAMES = list(month_name)[1:]


@dataclass
class Lived:
    """The business after these months, its owner at the desk, and the invoices of the table."""

    business: Business
    desk: Desk
    months: int
    rows: list[Row]
    until: date

    def client(self, name: str) -> Client:
        return Client.objects.get(business=self.business, name=name)

    def of_month(self, month: date, currency: str) -> list[Row]:
        """The invoices of a currency that were issued in a month."""
        here = [row for row in self.rows if row.of.currency == currency]
        return [row for row in here if row.on.replace(day=1) == month]

    def paid_in(self, month: date, currency: str) -> list[Row]:
        """The invoices of a currency that were paid in a month."""
        here = [row for row in self.rows if row.of.currency == currency and row.paid]
        return [row for row in here if row.paid_on.replace(day=1) == month]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("year")


@pytest.fixture(scope="module")
def standing(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, folder: Path
) -> Iterator[Lived]:
    """Live the year, or a quarter of it, once for this module."""
    whole = request.config.getoption("--every-day")
    months = YEAR if whole else QUARTER
    first, last = MONTHS[months - 1]
    with pytest.MonkeyPatch.context() as patch, lasting(django_db_blocker, folder):
        patch.setattr(timezone, "datetime", Clock)
        Clock.at = living.BEGIN
        with override_settings(KEPT_PAPERS=folder / "kept", CONTINUITY=False):
            business = play.play(now=Clock.at) if whole else business_before(Clock.at)
            desk = Desk(business)
            living.begin(desk)
            until = first.replace(day=last)
            living.live(desk, until, every_day=whole)
        yield Lived(business, desk, months, everything(months), until)


@pytest.fixture
def lived(standing: Lived, db: None, settings: Any, folder: Path) -> Lived:
    """The year; what a test does to it is rolled back."""
    settings.RH_VAR_DIR, settings.MEDIA_ROOT = folder, folder / "media"
    return standing


def facts(desk: Desk) -> list[dict[str, str]]:
    """The lists of terms and values of a page."""
    lists = desk.page.xpath("//main//dl")
    names = [[living.words(one) for one in each.iter("dt")] for each in lists]
    values = [[living.words(one) for one in each.iter("dd")] for each in lists]
    return [dict(zip(*pair, strict=True)) for pair in zip(names, values, strict=True)]


def test_the_list_has_each_invoice_of_the_table_and_its_sums(lived: Lived) -> None:
    for of in RETAINERS:
        expected = list(invoices(of, lived.months))
        client = lived.client(of.client)
        lived.desk.go(f"/invoices/?client={client.pk}&since={SINCE}&until={lived.until}")
        shown = [(day, amount) for _number, _client, day, _due, amount, *_rest in lived.desk.rows()]
        assert shown == [
            (long(row.on), money(row.total, of.currency)) for row in reversed(expected)
        ]
        (sums,) = facts(lived.desk)
        assert sums["Invoices"] == str(len(expected))
        for name, value in (
            ("Total", sum(row.total for row in expected)),
            ("Paid", sum(row.paid for row in expected)),
            ("Open", sum(row.open for row in expected)),
            ("Overdue", sum(row.open for row in expected)),
        ):
            assert sums[name] == money(value, of.currency), (of.client, name)
        rest = sum(row.of.withheld for row in expected)
        assert sums.get(REST, "") == (money(rest, of.currency) if rest else "")


def test_the_file_of_all_invoices_is_the_table_and_its_numbers_have_no_gap(lived: Lived) -> None:
    answer = lived.desk.go(f"/invoices/csv/?since={SINCE}&until={lived.until}").answer
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    shown = [
        tuple(row[name] for name in ("Issued", "Client", "Currency", "Before tax", "Tax", "Total"))
        + tuple(row[name] for name in ("Paid", "Withheld", "Open"))
        for row in found
    ]
    assert shown == [
        (
            *(row.on.isoformat(), row.of.client, row.of.currency),
            *(exact(value, row.of.currency) for value in (row.of.net, row.of.tax, row.total)),
            *(exact(value, row.of.currency) for value in (row.paid, row.of.withheld, row.open)),
        )
        for row in lived.rows
    ]
    numbers: dict[str, list[int]] = {}
    for row in found:
        series, year, number = row["Number"].split("-")
        numbers.setdefault(f"{series}-{year}", []).append(int(number))
    for counted in numbers.values():
        assert counted == list(range(counted[0], counted[0] + len(counted)))
    assert numbers["NKS-2027"][0] == 1


def test_what_is_open_is_all_of_one_client_by_its_age(lived: Lived) -> None:
    northwind = next(of for of in RETAINERS if of.pays is None)
    due = [date(2026, 11, 5), *(row.on for row in invoices(northwind, lived.months))]
    ages = Counter(min((lived.until - day).days - 1, 90) // 30 for day in due)
    by_age = [ages[n] * northwind.net for n in range(4)]
    expected = ["—", *(money(sum_, "USD") if sum_ else "—" for sum_ in by_age)]
    expected.append(money(len(due) * northwind.net, "USD"))
    everybody, debtor = lived.desk.go("/invoices/aging/").rows()
    assert everybody == ["All clients", *expected]
    assert debtor == ["Northwind Labs", *expected]
    late = (lived.until - due[0]).days
    open_now = money(len(due) * northwind.net, "USD")
    sentence = f"Northwind Labs: {len(due)} invoices are unpaid, {open_now} in total, the oldest"
    lived.desk.go("/").reads(f"{sentence} {late} days late.")
    page = lived.desk.go(f"/clients/{lived.client('Northwind Labs').pk}/")
    page.reads(f"Still to pay {open_now}", f"Over 90 days{expected[4]}")


def test_net_is_what_arrived_less_fees_and_tax(lived: Lived) -> None:
    for year in {month.year for month, _last in MONTHS[: lived.months]}:
        lived.desk.go(f"/income/net/?year={year}")
        shown = {row[0]: row[1:] for row in lived.desk.rows()}
        for month, _last in MONTHS[: lived.months]:
            if month.year != year:
                continue
            for currency in ("USD", "EUR", "THB", "KWD"):
                rows = lived.paid_in(month, currency)
                gross, tax = sum(row.total for row in rows), sum(row.of.tax for row in rows)
                fee, withheld = sum(row.fee for row in rows), sum(row.of.withheld for row in rows)
                values = (gross, fee, withheld, tax, gross - fee - withheld - tax)
                assert shown[f"{month:%B %Y} · {currency}"] == [
                    money(value, currency) if value else "—" for value in values
                ]


def test_the_totals_of_each_month_are_the_tables(lived: Lived) -> None:
    shown = {row[0]: row[1:] for row in lived.desk.go("/invoices/totals/").rows()}
    for month, _last in MONTHS[: lived.months]:
        for currency in ("USD", "EUR", "THB", "KWD"):
            rows = lived.of_month(month, currency)
            values = (
                sum(row.total for row in rows),
                sum(row.of.tax for row in rows),
                0,
                sum(row.paid for row in lived.paid_in(month, currency)),
                0,
            )
            assert shown[f"{month:%B %Y} · {currency}"] == [
                money(value, currency) for value in values
            ]


def test_income_says_what_was_received_and_how_it_moved(lived: Lived) -> None:
    desk = lived.desk.go("/income/")
    received = sum(
        row.paid for row in lived.rows if row.of.currency == "USD" and row.paid_on.year == 2027
    )
    desk.reads(f"Received in 2027: {money(received, 'USD')}")
    (moved,) = (row for row in desk.rows("//table[contains(., 'Began with')]") if "Dec" in row[0])
    assert moved == ["December 2026", "$10,000", "Upgraded: $5,000 Paused: -$2,000", "$13,000"]
    unpaid = (lived.months + 1) * 3_000_00
    certain = {row[0]: row[-1] for row in desk.rows("//table[contains(., 'How certain')]")}
    assert certain["Invoiced Open invoices."] == money(unpaid, "USD")
    assert certain["Owed by contract Comes even if every client gives notice today."] == "$15,000"
    shares = [value for name, value in certain.items() if name != "Together"]
    assert certain["Together"] == money(sum(map(minor, shares)), "USD")


def minor(shown: str) -> int:
    """The cents of a sum in dollars without any."""
    return int(shown.strip("$").replace(",", "")) * 100


def test_each_client_reads_the_same_in_the_portal(lived: Lived) -> None:
    for of in RETAINERS:
        portal = Portal.by_code(of.email)
        portal.browser.cookies["django_language"] = "en"
        expected = list(invoices(of, lived.months))
        listed = [(row[1], row[2]) for row in portal.go("/p/invoices/").rows()]
        assert listed[: len(expected)] == [
            (long(row.on), money(row.total, of.currency)) for row in reversed(expected)
        ], of.client
        booked = [row for row in portal.go("/p/statement/").rows() if after_begin(row)]
        assert [(day, amount) for day, _what, amount, _balance in booked] == list(
            statement(of, lived)
        )
        before = 1 if of.pays is None else 0
        owed = (sum(row.open for row in expected)) + before * of.net
        portal.reads(f"Balance in {of.currency} {money(owed, of.currency)}")
        assert booked[-1][3] == money(owed, of.currency)


def after_begin(row: list[str]) -> bool:
    """Whether a line of a statement is of the year, and not of the demo before it."""
    day, name, year = row[0].split()
    return (int(year), MONTH_NAMES.index(name), int(day)) >= (SINCE.year, 10, SINCE.day)


def statement(of: Any, lived: Lived) -> Iterator[tuple[str, str]]:
    """What a client's statement has, by hand: each day with its amount."""
    for row in invoices(of, lived.months):
        yield long(row.on), money(row.total, of.currency)
        if row.paid:
            yield long(row.paid_on), money(-row.paid, of.currency)
        if of.withheld:
            yield long(row.on.replace(day=row.on.day + 10)), money(-of.withheld, of.currency)


def test_nobody_was_written_to_twice_and_nothing_was_missed(lived: Lived) -> None:
    since = OutboxEmail.objects.filter(created_at__date__gte=SINCE)
    assert not OutboxEmail.objects.exclude(state="sent").exclude(created_at__gte=Clock.at).exists()
    assert not SetAside.objects.exists()
    sent = Counter(since.values_list("kind", flat=True))
    paid = [row for row in lived.rows if row.paid]
    assert sent["receipt"] + sent["first_payment"] >= len(paid)
    assert sent["invoice"] == sum(not row.of.by_card for row in lived.rows)
    warnings = since.filter(kind="early_warnings")
    assert warnings.count() <= 30 * lived.months / YEAR
    told = " ".join(warnings.values_list("text", flat=True))
    for of in RETAINERS:  # nobody worked for them, which is what was really wrong
        assert of.client in told
    (unpaid,) = since.filter(kind="unpaid_owner")
    lived.desk.go(f"/letters/{unpaid.pk}/").reads("Northwind Labs", "$6,000")


def test_nobody_gets_two_emails_that_say_the_same_on_one_day(lived: Lived) -> None:
    rows = OutboxEmail.objects.filter(created_at__date__gte=SINCE, state="sent")
    same = Counter((row.to, row.created_at.date(), row.subject) for row in rows)
    assert [row for row, count in same.items() if count > 1] == []


def test_the_daily_audit_found_nothing(lived: Lived) -> None:
    lived.desk.go("/invoices/billing-run/")
    assert "do not fit" not in lived.desk.text
    assert not OutboxEmail.objects.filter(kind="audit").exists()
