"""Emails about the work: time, requests, early warnings and exports."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import override_settings

from agreements.models import Period
from agreements.models.agreement import HoursAlerts
from core.models import OutboxEmail
from core.models.notification import Event, Hears
from delivery.hours import allowance_statement, overage, time_log, timer, usage_warnings
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, EarlyWarning, Kpi, Overage, Request, WorkAnswer
from delivery.renewing import warning_actions, watch_pace
from delivery.requests import client_requests, owner_replies, request_reminders, work_answers
from delivery.rules.kpi_pace import Shape
from delivery.rules.states import RequestState
from delivery.work import checklist_actions, pieces
from exports import requested_exports
from exports.models import Scope
from tests.golden.stage import TODAY, Stage, a_running_period, case
from tests.world import HERE, NOW

DAY_10 = NOW + timedelta(days=9)
HOUR = timedelta(hours=1)


def figure(
    stage: Stage, period: Period, value: int | None, name: str = "", target: int = 120
) -> Kpi:
    """A KPI of the period's agreement, read on its first day if there is a value."""
    kpi = kpi_changes.add_kpi(
        agreement=period.agreement,
        name=name or stage.words.figure,
        unit="",
        baseline=Decimal(80),
        target=Decimal(target),
        less_is_better=False,
        shape=Shape.LEVEL,
        now=NOW,
    )
    if value is not None:
        kpi_changes.write_reading(kpi=kpi, period=period, value=Decimal(value), on=TODAY, now=NOW)
    return kpi


def worked(stage: Stage, period: Period, hours: int) -> None:
    """Six hours a day at most."""
    for n, before in enumerate(range(0, hours, 6)):
        now, minutes = NOW + timedelta(days=n), min(6, hours - before) * 60
        time_log.log_time(
            agreement=period.agreement,
            on=now.date(),
            minutes=minutes,
            note=stage.words.work,
            now=now,
        )


def done(period: Period, count: int) -> None:
    Deliverable.objects.filter(period=period).update(done=count)


# Hours


def told(stage: Stage, hours: int) -> None:
    """Both sides hear how much of the 32 hours is used."""
    allowance_statement.set_usage_warnings(stage.agreement, HoursAlerts.BOTH)
    worked(stage, stage.period, hours)
    usage_warnings.warn_due(now=DAY_10)


@case("hours_used", variant="80", begins=a_running_period)
def four_fifths_of_the_hours_are_used(stage: Stage) -> None:
    told(stage, 26)


@case("hours_used", variant="100", begins=a_running_period)
def all_hours_are_used(stage: Stage) -> None:
    told(stage, 33)


def asked_for_hours(stage: Stage) -> Overage:
    return overage.request_approval(
        period=stage.period,
        minutes=5 * 60,
        rate=stage.sum(90),
        note=stage.words.reason,
        actor="Nan",
        now=NOW,
    )


@case("overage", begins=a_running_period)
def a_client_is_asked_for_more_hours(stage: Stage) -> None:
    asked_for_hours(stage)


@case("overage_answer", variant="yes", begins=a_running_period)
def a_client_says_yes_to_more_hours(stage: Stage) -> None:
    overage.approve_overage(
        overage=asked_for_hours(stage), contact=stage.agreement.contact, now=NOW, origin=HERE
    )


@case("overage_answer", variant="no", begins=a_running_period)
def a_client_says_no_to_more_hours(stage: Stage) -> None:
    overage.decline_overage(
        overage=asked_for_hours(stage), contact=stage.agreement.contact, now=NOW, origin=HERE
    )


@case("timer_forgotten", begins=a_running_period)
def a_timer_runs_through_the_night(stage: Stage) -> None:
    timer.start_timer(
        user=stage.business.owner, agreement=stage.agreement, now=NOW, note=stage.words.work
    )
    timer.warn_due(now=NOW + 9 * HOUR)


# Requests


