"""Another business's rows are not found: every URL, every role, every method (docs/trust.md).

The addresses come from the URL resolver. One that nobody classified fails the first test.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from agreements.changing import amend, give_value_add
from agreements.contract import templates, value_add_bank
from agreements.models import Pause, Period
from agreements.models.reusable import TextKind
from agreements.proposals import client_actions, lifecycle, packages, time_off, waitlist
from agreements.signing import sign
from billing.charging.refund import refund_invoice
from billing.gateways import registry
from billing.invoices import extra_line
from billing.models import (
    BankStatementLine,
    FoundObject,
    Invoice,
    Payment,
    WithholdingCertificate,
)
from billing.runs.billing_run import run_billing
from clients import client_records, objections, portal_links, testimonials
from clients.calls import booking
from core import formats, links
from core.database.state_moves import move
from core.dates import local_day
from core.documents.pictures import Picture
from core.lists import saved_views
from core.models import Membership, OutboxEmail, SetAside, TaxRate
from core.outbox import emails
from core.storage import places
from core.team import invitations
from core.team.roles import GIVEN, TABLE, Area, Right, Role, right_of
from core.web import api_keys
from dashboard.page import DashboardView
from delivery.hours import overage, time_log
from delivery.hours.offline.receive import receive
from delivery.kpis import kpi_changes
from delivery.models import (
    Deliverable,
    EarlyWarning,
    Handover,
    MutedItem,
    Report,
    TimeEntry,
    TimerRun,
)
from delivery.renewing import quarterly_reviews, warning_texts
from delivery.reports import report_run, send_reports
from delivery.requests import client_requests as ask_for
from delivery.trackers import time_import
from delivery.work import checklist_actions, hand_over
from exports import requested_exports
from exports.models import Scope
from exports.states import EXPORT, ExportState
from portal.access import Money, PortalView
from portal.urls import urlpatterns as portal_pages
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.world import HERE, LADDER, World, lasting

PHOTO = Picture(b"webp", 1, 1)
# Pages of the portal that nobody is signed in for, or that ask who somebody is: none has amounts.
PAGES_WITHOUT_A_PERSON = frozenset(
    f"portal:{name}"
    for name in (
        *("ask", "ask_code", "leave", "call_file", "email_logo", "manifest", "icon"),
        *("paper_answer", "seen", "renew", "enter", "privacy"),
    )
)
# What the id in a URL stands for. "none": no id; "public": anyone may ask.
CLASSES: dict[str, str] = {
    "dashboard:home": "owner",
    "dashboard:todo": "owner",
    "dashboard:todo_undo": "owner",
    "dashboard:todo_take_up": "owner",
    "dashboard:todo_transfer": "bank_line",
    "dashboard:todo_agreement": "agreement",
    "dashboard:todo_amendment": "amendment",
    "dashboard:todo_question": "question",
    "dashboard:todo_request": "request",
    "dashboard:todo_deliverable": "deliverable",
    "dashboard:todo_report": "report",
    "dashboard:todo_warning": "warning",
    "dashboard:todo_unseen": "report",
    "dashboard:todo_invoice": "invoice",
    "dashboard:todo_hold": "agreement",
    "dashboard:todo_certificate": "certificate",
    "dashboard:todo_trial": "agreement",
    "dashboard:todo_overage": "overage",
    "dashboard:todo_email": "sent_letter",
    "dashboard:welcome": "owner",
    "dashboard:welcome_business": "owner",
    "dashboard:welcome_work": "owner",
    "dashboard:welcome_client": "owner",
    "dashboard:welcome_dismiss": "owner",
    "dashboard:samples_load": "owner",
    "dashboard:samples_remove": "owner",
    "dashboard:calls": "owner",
    "dashboard:pricing_help": "owner",
    "dashboard:search": "owner",
    "dashboard:settings": "owner",
    "dashboard:settings_business": "owner",
    "dashboard:settings_hours": "owner",
    "dashboard:security": "owner",
    "dashboard:security_rule": "owner",
    "dashboard:sessions_end": "owner",
    "dashboard:security_log": "owner",
    "dashboard:security_log_csv": "owner",
    "dashboard:not_me": "owner",
    "dashboard:confirm": "owner",
    "dashboard:confirmed": "owner",
    "dashboard:settings_documents": "owner",
    "dashboard:paying_moved": "public",  # an old address, which leads to the new one
    "dashboard:owner_emails_moved": "public",
    "dashboard:exports_moved": "public",
    "dashboard:templates": "owner",
    "dashboard:template": "template",
    "dashboard:template_preview": "template",
    "dashboard:template_pdf": "template",
    "dashboard:template_retire": "template",
    "dashboard:template_complete": "template",
    "dashboard:proposal_pdf": "proposal",
    "dashboard:logo": "owner",
    "dashboard:jobs": "owner",
    "dashboard:mail": "public",
    "dashboard:letter": "public",
    "dashboard:sign_in": "public",
    "dashboard:clients": "owner",
    "dashboard:client_new": "owner",
    "dashboard:client": "client",
    "dashboard:client_edit": "client",
    "dashboard:client_merge": "two_clients",
    "dashboard:contact_access": "contact",
    "dashboard:contact_new": "client",
    "dashboard:client_fit": "client",
    "dashboard:call_new": "client",
    "dashboard:objection_new": "client",
    "dashboard:call": "call",
    "dashboard:call_move": "call",
    "dashboard:call_file": "call",
    "dashboard:call_cancel": "call",
    "portal:call_file": "public",
    "portal:email_logo": "public",
    "dashboard:objections": "owner",
    "dashboard:objection": "objection",
    "dashboard:reply_put_away": "reply",
    "dashboard:hours": "agreement",
    "dashboard:hours_adjust": "agreement",
    "dashboard:hours_ask": "agreement",
    "dashboard:hours_tells": "agreement",
    "dashboard:overage_withdraw": "overage",
    "portal:hours": "agreement",
    "portal:overage": "overage",
    "dashboard:email_wordings": "owner",
    "dashboard:email_wording": "wording",
    "dashboard:email_wording_draft": "wording",
    "dashboard:email_wording_html": "wording",
    "dashboard:email_wording_test": "wording",
    "dashboard:email_wording_reset": "wording",
    "dashboard:letters": "owner",
    "dashboard:sent_email": "sent_letter",
    "dashboard:sent_email_html": "sent_letter",
    "dashboard:sent_email_attachment": "sent_file",
    "dashboard:letter_again": "sent_letter",
    "dashboard:set_aside_release": "set_aside",
    "dashboard:recovery_compare": "owner",
    "dashboard:invite": "owner",
    "dashboard:recovery_go_on": "owner",
    "dashboard:recovery_close": "found",
    "dashboard:wait_tell": "wait",
    "portal:proposal_wait": "proposal",
    "dashboard:proposal_preview": "proposal",
    "dashboard:proposal_download": "proposal",
    "portal:proposal_download": "proposal",
    "dashboard:proposal_frame": "proposal",
    "dashboard:proposal_delete": "proposal",
    "dashboard:proposal_try": "proposal",
    "dashboard:question": "question",
    "dashboard:proposal_consent": "proposal",
    "dashboard:proposal_extend": "proposal",
    "dashboard:proposal_revise": "proposal",
    "dashboard:proposal_link": "proposal",
    "dashboard:proposal_copy": "proposal",
    "dashboard:testimonials": "owner",
    "dashboard:testimonial": "testimonial",
    "dashboard:testimonial_retire": "testimonial",
    "dashboard:testimonial_letter": "testimonial",
    "portal:proposal_ask": "proposal",
    "portal:tier_seen": "proposal",
    "portal:proposal_read": "proposal",
    "portal:proposal_forward": "proposal",
    "portal:proposal_letter": "proposal_letter",
    "portal:proposal_face": "proposal_letter",
    "dashboard:proposal_face": "proposal_letter",
    "portal:proposal_picture": "proposal_picture",
    "dashboard:proposal_picture": "proposal_picture",
    "dashboard:pipeline": "owner",
    "dashboard:client_move": "client",
    "dashboard:client_lost": "client",
    "dashboard:proposal_new": "client",
    "dashboard:proposal_new_frame": "client",
    "dashboard:contact_link": "contact",
    "dashboard:contact_end_sessions": "contact",
    "dashboard:contact_edit": "contact",
    "dashboard:contact_data": "contact",
    "dashboard:contact_erase": "contact",
    "dashboard:client_erase": "client",
    "dashboard:proposals": "owner",
    "dashboard:proposal": "proposal",
    "dashboard:proposal_edit": "proposal",
    "dashboard:proposal_send": "proposal",
    "dashboard:proposal_withdraw": "proposal",
    "dashboard:agreements": "owner",
    "dashboard:agreement": "agreement",
    "dashboard:agreement_history": "agreement",
    "dashboard:agreement_files": "agreement",
    "dashboard:client_files": "client",
    "dashboard:exports": "owner",
    "dashboard:data_protection": "owner",
    "dashboard:exports_progress": "owner",
    "dashboard:export": "export",
    "portal:agreement_history": "agreement",
    "dashboard:agreement_pdf": "agreement",
    "dashboard:agreement_end": "agreement",
    "dashboard:agreement_pause": "agreement",
    "dashboard:agreement_resume": "agreement",
    "dashboard:invoice_postpone": "invoice",
    "dashboard:park_release": "agreement",
    "dashboard:kpi_new": "agreement",
    "dashboard:kpi_read": "kpi",
    "dashboard:kpi": "kpi",
    "dashboard:kpi_retire": "kpi",
    "dashboard:kpis": "agreement",
    "dashboard:kpis_file": "agreement",
    "dashboard:kpis_sample": "agreement",
    "dashboard:api": "owner",
    "dashboard:team": "owner",
    "dashboard:team_role": "membership",
    "dashboard:team_remove": "membership",
    "dashboard:team_resend": "team_invitation",
    "dashboard:team_withdraw": "team_invitation",
    "dashboard:team_switch": "own_business",
    "dashboard:team_join": "public",  # with a link of its own: core/team/tests
    "dashboard:reviews": "agreement",
    "dashboard:review_send": "review",
    "dashboard:review_pdf": "review",
    "portal:review": "review",
    "portal:review_pdf": "review",
    "dashboard:warnings": "owner",
    "dashboard:warning": "warning",
    "dashboard:warning_restore": "warning",
    "dashboard:warning_mute": "warning",
    "dashboard:unmute": "muted",
    "dashboard:api_revoke": "api_key",
    "dashboard:view_save": "owner",
    "dashboard:view_change": "saved_view",
    "api:readings": "public",
    "api:kpis": "public",  # with a key of their own: api/tests/test_api.py
    "dashboard:work": "period",
    "dashboard:hand_over": "deliverable",
    "dashboard:deliverable_settle": "deliverable",
    "dashboard:handover_take_back": "handover",
    "dashboard:handover_file": "handover",
    "dashboard:requests": "owner",
    "dashboard:request": "request",
    "dashboard:request_estimate": "request",
    "dashboard:request_time": "request",
    "portal:requests": "inside",
    "portal:request_new": "inside",
    "portal:request_fits": "inside",
    "portal:request": "request",
    "portal:request_withdraw": "request",
    "portal:work_answer": "deliverable",
    "portal:work": "period",
    "portal:handover_file": "handover",
    "dashboard:deliverable": "deliverable",
    "dashboard:time": "owner",
    "dashboard:time_edit": "time",
    "dashboard:time_remove": "time",
    "dashboard:time_agreements": "owner",
    "dashboard:time_promises": "owner",
    "dashboard:time_week": "owner",
    "dashboard:timer": "owner",
    "dashboard:timer_start": "owner",
    "dashboard:timer_stop": "owner",
    "dashboard:timer_discard": "owner",
    "dashboard:timer_decide": "timer_run",
    "dashboard:timer_forget": "timer_run",
    "dashboard:timer_end": "timer_run",
    "dashboard:phone": "owner",
    "dashboard:phone_state": "owner",
    "dashboard:phone_events": "owner",
    "dashboard:phone_worker": "public",  # addresses of files and nothing else
    "dashboard:phone_manifest": "public",
    "dashboard:time_plan": "owner",
    "dashboard:time_day_note": "owner",
    "dashboard:time_bulk": "owner",
    "dashboard:time_bulk_undo": "owner",
    "dashboard:time_imports": "owner",
    "dashboard:time_import": "time_import",
    "dashboard:time_import_take": "time_import",
    "dashboard:time_import_drop": "time_import",
    "dashboard:time_import_bad": "time_import",
    "dashboard:invoices": "owner",
    "dashboard:invoices_csv": "owner",
    "dashboard:aging": "owner",
    "dashboard:one_off": "owner",
    "dashboard:unpaid_rule": "owner",
    "dashboard:agreement_unpaid_rule": "agreement",
    "dashboard:extra_line": "agreement",
    "dashboard:bill_lines": "agreement",
    "dashboard:extra_line_receipt": "extra_line",
    "dashboard:extra_line_remove": "extra_line",
    "dashboard:invoice": "invoice",
    "dashboard:billing_run": "owner",
    "dashboard:billing_run_progress": "owner",
    "dashboard:confirm_clock": "owner",
    "dashboard:unknown_charges": "owner",
    "dashboard:income": "owner",
    "dashboard:income_month": "owner",
    "dashboard:exchange_rates": "owner",
    "dashboard:rate_remove": "owner",
    "dashboard:reference_rates": "owner",
    "dashboard:net_to_me": "owner",
    "dashboard:net_month": "owner",
    "dashboard:monthly_totals": "owner",
    "dashboard:certificates": "owner",
    "dashboard:certificate": "certificate",
    "dashboard:bank": "owner",
    "dashboard:bank_line": "bank_line",
    "dashboard:invoice_refund": "invoice",
    "dashboard:invoice_cancel": "invoice",
    "dashboard:invoice_reduce": "invoice",
    "dashboard:credit_pay_out": "invoice",
    "dashboard:invoice_transfer": "invoice",
    "dashboard:credit_apply": "invoice",
    "dashboard:credit_note_pdf": "credit_note",
    "dashboard:statement": "client",
    "dashboard:statement_csv": "client",
    "dashboard:statement_pdf": "client",
    "dashboard:hold_billing": "agreement",
    "dashboard:paying": "owner",
    "dashboard:you": "owner",
    "dashboard:owner_emails": "owner",
    "dashboard:public_page": "owner",
    "dashboard:tax_use": "tax_rate",
    "dashboard:tax_delete": "tax_rate",
    "portal:credit_note_pdf": "credit_note",
    "portal:statement": "inside",
    **{f"{kind.name}:hook": "public" for kind in registry.connectable()},
    "dashboard:invoice_retry": "invoice",
    "dashboard:invoice_pdf": "invoice",
    "dashboard:receipt_pdf": "payment",
    "dashboard:payment_take_back": "payment",
    "dashboard:reports": "owner",
    "dashboard:report": "report",
    "dashboard:report_pdf": "report",
    "dashboard:packages": "owner",
    "dashboard:package_new": "owner",
    "dashboard:package": "package",
    "dashboard:package_retire": "package",
    "dashboard:pricing": "owner",
    "dashboard:restated_tiers": "owner",
    "dashboard:package_tiers": "owner",
    "dashboard:capacity": "owner",
    "dashboard:waitlist": "owner",
    "dashboard:value_adds": "owner",
    "dashboard:value_add_remove": "value_add",
    "dashboard:value_add_give": "agreement",
    "dashboard:value_add_take_back": "given",
    "dashboard:time_off_remove": "time_off",
    "dashboard:fees": "owner",
    "dashboard:trial_decide": "agreement",
    "dashboard:agreement_change": "agreement",
    "dashboard:agreement_countersign": "agreement",
    "dashboard:agreement_remind": "agreement",
    "dashboard:agreement_void": "agreement",
    "dashboard:amendment_pdf": "amendment",
    "dashboard:amendment_remind": "amendment",
    "dashboard:amendment_void": "amendment",
    "portal:home": "inside",
    "portal:ask": "public",
    "portal:ask_code": "public",
    "portal:leave": "public",
    "portal:privacy": "public",
    "portal:logo": "inside",
    "portal:manifest": "public",
    "portal:icon": "public",
    "portal:people": "inside",
    "portal:documents": "inside",
    "portal:person_money": "contact",
    "portal:person_remove": "contact",
    "portal:language": "inside",
    "portal:proposal": "proposal",
    "portal:decline": "proposal",
    "portal:agreement": "agreement",
    "portal:agreement_code": "agreement",
    "portal:notice": "agreement",
    "portal:agreement_pdf": "agreement",
    "portal:agreement_decline": "agreement",
    "portal:agreement_instead": "agreement",
    "portal:agreement_instead_code": "agreement",
    "portal:amendment": "amendment",
    "portal:amendment_code": "amendment",
    "portal:amendment_pdf": "amendment",
    "portal:amendment_decline": "amendment",
    "portal:amendment_instead": "amendment",
    "portal:amendment_instead_code": "amendment",
    "portal:charging": "agreement",
    "portal:charging_state": "agreement",
    "portal:method": "inside",
    "portal:method_done": "inside",
    "portal:method_saved": "inside",
    "portal:confirmed": "public",
    "portal:invoices": "inside",
    "portal:extra_line_receipt": "extra_line",
    "portal:invoice": "invoice",
    "portal:invoice_pdf": "invoice",
    "portal:invoice_qr": "invoice",
    "portal:receipt_pdf": "payment",
    "portal:reports": "inside",
    "portal:report": "report",
    "portal:report_pdf": "report",
    "portal:report_read": "report",
    "portal:answer": "report",
    "portal:paper_answer": "public",
    "portal:seen": "public",
    "dashboard:reports_progress": "owner",
    "dashboard:report_preview": "report",
    "dashboard:report_talked": "report",
    "dashboard:kpi_target": "kpi",
    "dashboard:report_correct": "report",
    "dashboard:time_restore": "time",
    "dashboard:skip_undo": "pause",
    "dashboard:report_off_month": "report",
    "dashboard:off_month_rule": "owner",
    "portal:enter": "public",
    "portal:renew": "public",
    "sandbox:setup": "public",
    "sandbox:confirm": "public",
    "sandbox:hook": "public",
    "sandbox_direct:setup": "public",
    "sandbox_direct:confirm": "public",
    "sandbox_direct:hook": "public",
    "health": "public",
    "live": "public",
    "metrics": "public",
    "security_txt": "public",
    "verify": "public",
    "front": "public",
    "set_language": "public",
}
OTHERS = (
    "admin:",
    "account_",
    "mfa_",
    "usersessions_",  # leads to our own page of sessions
)  # the admin has its own test below; allauth's pages hold no rows of ours
#: What only those who look after the installation can do, whatever their role in a business.
FOR_STAFF = {
    ("dashboard:jobs", "post"),
    ("dashboard:confirm_clock", "post"),
    *(
        (f"dashboard:{name}", method)
        for name in ("invite", "recovery_compare", "recovery_go_on")
        for method in ("get", "post", "put", "delete")
    ),
}
METHODS = ("get", "post", "put", "delete")
Two = tuple[
    dict[str, Any], dict[str, Any], World, World
]  # the rows of each, and who they belong to


def addresses(patterns: Any = None, space: str = "") -> Iterator[str]:
    for one in patterns or get_resolver().url_patterns:
        if isinstance(one, URLResolver):
            yield from addresses(
                one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space
            )
        elif isinstance(one, URLPattern) and one.name:
            yield space + one.name


def test_every_url_is_classified() -> None:
    unknown = {name for name in addresses() if not name.startswith(OTHERS)} - set(CLASSES)
    assert not unknown, f"Say in CLASSES what these addresses hold: {sorted(unknown)}"
    assert not set(CLASSES) - set(addresses()), "These addresses are gone."


def rows_of(world: World) -> dict[str, Any]:
    """Return one row of each kind, created by the real functions."""
    now = timezone.now() - timedelta(days=40)
    client = world.client(now=now)
    said = testimonials.keep(
        business=world.business, author="A", now=now, letter=b"%PDF-1.7\n%%EOF", photo=PHOTO
    )
    offered = world.proposal(
        client,
        now=now,
        starts_on=now.date(),
        testimonials=[said],
        sections=[{"title": "T", "body": "B", "picture": PHOTO, "alt": ""}],
    )
    question = client_actions.ask_question(
        proposal=offered, contact=offered.contact, text="Why?", now=now, origin=HERE
    )
    wait = waitlist.join(
        tier=lifecycle.tiers_of(offered)[2], contact=offered.contact, now=now, origin=HERE
    )
    agreement = world.signed(world.picked(offered, now=now), now=now)
    run_billing(now=now, door="test")
    checklist_actions.open_checklists(now=now)
    period = Period.objects.get(agreement=agreement)
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 plan")
    hand_over.hand_over(deliverable=period.deliverables.get(), actor="Nan", now=now, file=file)
    kpi = kpi_changes.add_kpi(
        agreement=agreement, name="K", unit="", baseline=1, target=2, less_is_better=False, now=now
    )
    time = time_log.log_time(
        agreement=agreement, on=period.starts_on, minutes=60, note="Work", now=now
    )
    report_run.run_reports(now=timezone.now(), door="test")
    report = send_reports.send_report(
        report=Report.objects.get(period=period), actor="Nan", now=timezone.now()
    )
    more = overage.request_approval(
        period=period, minutes=60, rate=100_00, note="", actor="Nan", now=now
    )
    call = booking.book(
        client=client,
        contacts=[agreement.contact],
        starts_at=timezone.now(),
        minutes=30,
        actor="Nan",
        now=now,
    )
    heard = objections.hear(client=client, kind="money", now=now)
    reply = objections.keep(
        business=world.business, kind="money", words="Which part could wait?", now=now
    )
    return {
        **team_of(world, now),
        **asked_of(agreement, period, now),
        "call": call,
        "overage": more,
        "found": FoundObject.objects.create(
            business=world.business,
            gateway="sandbox",
            handle=f"pi_{world.business.pk}",
            reference="",
            amount=100,
            currency="USD",
            outcome="succeeded",
            found_at=now,
        ),
        "set_aside": SetAside.objects.create(
            business=world.business,
            step="collect",
            subject=agreement.pk,
            page=f"agreement:{agreement.pk}",
            reason="missing",
            detail="percent",
            tried_at=now,
            next_at=now,
        ),
        "sent_letter": OutboxEmail.objects.filter(business=world.business).first(),
        "sent_file": emails.write(
            kind="test",
            ref=str(world.business.pk),
            to="ploy@baan.example",
            template="note",
            context={"subject": "S", "paragraphs": ["T"]},
            language="en",
            business=world.business,
            attachment=said.letter,
            now=now,
        ),
        "objection": heard,
        "reply": reply,
        "client": client,
        "two_clients": (client, client),
        "contact": agreement.contact,
        "proposal": agreement.proposal,
        "agreement": agreement,
        "testimonial": said,
        "wait": wait,
        "question": question,
        "wording": (SimpleNamespace(pk="proposal"), SimpleNamespace(pk="en")),
        "proposal_letter": (agreement.proposal, said),
        "proposal_picture": (agreement.proposal, SimpleNamespace(pk=0)),
        "warning": EarlyWarning.objects.create(
            business=world.business,
            client=client,
            period=period,
            day=10,
            note="N",
            findings=[warning_texts.work_finding("posts", 0, 4, 2, 100)],
        ),
        "muted": MutedItem.objects.create(
            business=world.business, client=client, agreement=agreement, kind="unused"
        ),
        "pause": Pause.objects.create(
            business=world.business,
            agreement=agreement,
            starts_on=date(2999, 1, 1),
            ends_on=date(2999, 2, 1),
            is_skip=True,
            reason="R",
        ),
        "review": reviewed(agreement),
        "saved_view": saved_views.save_view(
            business=world.business,
            user=world.business.owner,
            page="clients",
            name="V",
            query="stage=won",
            now=now,
        ),
        "api_key": api_keys.make(business=world.business, name="K", now=now)[0],
        "kpi": kpi,
        "deliverable": Deliverable.objects.get(period=period),
        "time": time,
        "time_import": read_export(world, now),
        "timer_run": undecided(world, now),
        "invoice": Invoice.objects.get(agreement=agreement),
        "extra_line": extra_line.add_extra_line(
            agreement=agreement,
            kind=extra_line.ADDED,
            ref=str(agreement.pk),
            description="E",
            amount=100,
            on=now.date(),
            upload=SimpleUploadedFile("r.pdf", b"%PDF-1.7 " + str(agreement.pk).encode()),
            actor="Nan",
            now=now,
        ),
        "report": report,
        "amendment": amended(agreement),
        "export": exported(world, now),
        "template": templates.copy(
            business=world.business, kind=TextKind.MONTHLY, name="T", now=now
        ),
        "package": packages.add(
            business=world.business, name="P", currency="USD", tiers=LADDER, now=now
        ),
        "value_add": value_add_bank.keep(
            business=world.business, title="V", minutes=60, months=3, now=now
        ),
        "given": give_value_add.give(
            agreement=agreement,
            title="G",
            minutes=0,
            starts_on=local_day(timezone.now(), agreement.time_zone),
            ends_on=local_day(timezone.now(), agreement.time_zone),
            reason="",
            actor="Nan",
            now=timezone.now(),
        ),
        "time_off": time_off.add(
            business=world.business, first=now.date(), last=now.date(), note="", now=now
        ),
        "payment": Payment.objects.get(client=client),
        **money_of(world, agreement, now),
    }


def team_of(world: World, now: Any) -> dict[str, Any]:
    """Add somebody to the team, and an invitation."""
    member = Membership.objects.create(
        business=world.business, user=UserFactory(name="Mali"), role=Role.ASSISTANT, since=now
    )
    invited = invitations.invite(
        business=world.business,
        email="team@studio.example",
        role=Role.MEMBER,
        by=world.business.owner,
        now=timezone.now(),
    )
    return {"membership": member, "team_invitation": invited, "own_business": world.business}


def asked_of(agreement: Any, period: Period, now: Any) -> dict[str, Any]:
    """Add a request, and a file that was handed over."""
    asked = ask_for.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=now
    )
    return {
        "period": period,
        "request": asked,
        "handover": Handover.objects.get(deliverable__period=period),
    }


def exported(world: World, now: Any) -> Any:
    """Add an archive that can be downloaded."""
    row = requested_exports.request_export(business=world.business, scope=Scope.EVERYTHING, now=now)
    places.exports().local_copy(row.file_name).parent.mkdir(exist_ok=True)
    places.exports().local_copy(row.file_name).write_bytes(b"PK")
    return move(row, ExportState.READY, EXPORT)


def read_export(world: World, now: Any) -> Any:
    """Add an export of another time tracker that was read."""
    data = b"Date,Client,Project,Notes,Hours\n2026-11-02,Baan Coffee,Retainer,Work,1\n"
    return time_import.read_export(
        business=world.business, file_name="h.csv", data=data, actor="Nan", now=now
    )


def undecided(world: World, now: Any) -> TimerRun:
    """Add a timer of a device that waits for a decision: it was stopped before it was started."""
    run = str(uuid4())
    milliseconds = int(now.timestamp() * 1000)
    events = [
        {"id": run, "run": run, "counter": 1, "kind": "start", "clock": milliseconds},
        {
            "id": str(uuid4()),
            "run": run,
            "counter": 2,
            "kind": "stop",
            "clock": milliseconds - 9000,
        },
    ]
    receive(
        business=world.business,
        user=world.business.owner,
        device=uuid4(),
        sent=now,
        events=events,
        now=now,
        actor="Nan",
    )
    return TimerRun.objects.get(run=run)


def amended(agreement: Any) -> Any:
    """Add an amendment that waits for its signature."""
    now = timezone.now()
    day = amend.effective_days(agreement, local_day(now, agreement.time_zone))[0]
    change = amend.Change(amend.AmendmentKind.TIER, day, amount=4_000_00)
    row = amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=now)
    sign.request_code(
        paper=row, contact=agreement.contact, name="Ploy", consented=True, now=now, origin=HERE
    )
    return row


def reviewed(agreement: Any) -> Any:
    """Add a quarterly review that was sent to the client."""
    now = timezone.now()
    periods = quarterly_reviews.review_periods(agreement, None, now.date())
    made = quarterly_reviews.create_review(
        agreement=agreement, periods=periods, outlook="O", now=now
    )
    return quarterly_reviews.send_review(review=made, actor="Nan", now=now)


def money_of(world: World, agreement: Any, now: Any) -> dict[str, Any]:
    """Add a credit note, a withholding certificate, a bank statement line and a tax."""
    invoice = Invoice.objects.get(agreement=agreement)
    note, _refund = refund_invoice(
        invoice=invoice, amount=100, reason="R", actor="Nan", to_card=False, now=now
    )
    certificate = WithholdingCertificate.objects.create(
        business=world.business,
        client=agreement.client,
        invoice=invoice,
        currency="USD",
        amount=100,
    )
    line = BankStatementLine.objects.create(
        business=world.business,
        fingerprint="f",
        on=now.date(),
        currency="USD",
        amount=100,
        text="T",
    )
    rate = TaxRate.objects.create(business=world.business, name="VAT", percent=7, is_used=False)
    return {"credit_note": note, "certificate": certificate, "bank_line": line, "tax_rate": rate}


def inside(contact: Any) -> Browser:
    """Return a browser that is signed in through this contact's link."""
    browser = Browser()
    link = portal_links.portal_link(contact=contact, now=timezone.now())
    assert browser.post(f"/p/{links.token(link.id)}/").status_code == 302
    return browser


