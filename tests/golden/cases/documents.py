"""Documents that no email of the other cases carries, such as amendments and statements."""

import base64
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import translation

from agreements.changing import amend, end
from agreements.changing.amend import Change
from agreements.contract import library
from agreements.models import Agreement
from agreements.models.amendment import AmendmentKind
from agreements.models.reusable import Service, Template, TextKind
from agreements.proposals import accept, lifecycle
from agreements.rules.intervals import Interval
from agreements.running.periods import open_due
from agreements.signing import agreement_pdf, sign
from billing.charging import refund
from billing.emails import billing_pdfs
from billing.invoices import upgrade_invoice
from billing.models import BankDetails, Payment
from billing.runs.billing_run import run_billing
from core.documents import store
from delivery.hours import time_log
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, Report
from delivery.renewing import quarterly_reviews
from delivery.reports import client_decision, report_run, send_reports
from delivery.reports.review_draft import save_texts
from delivery.requests import client_requests, owner_replies
from delivery.rules.states import Answer, RequestState
from delivery.work import carry_over, checklist_actions
from exports.history_files import as_pdf
from exports.timeline import history_of
from tests.golden.cases.agreements import (
    DECEMBER,
    a_sealed_agreement,
    an_agreement_to_sign,
    with_a_colleague,
)
from tests.golden.cases.billing import an_invoice_to_transfer, arrives
from tests.golden.cases.reports import sent
from tests.golden.stage import PERIOD_OVER, Documents, Stage, a_running_period, case
from tests.world import HERE, NOW

LOGO = (  # one grey pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNoaGgAAAMEAYFL09IQAAAAAElFTkSuQmCC"
)
JANUARY = date(2027, 1, 2)
STROKES = [[[10, 10], [200, 90]], [[30, 120], [220, 130]]]


def everything_agreed(stage: Stage) -> dict[str, Any]:
    """Terms that bring every optional clause into the text."""
    words = stage.words
    return {
        "service": Service.SOCIAL,
        "governing_law": "TH",
        "kpis": [words.goal],
        "expectations": [words.question],
        "competitors": [words.client],
        "overage_amount": stage.sum(90),
        "overage_minutes": 120,
        "value_adds": [
            {"title": words.work, "minutes": 60, "ends_on": "2027-01-31", "reason": words.reason}
        ],
        "rollover": "surplus",
        "renews": "alone",
        "ends_on": date(2027, 11, 2),
    }


def own_text(stage: Stage) -> Template:
    """A business's own text, whose first clause has one paragraph more in English than in Thai."""
    clauses = library.built_in(TextKind.MONTHLY)
    clauses[0]["en"]["text"] += "\n\nNothing else is agreed."
    facts = {"name": stage.words.title, "kind": TextKind.MONTHLY, "clauses": clauses}
    return Template.objects.create(business=stage.business, **facts)


@case()
def agreements_to_be_read(stage: Stage) -> Documents:
    """As they are before a client picks: the same as they are put before the signers."""
    last = NOW.date() + timedelta(days=21)
    once = {"interval": Interval.ONCE, "ends_on": last}
    trial = {**once, "trial_measure": stage.words.goal, "credits_trial": True}
    terms: dict[str, dict[str, Any]] = {
        "agreement-everything": everything_agreed(stage),
        "agreement-bilingual": {**everything_agreed(stage), "is_bilingual": True},
        "agreement-own_text": {"template": own_text(stage), "is_bilingual": True},
        "agreement-yearly": {"interval": Interval.YEARLY, "collect_by": "transfer"},
        "agreement-trial": {**trial, "next_tier": vars(stage.words.ladder()[1])},
        "agreement-once": {**once, "kind": TextKind.ONCE},
    }
    client = stage.client()
    offers = {name: stage.proposal(client, send=False, **some) for name, some in terms.items()}
    drafts = {
        name: accept.preview_agreement(proposal=one, tier=lifecycle.tiers_of(one)[0], now=NOW)
        for name, one in offers.items()
    }
    return {name: agreement_pdf.unsigned_pdf(draft, created=NOW) for name, draft in drafts.items()}


@case(begins=an_agreement_to_sign)
def an_agreement_to_be_read(stage: Stage) -> Documents:
    assert stage.agreement.document
    return {"agreement": store.read(stage.agreement.document)}


@case()
def an_agreement_that_two_people_and_the_freelancer_signed(stage: Stage) -> Documents:
    agreement, colleague = with_a_colleague(stage, countersigns=True)
    stage.put(agreement, agreement.contact, strokes=STROKES)
    stage.put(agreement, colleague)
    sign.countersign(paper=agreement, actor=stage.words.owner, now=NOW, origin=HERE)
    return {"agreement-signed": agreement_pdf.signed_pdf(agreement)}


