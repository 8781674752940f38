"""The history of an agreement: in order, complete, and with a warning where it was changed."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.changing import amend
from agreements.models import Agreement
from agreements.signing import sign
from billing.charging.refund import refund_invoice
from billing.models import Invoice
from billing.runs.billing_run import run_billing
from core.database.frozen_rows import lifted
from core.dates import local_day
from core.models import AuditEvent
from delivery.models import Report
from delivery.reports import report_pdf, report_run, send_reports
from exports.timeline import history_of
from tests.world import HERE, NOW, World

MONTH = timedelta(days=31)


def lived(world: World, months: int = 1) -> Agreement:
    """An agreement that was signed, sealed, billed and reported for `months` months."""
    agreement = world.sealed()
    for n in range(months + 1):
        run_billing(now=NOW + n * MONTH, door="test")
    report_run.run_reports(now=NOW + months * MONTH, door="test")
    for report in Report.objects.filter(client=agreement.client):
        send_reports.send_report(report=report, actor="Nan", now=NOW + months * MONTH)
    report_pdf.render_due(now=NOW + months * MONTH)
    return agreement


def test_the_history_lists_offer_signature_seal_money_and_report_in_order(
    world: World,
) -> None:
    agreement = lived(world)
    history = history_of(agreement, inside=True)
    order = ["Proposal sent", "Tier chosen", "Signed", "Sealed"]
    events = [fact.what for fact in history.facts]
    assert [event for event in events if event in order] == order
    assert [
        event.split()[0] for event in events if event.startswith(("Invoice", "Payment", "Report"))
    ].count("Invoice") == 2
    assert events.index("Report sent") > events.index("Sealed")
    assert [fact.at for fact in history.facts] == sorted(fact.at for fact in history.facts)
    assert history.broken == []
    assert history.zone == agreement.time_zone


def test_each_fact_carries_its_document(world: World) -> None:
    agreement = lived(world)
    documents = {
        fact.what: fact.document
        for fact in history_of(agreement, inside=True).facts
        if fact.document
    }
    assert documents["Sealed"] == agreement.signed_document
    assert documents["Tier chosen"] == agreement.document
    assert documents["Report sent"] == Report.objects.get().document


def test_the_clients_history_has_no_ip_address_no_device_and_no_notes(world: World) -> None:
    from billing.runs import hold

    agreement = lived(world)
    hold.hold_billing(
        agreement=agreement, reason="They are difficult", actor="Nan", now=NOW + MONTH
    )
    mine, theirs = history_of(agreement, inside=True), history_of(agreement, inside=False)
    assert HERE.ip in {fact.ip for fact in mine.facts}
    assert "They are difficult" in str(mine.facts)
    assert HERE.ip not in str(theirs.facts)
    assert HERE.user_agent not in str(theirs.facts)
    assert "difficult" not in str(theirs.facts)
    assert len(theirs.facts) == len(mine.facts) - 1


def test_a_changed_or_deleted_entry_of_the_record_is_reported_at_the_top(world: World) -> None:
    agreement = lived(world)
    last = AuditEvent.objects.filter(chain_id=agreement.pk).order_by("-n").first()
    with lifted():
        raw("DELETE FROM core_auditevent WHERE hash = %s", last.hash)
        assert history_of(agreement, inside=True).broken == ["Agreement"], (
            "the seal's own entry is gone"
        )
        raw("UPDATE core_auditevent SET actor = 'Nobody' WHERE event = 'offered'")
    assert history_of(agreement, inside=True).broken == ["Proposal", "Agreement"]


def raw(statement: str, *values: Any) -> None:
    """Change a row as somebody with full access to the database could.

    On PostgreSQL the triggers that protect rows are switched off first.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def refund_newest(now: datetime) -> None:
    refund_invoice(
        invoice=Invoice.objects.latest("issued_on"),
        amount=100,
        reason="R",
        actor="Nan",
        to_card=True,
        now=now,
    )


def test_a_long_history_takes_as_many_queries_as_a_short_one(world: World) -> None:
    agreement = lived(world)
    refund_newest(NOW + MONTH)  # the first of a kind is one more query
    short = questions(agreement)
    day = amend.effective_days(agreement, local_day(NOW + 2 * MONTH, agreement.time_zone))[0]
    change = amend.Change(amend.AmendmentKind.TIER, day, amount=4_000_00)
    row = amend.offer_amendment(
        agreement=agreement, change=change, actor="Nan", now=NOW + 2 * MONTH
    )
    sign.record_opened(paper=row, contact=agreement.contact, now=NOW + 2 * MONTH, origin=HERE)
    run_billing(now=NOW + 2 * MONTH, door="test")
    refund_newest(NOW + 2 * MONTH)
    assert questions(agreement) == short
    history = history_of(agreement, inside=False)
    assert "Amendment 1" in {fact.about for fact in history.facts}
    assert any(fact.what.startswith("Refund of payment") for fact in history.facts)


def questions(agreement: Agreement) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        history_of(
            Agreement.objects.select_related("document", "signed_document").get(pk=agreement.pk),
            inside=True,
        )
    return len(asked)