def address(name: str, kind: str, rows: dict[str, Any]) -> str:
    if kind not in rows:
        return reverse(name)
    found = rows[kind] if isinstance(rows[kind], tuple) else (rows[kind],)
    return reverse(name, args=[row.pk for row in found])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[Two]:
    """Two businesses, each with everything; created once for this module."""
    with lasting(django_db_blocker, folder):
        world, other = World(), World()
        yield rows_of(world), rows_of(other), world, other


@pytest.fixture
def two(standing: Two, db: None, settings: Any, folder: Path) -> Two:
    """The two businesses; the changes of a test are rolled back."""
    settings.RH_VAR_DIR, settings.MEDIA_ROOT = folder, folder / "media"
    return standing


@pytest.mark.proof
def test_nobody_reaches_a_row_of_another_business(two: Two) -> None:
    mine, _theirs, world, other = two
    neighbour = world.client("The neighbour")
    strangers = {
        "anonymous": Browser(),
        "another business": logged_in(other.business.owner),
        "another client of the same business": inside(world.person(neighbour)),
        "a client of another business": inside(_theirs["contact"]),
    }
    for name, kind in CLASSES.items():
        if kind == "public":
            continue
        for who, browser in strangers.items():
            own = kind in ("owner", "inside", "wording")
            if own and (
                ("business" in who and name.startswith("dash"))
                or ("client" in who and name.startswith("portal"))
            ):
                continue
            for method in METHODS:
                answer = getattr(browser, method)(address(name, kind, mine))
                refused = answer.status_code in (302, 403, 404, 405)
                assert refused, f"{who} {method.upper()} {name}: {answer.status_code}"
                if answer.status_code == 302:
                    assert "/accounts/login/" in answer["Location"], (
                        f"{who} {method} {name} → {answer['Location']}"
                    )


