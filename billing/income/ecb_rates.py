"""Fetches the euro's reference rates of the European Central Bank, once a day (rule 64).

Nothing is fetched while no business has switched it on. The address is fixed, redirects are not
followed, and an answer that is late, large or not the expected table changes nothing.
"""

import logging
import ssl
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from http.client import HTTPException, HTTPSConnection
from xml.etree import ElementTree

from billing.income import exchange
from billing.models.exchange import RateSource
from core.models import Business

HOST, PATH = "www.ecb.europa.eu", "/stats/eurofxref/eurofxref-daily.xml"
TIMEOUT = 10  # seconds
LARGEST = 64 * 1024  # bytes; the table has about 2,000
PLACES = Decimal(1).scaleb(-12)
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
log = logging.getLogger(__name__)


class NoRates(Exception):
    """The table could not be fetched or read."""


def fetch_due(*, now: datetime) -> int:
    """Store today's rates for each business that wants them; returns how many were stored."""
    wanted = Business.objects.filter(reference_rates=True, is_suspended=False)
    if not wanted.exists():
        return 0
    try:
        on, table = read(fetch())
    except NoRates as error:
        log.warning("The reference rates were not fetched: %s", error)
        return 0
    return sum(_store(business, on, table, now) for business in wanted.iterator())


def fetch() -> bytes:
    """Return the newest table as it is published. Raises NoRates."""
    connection = HTTPSConnection(HOST, timeout=TIMEOUT, context=ssl.create_default_context())
    try:
        connection.request("GET", PATH, headers={"User-Agent": "RetainerHub"})
        answer = connection.getresponse()
        body = answer.read(LARGEST + 1)
    except (OSError, HTTPException) as error:
        raise NoRates(type(error).__name__) from error
    finally:
        connection.close()
    if answer.status != 200 or len(body) > LARGEST:
        raise NoRates(f"status {answer.status}, {len(body)} bytes")
    return body


def read(body: bytes) -> tuple[date, dict[str, Decimal]]:
    """Return the day of a table and what one euro was worth, by currency. Raises NoRates."""
    if b"<!" in body:  # an entity or a document type, which the table never has
        raise NoRates("it declares something")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without declarations it cannot expand
        (day,) = [row for row in root.iter(CUBE) if "time" in row.attrib]
        on = date.fromisoformat(day.attrib["time"])
        rows = [row.attrib for row in day.iter(CUBE) if "rate" in row.attrib]
        table = {row["currency"]: Decimal(row["rate"]) for row in rows}
    except (ElementTree.ParseError, LookupError, ValueError, InvalidOperation) as error:
        raise NoRates(type(error).__name__) from error
    if not table or not all(rate.is_finite() and rate > 0 for rate in table.values()):
        raise NoRates("it has no rates")
    return on, table | {"EUR": Decimal(1)}


def _store(business: Business, on: date, table: dict[str, Decimal], now: datetime) -> int:
    """Store the rates that a business needs; a currency that the bank does not list is left out."""
    own = table.get(business.currency)
    stored = 0
    for currency in exchange.currencies_in_use(business):
        if own and currency in table:
            rate = (own / table[currency]).quantize(PLACES)
            exchange.store(
                business, currency=currency, rate=rate, on=on, source=RateSource.ECB, now=now
            )
            stored += 1
    return stored
