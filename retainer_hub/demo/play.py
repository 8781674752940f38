"""Plays the demo: each step calls what a person or a job would call, at the time they would."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import translation

from agreements.models import Agreement, Proposal
from agreements.proposals import accept, client_actions, lifecycle, opening_message
from agreements.proposals.page import usual_questions
from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.intervals import Interval
from agreements.rules.states import ProposalState
from agreements.running.periods import period_on
from agreements.signing import seal, sign
from billing.books import document_numbers
from billing.charging import saved_cards
from billing.charging.elsewhere.fees import read_fees
from billing.gateways import accounts
from billing.runs.billing_run import run_billing
from clients import client_records
from clients.models import Client, Testimonial
from core import languages, links
from core.audit import Origin
from core.dates import add_months, local_instant, month_of
from core.models import Business, User
from core.outbox import emails
from delivery.hours import time_log
from delivery.models import Deliverable, Report
from delivery.renewing import watch_pace
from delivery.reports import (
    client_decision,
    report_pdf,
    report_run,
    review_draft,
    send_reports,
    view_tracking,
)
from delivery.rules.states import ReportState
from delivery.work import checklist_actions
from retainer_hub.demo import clock, desired, measured, prospects
from retainer_hub.demo.cast import EMAIL, LADDER, OWNER, PARTS, Part

ZONE = "Asia/Bangkok"
PHONE = Origin("203.0.113.7", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)")


def play(*, now: datetime) -> Business:
    """Half a year up to `now`, a day at a time."""
    today = now.date()
    business = _business(local_instant(add_months(month_of(today), -7), 9, ZONE))
    prospects.praise(business, now=business.created_at)
    started: dict[str, Agreement] = {}
    for day in _days(add_months(month_of(today), -7), today):
        at = min(local_instant(day, 10, ZONE), now)
        for part in PARTS:
            _live(business, part, started, day, today, at)
        _jobs(business, at, today)
    prospects.meet(business, actor=OWNER, now=now)
    _asked(business, now)
    desired.wish(business, now=now)
    measured.look_back(business, actor=OWNER, now=now)
    clock.run(business, actor=OWNER, now=now)
    return business


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _business(now: datetime) -> Business:
    owner = User.objects.create_user(EMAIL, None, name=OWNER, date_joined=now)
    _verify(owner)
    business = Business.objects.create(
        owner=owner,
        name="Nan Kittisak Studio",
        legal_name="Nan Kittisak Studio Co., Ltd.",
        address="88/12 Nimmanhaemin Road\nChiang Mai 50200, Thailand",
        tax_id="0505561000000",
        currency="USD",
        time_zone=ZONE,
        floor_rate=75_00,
        yearly_goal=150_000_00,
        capacity_minutes=140 * 60,
        created_at=now,
    )
    document_numbers.number_from_name(business=business)
    return business


def _verify(owner: User) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)


def starts_on(part: Part, today: date) -> date:
    """The day a client's retainer begins; the newest ones begin a few days ago."""
    if part.months_ago:
        return add_months(month_of(today), -part.months_ago, part.day)
    return today - timedelta(days=9) if part.is_trial else add_months(month_of(today), 1)


def _live(
    business: Business,
    part: Part,
    started: dict[str, Agreement],
    day: date,
    today: date,
    now: datetime,
) -> None:
    """What happens with one client on one day."""
    start = starts_on(part, today)
    if day == min(start, today) - timedelta(days=4):
        _offer(business, part, start, now)
    if day == start and part.picks >= 0:
        started[part.name] = _sign(business, part, now)
    agreement = started.get(part.name)
    if agreement and day > start:
        _work(agreement, part, day, now)
        if part.later_card and day == _charge_day(part, today) - timedelta(days=3):
            _save_card(agreement.client, part.later_card, now)


def _charge_day(part: Part, today: date) -> date:
    """The latest charge day that has come."""
    this = add_months(month_of(today), 0, part.day)
    return this if this <= today else add_months(this, -1, part.day)