@pytest.mark.proof
def test_the_owner_and_the_client_reach_their_own_rows(two: Two) -> None:
    mine, _theirs, world, _other = two
    people = {"dashboard": logged_in(world.business.owner), "portal": inside(mine["contact"])}
    for name, kind in CLASSES.items():
        room = name.partition(":")[0]
        if kind != "public" and room in people and name not in ("dashboard:logo", "portal:logo"):
            answer = people[room].get(address(name, kind, mine))
            over = name in ("portal:proposal", "portal:proposal_ask", "portal:proposal_forward")
            assert answer.status_code in ((410,) if over else (200, 302, 405)), (
                f"{name}: {answer.status_code}"
            )


@pytest.mark.proof
def test_a_colleague_without_money_sees_none_on_any_page(two: Two) -> None:
    """Every page of the portal says what it shows of money; a new one that does not, fails."""
    mine, _theirs, _world, _other = two
    anna = client_records.add_contact(
        client=mine["client"],
        name="Anna",
        email="anna@baan.example",
        sees_money=False,
        now=timezone.now(),
    )
    browser = inside(anna)
    invoice = mine["invoice"]
    secret = {invoice.number, formats.money(invoice.total, invoice.currency), "$", "USD"}
    secret |= {mine["payment"].receipt_number, mine["credit_note"].number, "Essential"}
    for pattern in portal_pages:
        name = f"portal:{pattern.name}"
        view = getattr(pattern.callback, "view_class", None)
        if view is None:
            assert name in PAGES_WITHOUT_A_PERSON, f"{name}: is it about money?"
            continue
        own = [each for each in view.__mro__ if each is not PortalView and "money" in vars(each)]
        assert own, f"{name}: say with `money` what the page shows of it"
        for method in METHODS:
            answer = getattr(browser, method)(address(name, CLASSES[name], mine))
            if view.money == Money.ALL:
                assert answer.status_code == 403, f"{method} {name}: {answer.status_code}"
            elif "text/html" in answer.headers.get("Content-Type", ""):
                found = {word for word in secret if word in answer.text}
                assert not found, f"{name} shows {found}"


