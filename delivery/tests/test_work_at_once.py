"""Tabs, people and workers that act at the same moment: each thing is counted and sent once."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum

from agreements.models import Period
from billing.runs.billing_run import run_billing
from core.models import OutboxEmail
from delivery.hours import time_log, timer
from delivery.kpis import kpi_changes, readings
from delivery.kpis.readings import SubmittedReading
from delivery.models import (
    Deliverable,
    Handover,
    Reading,
    Report,
    Request,
    RequestMessage,
    TimeEntry,
)
from delivery.reports import client_decision, report_facts, report_run, review_draft, send_reports
from delivery.requests import client_requests, owner_replies, request_reminders
from delivery.rules.states import RequestState
from delivery.work import carry_over, checklist_actions, hand_over
from tests.at_once import PATIENCE, at_once, refusals, studio  # noqa: F401  a database that many threads open
from tests.world import HERE, NOW, World

TIER = {
    "name": "Growth",
    "response_hours": 10,
    "deliverables": [{"title": "posts", "promised": 12}],
}
LATER = NOW + timedelta(days=31)
pytestmark = pytest.mark.usefixtures("studio")


@pytest.fixture
def posts(studio: World) -> Deliverable:  # noqa: F811
    studio.running(tier=TIER)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return fresh()


def fresh() -> Deliverable:
    found = Deliverable.objects.select_related("period__agreement__contact", "period__business")
    return found.get(position=1, period__index=0)


def asked(posts: Deliverable) -> Request:
    agreement = posts.period.agreement
    return client_requests.create_request(
        contact=agreement.contact, agreement=agreement, text="A banner", now=NOW
    )


def one() -> Request:
    return Request.objects.select_related("agreement", "business__owner", "client", "contact").get()


def test_eight_handovers_at_once_all_count(posts: Deliverable) -> None:
    at_once(
        *[
            partial(hand_over.hand_over, deliverable=fresh(), actor="Nan", now=NOW)
            for _each in range(8)
        ]
    )
    assert fresh().done == Handover.objects.count() == 8


def test_carrying_and_waiving_at_once_ends_in_one_of_them(posts: Deliverable) -> None:
    run_billing(now=LATER, door="test")
    facts: dict[str, Any] = {"because": "Why", "actor": "Nan", "now": LATER}
    carry = [partial(carry_over.carry_over, deliverable=fresh(), **facts) for _each in range(3)]
    waive = [partial(carry_over.waive, deliverable=fresh(), **facts) for _each in range(3)]
    opened = [partial(checklist_actions.open_checklists, now=LATER) for _each in range(2)]
    assert refusals(at_once(*carry, *waive, *opened)) == 5
    checklist_actions.open_checklists(now=LATER)
    rows = Deliverable.objects.filter(period__index=1)
    assert rows.filter(carried_from=posts).count() == (fresh().state == "carried")
    assert rows.filter(carried_from=None).count() == 1


def test_several_workers_open_each_checklist_once(posts: Deliverable) -> None:
    Deliverable.objects.all().delete()
    at_once(*[partial(checklist_actions.open_checklists, now=NOW) for _each in range(4)])
    assert Deliverable.objects.count() == Period.objects.count() == 1


def test_finishing_and_withdrawing_at_once_ends_in_one_of_them(posts: Deliverable) -> None:
    row = asked(posts)
    mine, theirs = one(), one()
    answers = at_once(
        partial(client_requests.withdraw_request, request=mine, contact=row.contact, now=NOW),
        partial(
            owner_replies.answer_request,
            request=theirs,
            text="Here.",
            now=NOW,
            to=RequestState.DONE,
        ),
    )
    assert refusals(answers) == 1
    told = OutboxEmail.objects.filter(kind__in=["request_answer", "request_end"])
    assert told.count() == 1 and RequestMessage.objects.count() == (
        2 if one().state == "done" else 1
    )


def test_the_first_answer_is_the_first_of_many(posts: Deliverable) -> None:
    asked(posts)
    at_once(
        *[
            partial(
                owner_replies.answer_request,
                request=one(),
                text=f"{n}",
                now=NOW + timedelta(hours=n),
            )
            for n in range(1, 5)
        ]
    )
    first = OutboxEmail.objects.filter(kind="request_answer").earliest("id").created_at
    assert one().responded_at == first and RequestMessage.objects.count() == 5


def test_the_same_form_and_the_same_email_from_many_threads_are_written_once(
    posts: Deliverable,
) -> None:
    contact, agreement = posts.period.agreement.contact, posts.period.agreement
    words: dict[str, Any] = {"contact": contact, "text": "A banner", "now": NOW}
    at_once(
        *[
            partial(client_requests.create_request, agreement=agreement, once="m", **words)
            for _each in range(4)
        ]
    )
    at_once(
        *[
            partial(client_requests.add_message, request=one(), came_as="<1@x>", **words)
            for _each in range(4)
        ]
    )
    assert RequestMessage.objects.count() == OutboxEmail.objects.filter(kind="request").count() == 2
    at_once(
        *[
            partial(owner_replies.answer_request, request=one(), text="Friday", once="m", now=NOW)
            for _each in range(4)
        ]
    )
    assert (
        RequestMessage.objects.count() == 3
        and OutboxEmail.objects.filter(kind="request_answer").count() == 1
    )


def test_a_report_matches_the_stored_facts_whatever_is_written_at_the_same_moment(
    posts: Deliverable,
) -> None:
    agreement = posts.period.agreement
    run_billing(now=LATER, door="test")
    work: dict[str, Any] = {"on": NOW.date(), "minutes": 60, "note": "Work", "now": LATER}
    entries = [time_log.log_time(agreement=agreement, **work) for _each in range(6)]
    kpi = kpi_changes.add_kpi(
        agreement=agreement,
        name="Visits",
        unit="",
        baseline=Decimal(0),
        target=Decimal(9),
        less_is_better=False,
        now=NOW,
    )
    report_run.run_reports(now=LATER, door="test")
    report = Report.objects.select_related(*report_facts.RELATED).get()
    read = [SubmittedReading(kpi.pk, NOW.date(), Decimal(n)) for n in range(1, 4)]
    facts: dict[str, Any] = {
        "business": agreement.business,
        "now": LATER,
        "actor": "Nan",
        "source": "hand",
    }
    answers = at_once(
        *[
            partial(send_reports.send_report, report=report, actor="Nan", now=LATER)
            for _each in range(2)
        ],
        *[partial(time_log.delete_time, entry=row, now=LATER) for row in entries[:3]],
        *[
            partial(time_log.correct_time, entry=row, **work | {"minutes": 90})
            for row in entries[3:5]
        ],
        *[partial(time_log.log_time, agreement=agreement, **work) for _each in range(2)],
        *[
            partial(hand_over.hand_over, deliverable=fresh(), actor="Nan", now=LATER)
            for _each in range(3)
        ],
        *[partial(readings.write_batch, wanted=[one], **facts) for one in read],
    )
    assert refusals(answers[:2]) == 1
    shot = Report.objects.get().snapshot
    used = TimeEntry.objects.filter(period=posts.period).aggregate(sum=Sum("minutes"))["sum"]
    value = Reading.objects.filter(kpi=kpi).values_list("value", flat=True).first()
    assert shot["hours"]["used"] == used and shot["deliverables"][0]["done"] == fresh().done
    assert shot["kpis"][0]["value"] == ("" if value is None else str(value))


def test_an_entry_cannot_be_deleted_while_a_report_about_it_is_being_sent(
    posts: Deliverable,
) -> None:
    entry = time_log.log_time(
        agreement=posts.period.agreement, on=NOW.date(), minutes=60, note="Work", now=NOW
    )
    report_run.run_reports(now=LATER, door="test")
    report, told = Report.objects.select_related(*report_facts.RELATED).get(), Event()

    def tell() -> None:
        with transaction.atomic():
            send_reports.send_report(report=report, actor="Nan", now=LATER)
            told.set()
            sleep(0.3)  # what was told is not committed yet

    def take_back() -> None:
        assert told.wait(timeout=PATIENCE)
        time_log.delete_time(entry=entry, now=LATER)

    assert refusals(at_once(tell, take_back)) == 1 and TimeEntry.objects.get() == entry


def test_several_workers_send_one_reminder(posts: Deliverable) -> None:
    asked(posts)
    assert (
        sum(
            at_once(
                *[
                    partial(request_reminders.remind_due, now=NOW + timedelta(hours=9))
                    for _each in range(4)
                ]
            )
        )
        == 1
    )
    assert OutboxEmail.objects.filter(kind="request_due").count() == 1


def test_twenty_tabs_that_stop_or_discard_a_timer_end_it_once(posts: Deliverable) -> None:
    agreement, user = posts.period.agreement, posts.period.business.owner
    row = timer.start_timer(user=user, agreement=agreement, now=NOW)
    which: dict[str, Any] = {"user": user, "business": agreement.business, "pk": row.pk}
    stops = [
        partial(timer.stop_timer, now=NOW + timedelta(hours=1), **which) for _each in range(15)
    ]
    answers = at_once(*stops, *[partial(timer.discard_timer, **which) for _each in range(5)])
    assert refusals(answers) == 19
    assert TimeEntry.objects.count() == sum(isinstance(each, list) for each in answers)


def test_many_answers_to_a_decision_at_once_store_one(posts: Deliverable) -> None:
    report_run.run_reports(now=LATER, door="test")
    report = Report.objects.select_related(*report_facts.RELATED).get()
    report = review_draft.save_texts(
        report=report, comment="", next_text="", decision="Video?", now=LATER
    )
    send_reports.send_report(report=report, actor="Nan", now=LATER)
    facts: dict[str, Any] = {
        "report": report,
        "contact": posts.period.agreement.contact,
        "now": LATER,
        "origin": HERE,
    }
    given = at_once(
        *[
            partial(client_decision.store_answer, answer=word, **facts)
            for word in ("yes", "no", "talk") * 4
        ]
    )
    assert refusals(given) == 11 and OutboxEmail.objects.filter(kind="report_answered").count() == 1