def _offer(business: Business, part: Part, start: date, now: datetime) -> Proposal:
    client = client_records.add_client(
        business=business,
        name=part.name,
        contact_name=part.contact,
        contact_email=part.email,
        contact_role=part.role,
        language=part.language,
        time_zone=ZONE,
        now=now,
    )
    contact = client_records.decision_maker(client)
    assert contact is not None
    proposal = lifecycle.draft_proposal(
        business=business,
        client=client,
        contact=contact,
        tiers=_tiers(part),
        title=part.title,
        currency="USD",
        language=part.language,
        interval=Interval.ONCE if part.is_trial else Interval.MONTHLY,
        starts_on=start,
        ends_on=start + timedelta(days=28) if part.is_trial else None,
        report_unreviewed="wait" if part.waits else "send",
        minimum_months=0 if part.is_trial else 3,
        rollover="none" if part.is_trial else "surplus",
        testimonials=Testimonial.objects.filter(business=business),
        expires_on=start + timedelta(days=10) if part.picks < 0 else None,
        intro="" if part.is_trial else _opening(part),
        next_tier=_following() if part.is_trial else {},
        credits_trial=part.is_trial,
        trial_measure="two of the eight posts reach more people than any post of last month"
        if part.is_trial
        else "",
        **_page(part),
        recommended_because="" if part.is_trial else part.because,
        now=now,
    )
    return lifecycle.send_proposal(proposal=proposal, actor=OWNER, now=now)


def _opening(part: Part) -> str:
    with translation.override(part.language):
        return opening_message.usual_message(has_call=True, has_reason=True)


def _page(part: Part) -> dict[str, Any]:
    """What the page of the proposal says besides the tiers and the terms."""
    usual = {"faq": usual_questions.usual_keys()}
    if part.is_trial or part.language != languages.DEFAULT:
        return usual
    return usual | {
        "goals": ["An audience that answers, not only a feed that looks alive"],
        "sections": [
            {
                "title": "Plan, then publish",
                "body": "We begin with a **workshop of two hours** and turn it into a plan:\n\n"
                "- who you want to reach, and what they care about\n"
                "- three themes that only you can own\n"
                "- a calendar for the first 90 days",
            },
            {
                "title": "Every week",
                "body": "Each Thursday you get next week's posts. Nothing is published without "
                "your yes.",
            },
        ],
    }


def _following() -> dict[str, Any]:
    """What was agreed for after the trial."""
    name, tagline, amount, hours, response, adds, things = LADDER[1]
    counted = [{"title": title, "promised": count} for title, count in _pairs(things)]
    return {
        "name": name,
        "tagline": tagline,
        "amount": amount,
        "minutes": int(str(hours)) * 60,
        "response_hours": response,
        "adds": _pairs(adds),
        "deliverables": counted,
    }


def _asked(business: Business, now: datetime) -> None:
    """The prospect whose offer is open has looked at it and wants to know something."""
    waiting = Proposal.objects.not_picked().filter(business=business, state=ProposalState.SENT)
    offer = waiting.select_related("client", "contact").get()
    seen_at = now - timedelta(hours=5)
    client_actions.record_opened(proposal=offer, contact=offer.contact, now=seen_at, origin=PHONE)
    for tier in lifecycle.tiers_of(offer)[1:]:
        client_actions.record_tier_seen(
            proposal=offer, tier=tier, contact=offer.contact, now=seen_at, origin=PHONE
        )
    text = "Can we start with Essential and move up after the first campaign?"
    client_actions.ask_question(
        proposal=offer, contact=offer.contact, text=text, now=seen_at, origin=PHONE
    )


def _read(business: Business, now: datetime) -> None:
    """Clients look at their report a day later; one of them never does."""
    sent = Report.objects.filter(business=business, state=ReportState.SENT, opened_at=None)
    silent = [part.name for part in PARTS if not part.reads]
    rows = sent.filter(sent_at__lte=now - timedelta(hours=20)).exclude(client__name__in=silent)
    for report in rows.select_related("client", "business", "period__agreement__contact"):
        view_tracking.record_opened(report=report, now=now)
        view_tracking.record_seconds(report=report, seconds=55)
        view_tracking.record_seconds(report=report, seconds=40)
        if report.decision:
            contact = report.period.agreement.contact
            client_decision.store_answer(
                report=report, answer="yes", contact=contact, now=now, origin=PHONE
            )