def requested(stage: Stage, estimate: int = 120) -> Request:
    agreement, text = stage.agreement, stage.words.request
    return client_requests.create_request(
        contact=agreement.contact,
        agreement=agreement,
        text=text,
        now=NOW,
        estimate=estimate,
        once="a form",
    )


def approved(stage: Stage, **fields: Any) -> list[WorkAnswer]:
    """Approve three pieces of a deliverable; the answers."""
    stage.hears(Hears.NOW, Event.APPROVED)
    deliverable = checklist_actions.add_deliverable(
        period=fields["period"], title=stage.words.work, promised=4, now=NOW
    )
    checklist_actions.set_done(deliverable=deliverable, done=3)
    done = pieces.delivered(Deliverable.objects.filter(pk=deliverable.pk))
    return work_answers.approve(chosen=pieces.waiting_of(done), now=NOW, origin=HERE, **fields)


@case("work_approved", begins=a_running_period)
def a_client_approves_what_was_delivered(stage: Stage) -> None:
    period = Period.objects.get(agreement=stage.agreement)
    approved(stage, period=period, contact=stage.agreement.contact)


@case("work_approval_taken_back", begins=a_running_period)
def a_client_takes_an_approval_back(stage: Stage) -> None:
    period = Period.objects.get(agreement=stage.agreement)
    fields: dict[str, Any] = {"period": period, "contact": stage.agreement.contact}
    (answer,) = approved(stage, **fields)
    rows = pieces.delivered(Deliverable.objects.filter(pk=answer.deliverable_id))
    (piece,) = pieces.pieces_of(rows[0])
    work_answers.take_back(piece=piece, now=NOW + HOUR, origin=HERE, **fields)


@case("request", begins=a_running_period)
def a_client_asks_for_something_that_fits(stage: Stage) -> None:
    requested(stage)


@case("request", variant="scope")
def a_client_asks_where_no_hours_are_included(stage: Stage) -> None:
    stage.begins(minutes=0, card="")
    requested(stage)


@case("request", variant="word", begins=a_running_period)
def a_client_asks_for_more_than_is_left(stage: Stage) -> None:
    requested(stage, estimate=40 * 60)


@case("request", variant="reply", begins=a_running_period)
def a_client_asks_where_emails_can_be_answered(stage: Stage) -> None:
    with override_settings(REPLY_ADDRESS="reply@hub.example"):
        requested(stage)


@case("request", variant="added", begins=a_running_period)
def a_client_adds_to_a_request(stage: Stage) -> None:
    row = requested(stage)
    OutboxEmail.objects.filter(kind="request").delete()
    client_requests.add_message(
        request=row, contact=row.contact, text=stage.words.question, now=NOW + HOUR
    )


@case("request_end", begins=a_running_period)
def a_client_takes_a_request_back(stage: Stage) -> None:
    row = requested(stage)
    client_requests.withdraw_request(request=row, contact=row.contact, now=NOW)


@case("request_due", begins=a_running_period)
def an_answer_is_soon_due(stage: Stage) -> None:
    request_reminders.remind_due(now=requested(stage).respond_by - HOUR)


@case("request_due", variant="overdue", begins=a_running_period)
def an_answer_is_overdue(stage: Stage) -> None:
    request_reminders.remind_due(now=requested(stage).respond_by + HOUR)


@case("request_answer", begins=a_running_period)
def a_freelancer_answers_a_request(stage: Stage) -> None:
    owner_replies.answer_request(request=requested(stage), text=stage.words.answer, now=NOW + HOUR)


@case("request_answer", variant="reply", begins=a_running_period)
def a_freelancer_answers_where_emails_can_be_answered(stage: Stage) -> None:
    with override_settings(REPLY_ADDRESS="reply@hub.example"):
        owner_replies.answer_request(
            request=requested(stage), text=stage.words.answer, now=NOW + HOUR
        )