def amended(stage: Stage, change: Change) -> bytes:
    row = amend.offer_amendment(agreement=stage.agreement, change=change, actor="Nan", now=NOW)
    assert row.document
    return store.read(row.document)


@case(begins=a_running_period)
def another_tier(stage: Stage) -> Documents:
    return {
        "amendment-tier": amended(stage, Change(AmendmentKind.TIER, DECEMBER, tier=stage.tier(2)))
    }


@case(begins=a_running_period)
def a_renewal(stage: Stage) -> Documents:
    return {
        "amendment-renewal": amended(
            stage, Change(AmendmentKind.RENEWAL, DECEMBER, ends_on=date(2027, 12, 2))
        )
    }


@case(begins=a_running_period)
def an_upgrade_at_once(stage: Stage) -> Documents:
    """Inside a period that is paid."""
    now = NOW + timedelta(days=13)
    change = Change(AmendmentKind.TIER, now.date(), tier=stage.tier(2))
    seen = upgrade_invoice.amounts_shown(
        upgrade_invoice.draft_upgrade(agreement=stage.agreement, change=change, now=now)
    )
    row = upgrade_invoice.offer_upgrade(
        agreement=stage.agreement, change=change, seen=seen, actor="Nan", now=now
    )
    assert row.document
    return {"amendment-at_once": store.read(row.document)}


@case()
def invoices(stage: Stage) -> Documents:
    BankDetails.objects.create(
        business=stage.business,
        holder=stage.words.business_legal,
        account="DE89370400440532013000",
        bic="COBADEFFXXX",
        bank="Bank & Co",
        promptpay="0812345678",
    )
    tax, note = {"taxes": stage.taxes}, {"tax_note": stage.words.reason}
    transfer = {"collect_by": "transfer", "card": ""}
    terms = {
        "invoice-card": tax,
        "invoice-inclusive": {**tax, "tax_mode": "inclusive"},
        "invoice-reverse": {**note, "tax_mode": "reverse"},
        "invoice-exempt": {**note, "tax_mode": "exempt"},
        "invoice-transfer": {**tax, **transfer, "withholding_percent": Decimal(3)},
        "invoice-transfer-euro": {**transfer, "currency": "EUR"},
    }
    client = stage.client()
    rows = stage.all_billed(*({"client": client, "card": "", **some} for some in terms.values()))
    documents = [billing_pdfs.invoice_pdf(invoice=row, now=NOW) for row in rows]
    return {name: store.read(document) for name, document in zip(terms, documents, strict=True)}


def receipt(payment: Payment) -> bytes:
    return store.read(billing_pdfs.receipt_pdf(payment=payment, now=NOW))


@case(begins=a_running_period)
def a_receipt(stage: Stage) -> Documents:
    return {"receipt": receipt(stage.invoice.payments.get())}


@case(begins=an_invoice_to_transfer)
def a_receipt_for_a_part(stage: Stage) -> Documents:
    arrives(stage.invoice, stage.sum(1_000))
    return {"receipt-part": receipt(stage.invoice.payments.get())}


@case()
def a_receipt_that_is_the_tax_invoice(stage: Stage) -> Documents:
    """And has a logo."""
    stage.business.tax_on_payment = True
    stage.business.logo.save("logo.png", ContentFile(base64.b64decode(LOGO)))
    return {"receipt-tax": receipt(stage.billed(taxes=stage.taxes).payments.get())}


@case(begins=a_running_period)
def what_follows_a_payment(stage: Stage) -> Documents:
    why = {"reason": stage.words.reason, "actor": "Nan", "now": NOW}
    refund.refund_invoice(invoice=stage.invoice, amount=stage.sum(1_000), to_card=True, **why)
    note, _back = refund.refund_invoice(
        invoice=stage.invoice, amount=stage.sum(500), to_card=False, **why
    )
    refund.carry_out_refunds(now=NOW)
    statement = billing_pdfs.statement_pdf(client=stage.invoice.client, now=NOW)
    return {
        "credit_note": store.read(billing_pdfs.credit_note_pdf(note=note, now=NOW)),
        "statement": store.read(statement),
    }