def _tiers(part: Part) -> list[TierDraft]:
    return [
        TierDraft(
            name=str(name),
            tagline=str(tagline),
            amount=int(str(amount)),
            minutes=int(str(hours)) * 60,
            response_hours=int(str(response)),
            adds=list(_pairs(adds)),
            is_recommended=place == part.recommended,
            deliverables=[{"title": title, "promised": count} for title, count in _pairs(things)],
        )
        for place, (name, tagline, amount, hours, response, adds, things) in enumerate(part.ladder)
    ]


def _pairs(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _sign(business: Business, part: Part, now: datetime) -> Agreement:
    """The client's minutes in the portal: open, pick, read, sign, confirm, save a card."""
    proposal = Proposal.objects.select_related("business__owner", "client", "contact").get(
        business=business, title=part.title
    )
    tier = lifecycle.tiers_of(proposal)[part.picks]
    contact = proposal.contact
    client_actions.record_opened(proposal=proposal, contact=contact, now=now, origin=PHONE)
    client_actions.record_tier_seen(
        proposal=proposal, tier=tier, contact=contact, now=now, origin=PHONE
    )
    agreement = accept.accept_proposal(
        proposal=proposal, tier=tier, contact=contact, now=now, origin=PHONE
    )
    sign.record_opened(paper=agreement, contact=contact, now=now, origin=PHONE)
    signature = sign.request_code(
        paper=agreement, contact=contact, name=contact.name, consented=True, now=now, origin=PHONE
    )
    assert signature.code_row is not None
    code = links.code(signature.code_row)
    sign.sign_with_code(paper=agreement, contact=contact, code=code, now=now, origin=PHONE)
    seal.seal_signed(now=now)
    _save_card(agreement.client, part.card, now)
    measured.agree(agreement, part, now=now)
    return agreement


def _save_card(client: Client, behaviour: str, now: datetime) -> None:
    expires_on = add_months(now.date(), 36, 31)
    session = accounts.save_test_card(client=client, behaviour=behaviour, expires_on=expires_on)
    saved_cards.finish_setup(client=client, session=session, now=now)


def _work(agreement: Agreement, part: Part, day: date, now: datetime) -> None:
    """Mondays to Thursdays something is done; by the last days the checklist is ticked off."""
    if part.work and day.weekday() < len(part.work):
        minutes, note = part.work[day.weekday()]
        time_log.log_time(
            agreement=agreement, on=day, minutes=minutes + day.day % 3 * 15, note=note, now=now
        )
    period = period_on(agreement, day)
    if period is None:
        return
    days, whole = (day - period.starts_on).days + 2, (period.ends_on - period.starts_on).days
    for row in Deliverable.objects.filter(period=period):
        done = min(row.promised, row.promised * days // whole)
        if done != row.done:
            checklist_actions.set_done(deliverable=row, done=done)
    measured.read(agreement, part, period, day, now=now)


def _jobs(business: Business, now: datetime, today: date) -> None:
    """What beat rings for on that day, and the freelancer's review of reports that are ready."""
    run_billing(now=now, door="job")
    read_fees(now=now)
    seal.seal_signed(now=now)
    report_run.run_reports(now=now, door="job")
    watch_pace.warn_due(now=now)
    drafts = Report.objects.filter(
        business=business, state=ReportState.DRAFT, created_at__lt=now - timedelta(days=1)
    )
    for report in drafts.select_related("client", "period__agreement__contact", "business__owner"):
        part = next(part for part in PARTS if part.name == report.client.name)
        if part.waits and report.period.ends_on > today - timedelta(days=31):
            continue  # this month's wait for whoever tries the demo
        turn = report.period.index
        review_draft.save_texts(
            report=report,
            comment=part.sentences[turn % len(part.sentences)],
            next_text=part.next_text,
            decision=part.decisions[turn % len(part.decisions)],
            now=now,
        )
        send_reports.send_report(report=report, actor=OWNER, now=now)
    report_pdf.render_due(now=now)
    _read(business, now)
    emails.send_due(now=now, limit=1000)