def pages_of_the_dashboard() -> dict[str, tuple[type[DashboardView], dict[str, Any]]]:
    """The views of the dashboard by the names of their addresses, with what these set."""
    found = {}
    for pattern in dashboard_pages(get_resolver()):
        view = getattr(pattern.callback, "view_class", None)
        if view and issubclass(view, DashboardView):
            found[f"dashboard:{pattern.name}"] = (view, pattern.callback.view_initkwargs)
    return found


def dashboard_pages(resolver: Any) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from dashboard_pages(one)
        elif isinstance(one, URLPattern) and one.lookup_str.startswith("dashboard."):
            yield one


def test_every_view_of_the_dashboard_says_what_it_is_about() -> None:
    """A new view that names no area is the owner's alone, and fails here."""
    for name, (view, given) in pages_of_the_dashboard().items():
        bases = view.__mro__[: view.__mro__.index(DashboardView)]
        assert given.get("needs") or any(vars(base).get("needs") for base in bases), (
            f"{name}: name with `needs` the area of core.team.roles to which it belongs"
        )


@pytest.mark.proof
@pytest.mark.parametrize("role", GIVEN)
def test_each_role_does_what_the_table_says_and_nothing_else(two: Two, role: Role) -> None:
    mine, theirs, world, _other = two
    person = UserFactory(name="Nok")
    Membership.objects.create(business=world.business, user=person, role=role)
    browser = logged_in(person)
    wrong = []
    for name, (view, given) in pages_of_the_dashboard().items():
        kind = CLASSES[name]
        right = right_of(role, given.get("needs", view.needs))
        for method in METHODS:
            reads = method == "get" and not view.only_writes
            is_allowed = right >= (Right.READ if reads else Right.WRITE)
            answer = getattr(browser, method)(address(name, kind, mine))
            if name == "dashboard:home" and not is_allowed:
                is_right = answer.status_code == 302 and answer.url == reverse("dashboard:todo")
            elif (name, method) in FOR_STAFF:
                is_right = answer.status_code in (403, 405)
            else:
                is_right = (answer.status_code != 403) == is_allowed
            if not is_right:
                wrong.append(f"{role} {method} {name}: {answer.status_code}, not {is_allowed=}")
            if kind not in ("owner", "wording"):
                answer = getattr(browser, method)(address(name, kind, theirs))
                if answer.status_code not in ((404, 405) if is_allowed else (403,)):
                    wrong.append(f"{role} {method} {name} of others: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


class Ways(HTMLParser):
    """The links and forms of a page: (address, method)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.found.add((given["href"].partition("#")[0], "get"))
        if tag == "form" and given.get("method", "").lower() == "post":
            self.found.add((given.get("action", ""), "post"))
        for name, method in (("hx-get", "get"), ("hx-post", "post")):
            if name in given:
                self.found.add((given[name], method))


@pytest.mark.proof
@pytest.mark.parametrize("role", GIVEN)
def test_no_page_shows_a_role_what_it_may_not_use(two: Two, role: Role) -> None:
    """Each link of each page is followed; of forms the table is asked whether they may be sent."""
    mine, _theirs, world, _other = two
    person = UserFactory(name="Nok")
    Membership.objects.create(business=world.business, user=person, role=role)
    browser, views = logged_in(person), pages_of_the_dashboard()
    refused, followed = set(), set()
    for name in views:
        path = address(name, CLASSES[name], mine)
        page = browser.get(path)
        if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        ways = Ways()
        ways.feed(page.text)
        for url, method in ways.found:
            match = resolve(urlsplit(url or path).path)
            if method == "get" and match.view_name not in followed:
                followed.add(match.view_name)
                if browser.get(url).status_code == 403:
                    refused.add(f"{name} links to {match.view_name}")
            if method == "post" and match.view_name in views:
                view, given = views[match.view_name]
                if right_of(role, given.get("needs", view.needs)) < Right.WRITE:
                    refused.add(f"{name} has a form to {match.view_name}")
    assert len(followed) > 15
    assert not refused, "\n".join(sorted(refused))


def test_the_table_keeps_money_settings_from_assistants_and_writing_from_accountants() -> None:
    closed = {area for area in Area if right_of(Role.ASSISTANT, area) == Right.NOTHING}
    assert closed >= {Area.PAYMENT_DETAILS, Area.PRICES, Area.BOOKS, Area.SETTINGS, Area.SIGNING}
    assert right_of(Role.ASSISTANT, Area.INVOICES) == Right.READ
    written = {area for area in Area if right_of(Role.ACCOUNTANT, area) == Right.WRITE}
    assert written == {Area.OWN, Area.EXPORTS}
    own = {area for area in Area if right_of(Role.MEMBER, area) < Right.WRITE}
    assert own == {Area.SIGNING, Area.PAYMENT_DETAILS, Area.OWNERSHIP}
    assert set(TABLE) == set(Area)
    assert all(right_of(role, None) == Right.NOTHING for role in GIVEN)


@pytest.mark.proof
def test_who_was_removed_reaches_nothing(two: Two, settings: Any) -> None:
    mine, _theirs, _world, _other = two
    person = mine["membership"].user
    browser = logged_in(person)
    assert browser.get(reverse("dashboard:todo")).status_code == 200
    Membership.objects.filter(user=person).update(deactivated_at=timezone.now())
    settings.SIGNUP = "off"
    for name in pages_of_the_dashboard():
        if name.removeprefix("dashboard:") in ("not_me", "confirm", "confirmed", "team_switch"):
            continue  # about their account: test_who_was_removed_can_still_secure_their_account
        for method in METHODS:
            answer = getattr(browser, method)(address(name, CLASSES[name], mine))
            assert answer.status_code == 403, f"{method} {name}: {answer.status_code}"
    settings.SIGNUP = "open"
    assert browser.get(reverse("dashboard:todo")).url == reverse("dashboard:welcome")


def test_a_suspended_business_is_closed_for_owner_and_clients(two: Two) -> None:
    mine, _theirs, world, _other = two
    owner, client = logged_in(world.business.owner), inside(mine["contact"])
    type(world.business).objects.filter(pk=world.business.pk).update(is_suspended=True)
    assert owner.get("/").status_code == 403
    assert client.get("/p/").status_code == 403


def test_a_posted_id_of_another_business_is_refused(two: Two) -> None:
    _mine, theirs, world, _other = two
    owner = logged_in(world.business.owner)
    words = {
        "agreement": theirs["agreement"].pk,
        "on": "2026-11-02",
        "minutes": "1h",
        "note": "Stolen",
    }
    before = TimeEntry.objects.count()
    assert owner.post(reverse("dashboard:time"), words).status_code == 422
    assert TimeEntry.objects.count() == before


@pytest.mark.proof
def test_the_admin_is_for_staff_and_freezes_what_was_issued(
    two: Two, django_user_model: Any
) -> None:
    mine, _theirs, world, _other = two
    staff = django_user_model.objects.create_superuser("staff@house.example", "a long password 1")
    boss, owner = logged_in(staff), logged_in(world.business.owner)
    from django.contrib import admin

    for model in admin.site._registry:
        meta = model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        assert boss.get(url).status_code == 200, url
        assert boss.get(url, {"q": "x"}).status_code == 200, url
        assert owner.get(url).status_code == 302
    for kind in ("invoice", "payment", "agreement", "report"):
        meta = mine[kind]._meta
        name = f"admin:{meta.app_label}_{meta.model_name}"
        url = reverse(f"{name}_change", args=[mine[kind].pk])
        boss.post(reverse(f"{name}_reason", args=[mine[kind].pk]), {"reason": "Asked by phone"})
        assert boss.get(url).status_code == 200
        assert boss.post(url, {"total": 1}).status_code == 403
