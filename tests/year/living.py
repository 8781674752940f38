"""What happens from day to day in the year: the product's own tasks, then people at the screens."""

from datetime import UTC, date, datetime, timedelta

from agreements import tasks as agreement_tasks
from agreements.models import Agreement
from billing import tasks as billing_tasks
from billing.models import Invoice, WithholdingCertificate
from core.outbox import emails
from delivery import tasks as delivery_tasks
from tests.clock import Clock
from tests.test_year import due_after
from tests.year.clients import NEWCOMERS, Desk, Portal
from tests.year.screens import words as words

DAY = timedelta(days=1)
BEGIN = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
PACE = (10, 11, 20, 21)  # days on which early warnings may be due


def begin(desk: Desk) -> None:
    """28 November: four clients more, an upgrade is signed, and a period is skipped."""
    desk.set_up()
    for one in NEWCOMERS:
        desk.propose(desk.add(one), one)
        portal = Portal.by_email("proposal", one.email)
        portal.press("Choose").sign()
        if one.card:
            portal.save_card(one.card)
    desk.upgrade(agreement_of("Baan"), "Partner", "2026-12-01")
    Portal.by_email("sign_invitation", "ploy@baancoffee.example").sign()
    desk.skip(agreement_of("สวนผึ้ง"), "The studio is closed in December.")
    Portal.by_code("erik@northwind.example").save_card("insufficient_funds")


def agreement_of(name: str) -> Agreement:
    return Agreement.objects.get(client__name__startswith=name, proposal__trial_measure="")


def live(desk: Desk, until: date, *, every_day: bool) -> None:
    """Move from day to day; on each the tasks run, and then people do what they do.

    The billing task runs every day, because it stands still when its clock jumps. The others run on
    days on which something is due, or on every day.
    """
    now = due = BEGIN
    while now.date() <= until:
        Clock.at = now
        billing_tasks.bill()
        if every_day or now >= due or now.day in PACE:
            ring()
            due = min((at for at in due_after(now) if at), default=now + DAY)
        receive(desk)
        now += DAY


def ring() -> None:
    """The other tasks that beat rings for in the course of a day."""
    billing_tasks.resolve()
    billing_tasks.read_fees()
    billing_tasks.audit()
    agreement_tasks.seal_signed()
    delivery_tasks.watch_work()
    delivery_tasks.watch_hours()
    delivery_tasks.watch_pace()
    delivery_tasks.send_reports()
    delivery_tasks.print_reports()
    emails.send_due(now=Clock.at, limit=1000)


def receive(desk: Desk) -> None:
    """Record the transfers of four days ago, and the certificates of ten days ago."""
    today = Clock.at.date()
    waits = Invoice.objects.filter(state="open", collect_by="transfer", payments=None)
    for invoice in waits.filter(issued_on__lte=today - 4 * DAY).select_related("client"):
        if invoice.client.name.startswith("Chao"):
            desk.record(invoice)
        else:
            desk.upload(f"Date,Amount,Text\n{today},{invoice.total / 100:.2f},{invoice.number}")
    owed = WithholdingCertificate.objects.filter(state="owed")
    for paper in owed.filter(invoice__issued_on__lte=today - 10 * DAY):
        desk.certify(paper.invoice.number)
