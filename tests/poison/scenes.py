"""What is due for each step of each job, and the poisons that its rows can meet.

What arranges one tenant's work does none of another's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from agreements.changing import amend
from agreements.models import Agreement, Amendment, Pause, Period, Proposal, Upgrade
from agreements.running.periods import open_due
from agreements.signing import sign
from agreements.tests.test_amending import upgrade
from agreements.tests.test_signers import sign_as
from billing.charging.collect import collect
from billing.charging.issue import issue_invoices
from billing.charging.refund import refund_invoice
from billing.gateways.sandbox.models import SandboxRefund
from billing.invoices import upgrade_invoice
from billing.models import (
    Collection,
    GatewayAccount,
    GatewayEvent,
    GatewayFee,
    Invoice,
    NextLine,
    Payment,
    PaymentMethod,
    Refund,
    UnpaidCase,
)
from billing.runs.billing_run import run_billing
from core.database import vault
from core.documents import store
from core.models import Business, OutboxEmail, OwnerNote, SetAside
from core.outbox import emails
from core.storage import places
from delivery.hours import time_log, timer
from delivery.models import Deliverable, EarlyWarning, Report, Request, Timer
from delivery.reports import report_run, send_reports
from delivery.requests import client_requests
from delivery.work import carry_over, checklist_actions
from exports import requested_exports
from exports.models import Export, Scope
from retainer_hub.pruning.rules import RULES
from tests.poison.old_rows import OLD_ROWS, is_pruned, lasts
from tests.poison.spoiling import Mend, put, refused, refused_row, without_file
from tests.world import NOW, World

DAY = timedelta(days=1)
MONTH_OVER = NOW + 31 * DAY  # 3 December: the first period ended on the 2nd
DECEMBER = date(2026, 12, 2)
TIER = {"name": "Growth", "response_hours": 10, "deliverables": [{"title": "posts", "promised": 4}]}
Poison = Callable[[World, Any], Mend]


@dataclass(frozen=True)
class Scene:
    """A step's work: `arrange` makes the row that is due at `at`, `done` tells that it was done.

    `poisons` are by kind. `row` finds the row that is set aside, from what `arrange` returned.
    """

    step: str
    arrange: Callable[[World], Any]
    done: Callable[[Any], Any]
    poisons: Mapping[str, Poison]
    at: datetime = NOW
    row: Callable[[Any], Any] = lambda arranged: arranged


# Poisons that many rows can meet


def no_zone(world: World, row: Any) -> Mend:
    """The agreement's time zone is not one."""
    return put(Agreement.objects.get(pk=row.agreement.pk), time_zone="Mars/Olympus")


def no_client_zone(world: World, row: Any) -> Mend:
    return put(row.client, time_zone="Mars/Olympus")


def no_business_zone(world: World, row: Any) -> Mend:
    return put(world.business, time_zone="Mars/Olympus")


def refuses(table: str, verb: str = "INSERT") -> Poison:
    return lambda world, row: refused(table, world.business, verb)


MAIL = refuses("core_outboxemail")


def mailed(kind: str) -> Callable[[Any], bool]:
    """Whether there is an email of this kind about the row's business."""
    return lambda row: OutboxEmail.objects.filter(kind=kind, business=row.business_id).exists()


def fresh(row: Any) -> Any:
    return type(row)._base_manager.get(pk=row.pk)


# Billing


def a_period_due(world: World, **fields: Any) -> Period:
    agreement = world.running(**fields)
    open_due(now=NOW, only=agreement)
    return Period.objects.get(agreement=agreement)


def an_upgrade_due(world: World) -> Upgrade:
    agreement = a_paid_invoice(world).agreement
    change = amend.Change(amend.AmendmentKind.TIER, NOW.date(), amount=9_000_00)
    row = upgrade_invoice.draft_upgrade(agreement=agreement, change=change, now=NOW)
    row.save(force_insert=True)
    sign._complete(row, NOW)
    return Upgrade.objects.select_related("amendment").get(agreement=agreement)


def a_charge_due(world: World) -> Collection:
    issue_invoices(now=NOW, only=a_period_due(world).agreement)
    return Collection.objects.get(business=world.business)