@case("request_answer", variant="started", begins=a_running_period)
def a_freelancer_starts_with_a_request(stage: Stage) -> None:
    owner_replies.answer_request(
        request=requested(stage), text="", to=RequestState.STARTED, now=NOW + HOUR
    )


@case("request_answer", variant="declined", begins=a_running_period)
def a_freelancer_declines_a_request(stage: Stage) -> None:
    owner_replies.answer_request(
        request=requested(stage), text=stage.words.reason, to=RequestState.DECLINED, now=NOW + HOUR
    )


@case("request_answer", variant="done", begins=a_running_period)
def a_freelancer_hands_over_a_link(stage: Stage) -> None:
    owner_replies.answer_with_handover(
        request=requested(stage),
        actor="Nan",
        text=stage.words.answer,
        to=RequestState.DONE,
        url="https://drive.example/banner?a=1&b=2",
        now=NOW + HOUR,
    )


@case("request_answer", variant="file", begins=a_running_period)
def a_freelancer_hands_over_a_file(stage: Stage) -> None:
    file = ContentFile(b"%PDF-1.7\n%%EOF\n", name="banner.pdf")
    owner_replies.answer_with_handover(
        request=requested(stage), actor="Nan", to=RequestState.DONE, file=file, now=NOW + HOUR
    )


# Early warnings


def behind(stage: Stage, period: Period, what: str) -> None:
    """On day 10 one thing is worst."""
    done(period, 1 if what == "work" else 4)
    if what != "unused":
        worked(stage, period, 28 if what == "over" else 11)
    if what == "kpi":
        figure(stage, period, 82)


def noted(stage: Stage, what: str) -> None:
    """The drafted note about it is sent."""
    behind(stage, stage.period, what)
    watch_pace.warn_due(now=DAY_10)
    row = EarlyWarning.objects.get()
    warning_actions.send_note(warning=row, note=row.note, actor="Nan", now=DAY_10)


@case("early_note", variant="kpi", begins=a_running_period)
def a_client_is_told_of_a_figure(stage: Stage) -> None:
    noted(stage, "kpi")


@case("early_note", variant="work", begins=a_running_period)
def a_client_is_told_of_work_that_is_late(stage: Stage) -> None:
    noted(stage, "work")


@case("early_note", variant="over", begins=a_running_period)
def a_client_is_told_that_hours_run_out(stage: Stage) -> None:
    noted(stage, "over")


@case("early_note", variant="unused", begins=a_running_period)
def a_client_is_told_that_hours_are_left(stage: Stage) -> None:
    noted(stage, "unused")


@case("early_warnings", begins=a_running_period)
def one_client_is_behind(stage: Stage) -> None:
    behind(stage, stage.period, "work")
    watch_pace.warn_due(now=DAY_10)


@case("early_warnings", variant="four")
def four_clients_are_behind(stage: Stage) -> None:
    periods = stage.all_begun(*(stage.named(n) for n in range(1, 5)))
    for period, what in zip(periods, ("kpi", "work", "over", "unused"), strict=True):
        behind(stage, period, what)
    watch_pace.warn_due(now=DAY_10)


@case("early_warnings", variant="many")
def twelve_clients_are_behind(stage: Stage) -> None:
    stage.all_begun(*(stage.named(n) for n in range(1, 13)))
    watch_pace.warn_due(now=DAY_10)


# Exports


def exported(stage: Stage, scope: Scope, **subject: Any) -> None:
    requested_exports.request_export(business=stage.business, scope=scope, now=NOW, **subject)
    requested_exports.build_due(now=NOW)


@case("export", variant="agreement", begins=a_running_period)
def an_agreement_is_exported(stage: Stage) -> None:
    exported(stage, Scope.AGREEMENT, agreement=stage.agreement)


@case("export", variant="client")
def a_client_is_exported(stage: Stage) -> None:
    exported(stage, Scope.CLIENT, client=stage.client())


@case("export", variant="everything")
def everything_is_exported(stage: Stage) -> None:
    exported(stage, Scope.EVERYTHING)