@case()
def a_quarter(stage: Stage) -> Documents:
    """Its work and figures, what was asked for, and what the client decided."""
    words = stage.words
    agreement = stage.running(
        agreed={"value_adds": [{"title": words.work, "ends_on": "2027-01-31"}]}
    )
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name=words.figure,
        unit="%",
        baseline=Decimal(100),
        target=Decimal(130),
        less_is_better=False,
        now=NOW,
    )
    for n, days in enumerate((0, 30, 61, 92)):
        now = NOW + timedelta(days=days)
        open_due(now=now)
        checklist_actions.open_checklists(now=now)
        time_log.log_time(
            agreement=agreement, on=now.date(), minutes=5 * 60, note=words.work, now=now
        )
        period = agreement.periods.get(index=n)
        kpi_changes.write_reading(
            kpi=kpi, period=period, value=Decimal(100 + 15 * n), on=now.date(), now=now
        )
        Deliverable.objects.filter(period=period).update(done=(8, 6, 5, 0)[n])
        if n == 1:
            _decided(stage, agreement, now)
    for index, settle in ((1, carry_over.carry_over), (2, carry_over.waive)):
        row = Deliverable.objects.get(
            period__agreement=agreement, period__index=index, carried_from=None
        )
        settle(deliverable=row, because=words.reason, actor="Nan", now=now)
    periods = quarterly_reviews.review_periods(agreement, None, now.date())
    review = quarterly_reviews.create_review(
        agreement=agreement, periods=periods, outlook=words.next_text, now=now
    )
    return {"review": store.read(review.document)}


def _decided(stage: Stage, agreement: Agreement, now: datetime) -> None:
    """A report is answered, another fee is signed, and a request is answered in time."""
    words, contact = stage.words, agreement.contact
    report_run.run_reports(now=now, door="test")
    report = save_texts(
        report=Report.objects.get(),
        comment=words.comment,
        next_text="",
        decision=words.decision,
        now=now,
    )
    send_reports.send_report(report=report, actor="Nan", now=now)
    client_decision.store_answer(
        report=report, answer=Answer.YES, contact=contact, now=now, origin=HERE, words=words.answer
    )
    change = Change(
        AmendmentKind.PRICE, date(2027, 4, 2), amount=stage.sum(6_000), reason=words.reason
    )
    stage.put(
        amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=now),
        contact,
        now,
    )
    row = client_requests.create_request(
        contact=contact, agreement=agreement, text=words.request, now=now
    )
    owner_replies.answer_request(
        request=row, text=words.answer, to=RequestState.DONE, now=now + timedelta(hours=1)
    )


@case(begins=a_sealed_agreement)
def a_history(stage: Stage) -> Documents:
    """From the offer to the notice, with what was paid."""
    agreement = stage.agreement
    run_billing(now=NOW, door="test")
    given = {"actor": agreement.contact, "now": NOW, "reason": stage.words.reason, "origin": HERE}
    end.give_notice(agreement=agreement, ends_on=date(2027, 2, 2), **given)
    with translation.override(stage.language):
        inside, outside = history_of(agreement, inside=True), history_of(agreement, inside=False)
        told = {
            "history": inside,
            "history-client": outside,
            "history-broken": replace(inside, broken=["A & B"]),
        }
        return {name: as_pdf(one, NOW) for name, one in told.items()}


@case("report", variant="bare")
def nothing_is_given_but_names(stage: Stage) -> Documents:
    """No address, no tax id, no bank, no hours, and nothing that is promised or measured."""
    stage.business.legal_name = stage.business.address = stage.business.tax_id = (
        stage.business.owner.name
    ) = ""
    stage.business.save()
    stage.business.owner.save()
    client = stage.client(legal_name="", address="", tax_id="", contact_role="")
    names = (
        {"name": stage.words.business, "legal_name": stage.words.business},
        {"legal_name": client.name},
    )
    bare: dict[str, Any] = {
        "minutes": 0,
        "tier": stage.tier(0, minutes=0, deliverables=[], lines=[]),
    }
    bare["terms"] = dict(zip(("seller", "buyer"), names, strict=True))
    offer = stage.proposal(client, send=False)
    agreement = accept.preview_agreement(proposal=offer, tier=lifecycle.tiers_of(offer)[0], now=NOW)
    stage.begins(client=client, collect_by="transfer", card="", **bare)
    report_run.run_reports(now=PERIOD_OVER, door="test")
    over = quarterly_reviews.review_periods(stage.agreement, None, PERIOD_OVER.date())
    review = quarterly_reviews.create_review(
        agreement=stage.agreement, periods=over, outlook="", now=PERIOD_OVER
    )
    return {
        "agreement-bare": agreement_pdf.unsigned_pdf(agreement, created=NOW),
        "invoice-bare": store.read(billing_pdfs.invoice_pdf(invoice=stage.invoice, now=NOW)),
        "report-bare": sent(Report.objects.get()),
        "review-bare": store.read(review.document),
        "amendment-bare": amended(
            stage, Change(AmendmentKind.PRICE, JANUARY, amount=stage.sum(4_000))
        ),
    }