def a_paid_invoice(world: World) -> Invoice:
    """Paid by a run that does nothing for other tenants."""
    row = a_charge_due(world)
    collect(now=NOW, only=row.invoice.agreement)
    return Invoice.objects.select_related("collection").get(pk=row.invoice_id, state="paid")


def a_charge_without_answer(world: World) -> Collection:
    world.billed(card="lost_answer")
    return Collection.objects.get(business=world.business)


def a_refund(world: World) -> Refund:
    facts = {"amount": 100_00, "reason": "R", "actor": "Nan", "to_card": True, "now": NOW}
    return refund_invoice(invoice=a_paid_invoice(world), **facts)[1]


def a_notice(world: World) -> GatewayEvent:
    """A notice about a payment, of which a part was given back elsewhere."""
    invoice = a_paid_invoice(world)
    handle = invoice.collection.handle
    row = refund_invoice(
        invoice=invoice, amount=100_00, reason="R", actor="Nan", to_card=True, now=NOW
    )[1]
    Refund.objects.filter(pk=row.pk).update(next_at=None)
    SandboxRefund.objects.create(handle=f"re_{handle}", intent=handle, amount=1, key=str(row.pk))
    facts = {"event_id": f"evt_{handle}", "handle": handle, "body": b"", "received_at": NOW}
    return GatewayEvent.objects.create(gateway="sandbox", **facts)


def an_unknown_status(world: World, row: GatewayEvent) -> Mend:
    return put(SandboxRefund.objects.get(intent=row.handle), status="exploded")


def a_charge_at_its_own_account(world: World) -> Collection:
    row = a_charge_due(world)
    sealed = {"secret": vault.seal("sk"), "webhook_secret": vault.seal("wh")}
    GatewayAccount.objects.create(
        business=world.business, gateway="acme", connected_at=NOW, **sealed
    )
    for model in (Collection, PaymentMethod):
        model.objects.filter(business=world.business).update(gateway="acme")
    return row


def another_key(world: World, row: Any) -> Mend:
    account = GatewayAccount.objects.get(business=world.business)
    return put(account, secret=b"gAAAAA sealed with another key")


def a_transfer_overdue(world: World) -> Collection:
    invoice = world.billed(card="", collect_by="transfer")
    Agreement.objects.filter(pk=invoice.agreement_id).update(opens_at=None)
    return Collection.objects.select_related("invoice__agreement").get(invoice=invoice)


def no_zone_of_the_invoice(world: World, row: Collection) -> Mend:
    return no_zone(world, row.invoice)


def unpaid_for_too_long(world: World) -> Agreement:
    agreement = world.running(card="lost_card")
    for days in (0, 31):
        run_billing(now=NOW + days * DAY, door="test")
    UnpaidCase.objects.all().delete()
    return agreement


def a_charge_ahead(world: World) -> Agreement:
    return world.running(signed_at=NOW - 20 * DAY, opens_at=NOW + 3 * DAY)


def a_card_charged_soon(world: World) -> PaymentMethod:
    return PaymentMethod.objects.get(client=a_charge_ahead(world).client_id)


def a_fee_to_read(world: World) -> Payment:
    return a_paid_invoice(world).payments.get()


# Agreements


def a_note_for_the_owner(world: World) -> OwnerNote:
    return OwnerNote.objects.create(
        business=world.business, sentence="Ploy opened the proposal.", created_at=NOW
    )


def a_signed_agreement(world: World) -> Agreement:
    return Agreement.objects.select_related("document").get(pk=world.signed(card="").pk)


def a_signed_amendment(world: World) -> Amendment:
    agreement = world.signed(card="")
    row = upgrade(agreement)
    sign_as(row, agreement.contact)
    return Amendment.objects.select_related("document").get(pk=row.pk)


def signed_without_file(world: World, row: Any) -> Mend:
    return without_file(row.document)


def sealed(world: World, **fields: Any) -> Agreement:
    """A running agreement that needs no seal, and whose periods are open."""
    facts = {"kind": "signed_agreement", "title": "Retainer", "pdf": b"%PDF", "now": NOW}
    document = store.save(business=world.business, **facts)
    return world.running(card="", signed_document=document, opens_at=None, **fields)


def an_agreement_that_ends(world: World) -> Agreement:
    return sealed(world, ends_on=DECEMBER)


def an_agreement_whose_pause_is_over(world: World) -> Agreement:
    row = sealed(world, state="paused")
    Pause.objects.create(
        business=world.business, agreement=row, starts_on=NOW.date(), ends_on=DECEMBER
    )
    return row


