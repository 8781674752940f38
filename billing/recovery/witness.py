"""Asks the gateways, before invoices are issued, whether any of them was charged already (rule 46).

Where the whole machine goes back, the marks outside the database go back with it, and only the
gateways remember. An object there for a period that has no invoice here shows it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from agreements.models import Agreement, Period, Upgrade
from agreements.rules.terms import CollectBy
from billing.charging.elsewhere import found_objects
from billing.charging.issue import periods_to_invoice, upgrades_to_invoice
from billing.gateways import accounts
from billing.gateways.accounts import Account
from billing.gateways.base import Gateway, GatewayObject, GatewayUnknown
from billing.invoices import compose_invoice
from billing.models import FoundObject
from billing.rules.errors import NotConnected
from core.continuity import standing
from core.models import Business

log = logging.getLogger(__name__)
EARLIER = timedelta(hours=1)  # the gateway's clock and ours may differ
LONGEST = timedelta(days=40)  # how far back the lists are read if there was no run before
AT_ONCE = 16  # gateways that are asked at the same time
PATIENCE = 5  # seconds in which they have to answer: a silent one delays nobody for longer


def look(
    *, last_run: datetime | None, now: datetime, only: Agreement | Business | None = None
) -> None:
    """Put the installation in doubt if a gateway has an object for what has no invoice here.

    `last_run` is when billing last ran, by this database. Raises StandsStill.
    """
    if not standing.is_kept():
        return
    references = _to_be_issued(now, only)
    asked = _lists(references, last_run - EARLIER if last_run else now - LONGEST)
    seen = {
        theirs.handle
        for account, objects in asked.items()
        for theirs in objects
        if theirs.reference in references[account]
    }
    known = FoundObject.objects.filter(handle__in=seen).values_list("handle", flat=True)
    if seen - set(known):
        standing.suspect(now=now)
        standing.require()


def _to_be_issued(
    now: datetime, only: Agreement | Business | None
) -> dict[Account, dict[str, UUID]]:
    """Return the reference of each invoice to be charged, with its business, by account."""
    rows: list[Period | Upgrade] = []
    for due in (periods_to_invoice(now, only), upgrades_to_invoice(now, only)):
        by_card = due.filter(agreement__collect_by=CollectBy.CARD)
        rows += by_card.only("business", "agreement", "starts_on")
    names = accounts.names({row.business_id for row in rows})
    references: dict[Account, dict[str, UUID]] = defaultdict(dict)
    for row in rows:
        account = accounts.account_of(names[row.business_id], row.business_id)
        references[account][str(compose_invoice.reference_of(row))] = row.business_id
    return references


def _lists(
    references: dict[Account, dict[str, UUID]], since: datetime
) -> dict[Account, list[GatewayObject]]:
    """Return what each account has made since, without those that do not answer in time."""
    gateways: dict[Account, Gateway] = {}
    for account, wanted in references.items():
        try:
            gateways[account] = accounts.gateway(account[0], next(iter(wanted.values())))
        except NotConnected as error:
            log.warning("%s is not asked what it knows: %s", account[0], error)
    lists = {}
    with _threads() as threads:
        begun = {
            account: threads.submit(_list, gateway, since)
            for account, gateway in gateways.items()
            if gateway.in_flight > 1
        }
        for account, gateway in gateways.items():
            if gateway.in_flight == 1:  # it is asked in this thread
                lists[account] = _list(gateway, since)
        wait(begun.values(), timeout=PATIENCE)
        lists |= {account: each.result() for account, each in begun.items() if each.done()}
    return lists


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Threads that are not waited for at the end."""
    threads = ThreadPoolExecutor(AT_ONCE)
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _list(gateway: Gateway, since: datetime) -> list[GatewayObject]:
    try:
        made = gateway.created_since(since)
        return [theirs for theirs in made if found_objects.counts(gateway, theirs)]
    except (GatewayUnknown, NotConnected) as error:
        log.warning("%s does not say what it knows: %s", gateway.name, error)
    except Exception:
        log.exception("%s could not be asked what it knows.", gateway.name)
    return []