def a_proposal(world: World) -> Proposal:
    return world.proposal(expires_on=DECEMBER)


def an_agreement_to_sign(world: World) -> Agreement:
    return world.picked()


def an_amendment_to_sign(world: World) -> Amendment:
    agreement = world.sealed(card="")
    Agreement.objects.filter(pk=agreement.pk).update(opens_at=None)
    return upgrade(agreement)


def an_agreement_that_renews(world: World) -> Agreement:
    return sealed(world, ends_on=DECEMBER, renews="alone", term_months=6)


def a_trial_that_ends(world: World) -> Agreement:
    terms = {"trial_measure": "20 calls"}
    row = sealed(world, interval="once", ends_on=DECEMBER, terms=terms)
    Proposal.objects.filter(pk=row.proposal_id).update(trial_measure="20 calls")
    return row


# Delivery


def a_running_period(world: World, **fields: Any) -> Period:
    agreement = world.running(**{"tier": TIER} | fields)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return Period.objects.select_related("agreement__client").get(agreement=agreement)


def worked(period: Period, hours: int) -> Period:
    for day in range(hours // 10):
        on = NOW.date() + day * DAY
        facts = {"on": on, "minutes": 600, "note": "Work", "now": NOW + day * DAY}
        time_log.log_time(agreement=period.agreement, **facts)
    return period


def extra_hours(world: World) -> Period:
    terms = {"overage_minutes": 600, "overage_amount": 100_00}
    return worked(a_running_period(world, terms=terms), 30)


def hours_nearly_used(world: World) -> Agreement:
    return worked(a_running_period(world), 20).agreement


def a_forgotten_timer(world: World) -> Timer:
    facts = {"user": world.business.owner, "agreement": world.running(card=""), "now": NOW}
    return timer.start_timer(**facts)


def behind_target(world: World) -> Business:
    a_running_period(world)
    return world.business


def an_unanswered_request(world: World) -> Request:
    agreement = a_running_period(world).agreement
    facts = {"contact": agreement.contact, "agreement": agreement, "text": "A banner", "now": NOW}
    return client_requests.create_request(**facts)


def a_period_without_checklist(world: World) -> Period:
    agreement = world.running(card="", tier=TIER)
    open_due(now=NOW, only=agreement)
    return Period.objects.select_related("agreement").get(agreement=agreement)


def another_form(world: World, row: Period) -> Mend:
    return put(row.agreement, tier={"name": "Growth", "deliverables": "four posts"})


def carried_work(world: World) -> Agreement:
    agreement = world.running(card="", tier=TIER)
    open_due(now=NOW, only=agreement)
    period = Period.objects.get(agreement=agreement)
    checklist_actions._open([period.pk], NOW)
    row = Deliverable.objects.get(period=period)
    carry_over.carry_over(deliverable=row, because="Next month", actor="Nan", now=NOW)
    open_due(now=MONTH_OVER, only=agreement)
    following = Period.objects.exclude(pk=period.pk).get(agreement=agreement)
    checklist_actions._open([following.pk], MONTH_OVER)
    return agreement


def a_period_that_is_over(world: World) -> Period:
    return worked(a_running_period(world), 10)


def no_such_terms(world: World, row: Any) -> Mend:
    return put(Agreement.objects.get(pk=row.agreement.pk), terms=["no", "terms"])


def a_draft(world: World, **fields: Any) -> Report:
    a_running_period(world, **fields)
    report_run.run_reports(now=MONTH_OVER, door="test")
    return Report.objects.select_related("period__agreement").get(business=world.business)


def a_good_draft(world: World) -> Report:
    """Of a month that was not off, so that it is not held for its owner."""
    row = a_draft(world)
    Deliverable.objects.filter(period=row.period).update(done=F("promised"))
    return row


def no_such_rollover(world: World, row: Any) -> Mend:
    agreement = row if isinstance(row, Agreement) else getattr(row, "period", row).agreement
    return put(agreement, rollover="sometimes")


def a_sent_report(world: World) -> Report:
    row = a_draft(world)
    return send_reports.send_report(report=row, actor="Nan", now=MONTH_OVER)


def a_report_nobody_saw(world: World) -> Report:
    row = a_sent_report(world)
    emails.post("report", [(str(row.pk), world.business)], now=MONTH_OVER)
    OutboxEmail.objects.filter(kind="report").update(state="sent", sent_at=MONTH_OVER)
    return row


def a_draft_that_waits(world: World) -> Business:
    a_draft(world, terms={"report_unreviewed": "wait"})
    return world.business


def a_spoilt_snapshot(world: World, row: Report) -> Mend:
    return put(row, snapshot={"parts": "all"})


# Exports and mail


def an_export(world: World) -> Export:
    world.sealed(card="")
    scope = Scope.EVERYTHING
    return requested_exports.request_export(business=world.business, scope=scope, now=NOW)


def an_old_export(world: World) -> Export:
    row = an_export(world)
    requested_exports.build_due(now=NOW)
    return fresh(row)


def a_folder_in_its_place(world: World, row: Export) -> Mend:
    path = places.exports().local_copy(row.file_name)
    content = path.read_bytes()
    path.unlink()
    path.mkdir()
    inside = path / "file"
    inside.touch()

    def mend() -> None:
        inside.unlink()
        path.rmdir()
        path.write_bytes(content)

    return mend


def an_email(world: World) -> OutboxEmail:
    emails.post("invoice", [(str(a_paid_invoice(world).pk), world.business)], now=NOW)
    OutboxEmail.objects.exclude(kind="invoice").update(state="sent")
    return OutboxEmail.objects.get(kind="invoice", business=world.business)


def something_set_aside(world: World) -> Business:
    row = a_charge_due(world)
    facts = {"step": "collect", "subject": row.pk, "reason": "missing", "detail": "percent"}
    facts |= {"created_at": NOW, "tried_at": NOW, "next_at": NOW + DAY, "business": world.business}
    SetAside.objects.create(**facts)
    return world.business


SCENES = [
    Scene(
        "open_periods",
        lambda world: world.running(card=""),
        lambda row: Period.objects.filter(agreement=row).exists(),
        {
            "unreadable": no_zone,
            "constraint": refuses("agreements_period"),
            "unknown_state": lambda world, row: put(row, interval="sometimes"),
        },
    ),
    Scene(
        "issue_invoices",
        a_period_due,
        lambda row: Invoice.objects.filter(period=row).exists(),
        {
            "bad_json": lambda world, row: put(row.agreement, taxes=[{"name": "VAT"}]),
            "constraint": refuses("billing_invoice"),
            "oversized": lambda world, row: put(row, amount=2**62),
            "unreadable": no_business_zone,
        },
    ),
    Scene(
        "issue_upgrades",
        an_upgrade_due,
        lambda row: Invoice.objects.filter(upgrade=row).exists(),
        {"bad_json": lambda world, row: put(row.amendment, terms=["no", "terms"])},
    ),
    Scene(
        "collect",
        a_charge_due,
        lambda row: fresh(row).state == "done",
        {"constraint": refuses("billing_charge")},
    ),
    Scene(
        "use_gateway_account",
        a_charge_at_its_own_account,
        lambda row: fresh(row).state == "done",
        {"wrong_key": another_key},
        row=lambda row: row.business,
    ),
    Scene(
        "remind_of_transfers",
        a_transfer_overdue,
        mailed("overdue_client"),
        {"unreadable": no_zone_of_the_invoice, "constraint": MAIL},
        at=NOW + 42 * DAY,  # a working day
    ),
    Scene(
        "watch_unpaid",
        unpaid_for_too_long,
        mailed("unpaid_owner"),
        {"unreadable": no_zone, "constraint": MAIL},
        at=NOW + 33 * DAY,
    ),
    Scene(
        "read_fees",
        a_fee_to_read,
        lambda row: GatewayFee.objects.filter(payment=row).exists(),
        {"unreadable": no_business_zone, "constraint": refuses("billing_journalentry")},
    ),
    Scene(
        "announce_charges",
        a_charge_ahead,
        mailed("charge_ahead"),
        {"unreadable": no_zone, "constraint": MAIL},
    ),
    Scene(
        "look_up_cards",
        a_card_charged_soon,
        lambda row: fresh(row).checked_at,
        {"constraint": refuses("billing_paymentmethod", "UPDATE")},
    ),
    Scene(
        "settle",
        a_charge_without_answer,
        lambda row: fresh(row).state == "done",
        {"constraint": refuses("billing_payment")},
        at=NOW + timedelta(minutes=3),
    ),
    Scene(
        "resolve",
        a_charge_without_answer,
        lambda row: fresh(row).state == "done",
        {"constraint": refuses("billing_collection", "UPDATE")},
        at=NOW + timedelta(minutes=3),
    ),
    Scene(
        "carry_out_refunds",
        a_refund,
        lambda row: fresh(row).state == "succeeded",
        {
            "constraint": refuses("billing_journalentry"),
            "unreadable": no_business_zone,
            "unknown_state": lambda world, row: put(row, state="exploded"),
        },
    ),
    Scene(
        "apply_events",
        a_notice,
        lambda row: fresh(row).done_at,
        {"unknown_state": an_unknown_status, "constraint": refuses("billing_journalentry")},
    ),
    Scene(
        "seal_agreements",
        a_signed_agreement,
        lambda row: fresh(row).signed_document,
        {"missing_file": signed_without_file, "constraint": refuses("core_document")},
    ),
    Scene(
        "seal_amendments",
        a_signed_amendment,
        lambda row: fresh(row).signed_document,
        {"missing_file": signed_without_file},
    ),
    Scene(
        "finish_ended",
        an_agreement_that_ends,
        lambda row: fresh(row).state == "ended",
        {"unreadable": no_zone, "constraint": refuses("core_auditevent")},
        at=MONTH_OVER,
    ),
    Scene(
        "resume_paused",
        an_agreement_whose_pause_is_over,
        lambda row: fresh(row).state == "active",
        {"unreadable": no_zone},
        at=MONTH_OVER,
    ),
    Scene(
        "remind_of_proposals",
        a_proposal,
        mailed("proposal_reminder"),
        {"unreadable": no_client_zone, "constraint": MAIL},
        at=NOW + 28 * DAY,
    ),
    Scene(
        "send_owner_notes",
        a_note_for_the_owner,
        mailed("owner_notes"),
        {"unreadable": no_business_zone, "constraint": MAIL},
        row=lambda row: row.business,
        at=NOW + DAY,
    ),
    Scene(
        "expire_proposals",
        a_proposal,
        lambda row: fresh(row).state == "expired",
        {"unreadable": no_client_zone},
        at=NOW + 40 * DAY,
    ),
    Scene(
        "expire_agreements",
        an_agreement_to_sign,
        lambda row: fresh(row).state == "expired",
        {"unreadable": no_zone},
        at=NOW + 40 * DAY,
    ),
    Scene(
        "expire_amendments",
        an_amendment_to_sign,
        lambda row: fresh(row).state == "expired",
        {"unreadable": no_zone},
        at=NOW + 40 * DAY,
    ),
    Scene(
        "remind_of_agreements",
        an_agreement_to_sign,
        mailed("sign_reminder"),
        {"unreadable": no_zone, "constraint": MAIL},
        at=NOW + 3 * DAY,
    ),
    Scene(
        "remind_of_amendments",
        an_amendment_to_sign,
        mailed("sign_reminder"),
        {"unreadable": no_zone, "constraint": MAIL},
        at=NOW + 3 * DAY,
    ),
    Scene(
        "renew_agreements",
        an_agreement_that_renews,
        lambda row: fresh(row).ends_on > DECEMBER,
        {
            "unreadable": no_zone,
            "unknown_state": lambda world, row: put(row, interval="sometimes"),
        },
        at=NOW + 29 * DAY,
    ),
    Scene(
        "remind_of_trials",
        a_trial_that_ends,
        lambda row: OutboxEmail.objects.filter(
            business=row.business_id, kind__startswith="trial"
        ).exists(),
        {
            "unreadable": no_zone,
            "constraint": MAIL,
            "bad_json": lambda world, row: put(row, terms={"measure": "20 calls"}),
        },
        at=NOW + 28 * DAY,
    ),
    Scene(
        "bill_overage",
        extra_hours,
        lambda row: NextLine.objects.filter(agreement=row.agreement).exists(),
        {
            "unreadable": no_zone,
            "unknown_state": no_such_rollover,
            "constraint": refuses("billing_nextline"),
            "bad_json": lambda world, row: put(
                row.agreement, terms={"overage_minutes": 600, "overage_amount": "a hundred"}
            ),
            "oversized": lambda world, row: put(
                row.agreement, terms={"overage_minutes": 600, "overage_amount": 2**62}
            ),
        },
        at=MONTH_OVER,
    ),
    Scene(
        "warn_of_hours",
        hours_nearly_used,
        mailed("hours_used"),
        {"unreadable": no_zone, "unknown_state": no_such_rollover, "constraint": MAIL},
        at=NOW + 3 * DAY,
    ),
    Scene(
        "warn_of_timers",
        a_forgotten_timer,
        lambda row: fresh(row).warned_at,
        {"unreadable": no_business_zone, "constraint": MAIL},
        at=NOW + DAY,
    ),
    Scene(
        "warn_of_pace",
        behind_target,
        lambda row: EarlyWarning.objects.filter(business=row).exists(),
        {
            "unreadable": no_business_zone,
            "unknown_state": lambda world, row: put(
                Agreement.objects.get(business=row), rollover="sometimes"
            ),
            "constraint": refuses("delivery_earlywarning"),
        },
        at=NOW + 12 * DAY,
    ),
    Scene(
        "remind_of_requests",
        an_unanswered_request,
        lambda row: fresh(row).reminded_at,
        {"unreadable": no_business_zone, "constraint": MAIL},
        at=NOW + 5 * DAY,
    ),
    Scene(
        "open_checklists",
        a_period_without_checklist,
        lambda row: Deliverable.objects.filter(period=row).exists(),
        {"bad_json": another_form, "constraint": refuses("delivery_deliverable")},
    ),
    Scene(
        "carry_over",
        carried_work,
        lambda row: Deliverable.objects.filter(
            business=row.business_id, carried_from__isnull=False
        ).exists(),
        {"constraint": refuses("delivery_deliverable")},
        at=MONTH_OVER,
    ),
    Scene(
        "draft_reports",
        a_period_that_is_over,
        lambda row: Report.objects.filter(period=row).exists(),
        {
            "unreadable": no_zone,
            "bad_json": no_such_terms,
            "constraint": refuses("delivery_report"),
        },
        at=MONTH_OVER,
    ),
    Scene(
        "send_reports",
        a_good_draft,
        lambda row: fresh(row).state == "sent",
        {"unknown_state": no_such_rollover, "constraint": refuses("core_auditevent")},
        at=MONTH_OVER + 8 * DAY,
    ),
    Scene(
        "remind_of_reports",
        a_report_nobody_saw,
        lambda row: fresh(row).nudged_at,
        {"constraint": MAIL},
        at=MONTH_OVER + 4 * DAY,
    ),
    Scene(
        "remind_of_drafts",
        a_draft_that_waits,
        lambda row: OutboxEmail.objects.filter(business=row, kind="reports_waiting").exists(),
        {"unreadable": no_business_zone, "constraint": MAIL},
        at=MONTH_OVER + 4 * DAY,
    ),
    Scene(
        "print_reports",
        a_sent_report,
        lambda row: fresh(row).document,
        {"bad_json": a_spoilt_snapshot, "constraint": refuses("core_document")},
        at=MONTH_OVER,
    ),
    Scene(
        "make_exports",
        an_export,
        lambda row: fresh(row).state == "ready",
        {"constraint": MAIL},
    ),
    Scene(
        "delete_exports",
        an_old_export,
        lambda row: fresh(row).state == "gone",
        {"missing_file": a_folder_in_its_place},
        at=NOW + 8 * DAY,
    ),
    Scene(
        "send_mail",
        an_email,
        lambda row: fresh(row).state == "sent",
        {"constraint": refuses("core_outboxemail", "UPDATE")},
    ),
    Scene(
        "tell_set_aside",
        something_set_aside,
        lambda row: OutboxEmail.objects.filter(business=row, kind="set_aside").exists(),
        {"constraint": MAIL},
    ),
    *(
        Scene(
            rule.step,
            lambda world, name=rule.name: OLD_ROWS[name](world, NOW),  # type: ignore[misc]
            is_pruned,
            {
                "constraint": lambda world, row, verb="UPDATE" if rule.days is None else "DELETE": (
                    refused_row(row, verb)
                )
            },
            at=NOW + lasts(rule) + DAY,
        )
        for rule in RULES
        if rule.title
    ),
]
