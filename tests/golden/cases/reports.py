"""Emails and documents about reports and quarterly reviews."""

from datetime import timedelta
from decimal import Decimal

from agreements.changing import end, pause
from agreements.running.periods import open_due
from core.documents import store
from core.outbox import emails
from delivery.hours import adjustments, time_log
from delivery.kpis import kpi_changes
from delivery.models import Deliverable, Kpi, Report
from delivery.renewing import quarterly_reviews
from delivery.reports import (
    client_decision,
    report_facts,
    report_pdf,
    report_reminders,
    report_run,
    review_draft,
    send_reports,
)
from delivery.reports.corrections import correct_report
from delivery.requests import owner_replies
from delivery.rules.states import Answer, RequestState
from delivery.work import carry_over, checklist_actions
from tests.golden.cases.delivery import HOUR, done, figure, requested, worked
from tests.golden.stage import PERIOD_OVER, TODAY, Documents, Stage, a_running_period, case
from tests.world import HERE, NOW


def a_drafted_report(stage: Stage) -> None:
    """On a month in which something of everything happened."""
    words, given = stage.words, {"title": stage.words.tiers[2][2], "ends_on": "2027-01-31"}
    stage.begins(agreed={"value_adds": [given]})
    worked(stage, stage.period, 12)
    done(stage.period, 8)
    for value, name in ((130, ""), (95, "B & C"), (None, "D & E"), (119, "F & G")):
        figure(stage, stage.period, value, f"{words.figure} {name}".strip())
    owner_replies.answer_request(
        request=requested(stage), text=words.answer, to=RequestState.DONE, now=NOW + HOUR
    )
    report_run.run_reports(now=PERIOD_OVER, door="test")
    said = {"comment": words.comment, "next_text": words.next_text, "decision": words.decision}
    stage.report = review_draft.save_texts(report=Report.objects.get(), now=PERIOD_OVER, **said)


def a_sent_report(stage: Stage) -> None:
    """The same, sent."""
    a_drafted_report(stage)
    sent(stage.report)


def sent(report: Report) -> bytes:
    """Frozen and printed; its PDF."""
    send_reports.send_report(report=report, actor="Nan", now=PERIOD_OVER)
    report_pdf.render_due(now=PERIOD_OVER)
    report.refresh_from_db()
    assert report.document
    return store.read(report.document)


@case("report", begins=a_drafted_report)
def a_report_is_sent(stage: Stage) -> Documents:
    return {"report": sent(stage.report)}


@case("report", variant="good", begins=a_running_period)
def everything_is_good(stage: Stage) -> Documents:
    done(stage.period, 8)
    figure(stage, stage.period, 130)
    report_run.run_reports(now=PERIOD_OVER, door="test")
    return {"report-good": sent(Report.objects.get())}


@case("report", variant="unreviewed", begins=a_running_period)
def a_report_goes_out_by_itself(stage: Stage) -> Documents:
    figure(stage, stage.period, 60)
    report_run.run_reports(now=PERIOD_OVER, door="test")
    return {"report-unreviewed": sent(Report.objects.get())}


@case("report", variant="last")
def a_report_is_the_last_one(stage: Stage) -> Documents:
    """Of a trial, with its measure."""
    last = NOW.date() + timedelta(days=21)
    stage.begins(card="", interval="once", ends_on=last, agreed={"trial_measure": stage.words.goal})
    done(stage.period, 8)
    end.finish_ended(now=NOW + timedelta(days=21))
    report_run.run_reports(now=PERIOD_OVER, door="test")
    return {"report-last": sent(Report.objects.get())}


@case("report", variant="quarter")
def a_report_is_about_a_quarter(stage: Stage) -> Documents:
    """Also about work carried over and waived, and hours that rolled over and were corrected."""
    now, quarter = NOW + timedelta(days=92), timedelta(days=92)
    why = {"because": stage.words.reason, "actor": "Nan", "now": now}
    stage.begins(interval="quarterly", rollover="surplus")
    open_due(now=now)
    carry_over.carry_over(deliverable=Deliverable.objects.get(), **why)
    checklist_actions.open_checklists(now=now)
    period = stage.agreement.periods.get(index=1)
    carry_over.waive(deliverable=Deliverable.objects.get(period=period, carried_from=None), **why)
    adjustments.adjust_allowance(
        period=period, minutes=120, reason=stage.words.reason, actor="Nan", now=now
    )
    time_log.log_time(
        agreement=stage.agreement,
        on=period.starts_on,
        minutes=6 * 60,
        note=stage.words.work,
        now=now,
    )
    report_run.run_reports(now=now + quarter, door="test")
    return {"report-quarter": sent(Report.objects.get(period=period))}


@case("report", variant="after_pause")
def a_report_tells_of_a_period_without_work(stage: Stage) -> Documents:
    """What is next are two things."""
    now, also = NOW + timedelta(days=95), {"title": stage.words.figure, "promised": 2}
    tier = stage.tier(1)
    stage.begins(card="", tier=tier | {"deliverables": [*tier["deliverables"], also]})
    pause.skip_next_period(
        agreement=stage.agreement, reason=stage.words.reason, actor="Nan", now=NOW
    )
    open_due(now=now)
    report_run.run_reports(now=now, door="test")
    return {"report-after_pause": sent(Report.objects.latest("period__starts_on"))}


@case("report_nudge", begins=a_drafted_report)
def nobody_has_seen_a_report(stage: Stage) -> None:
    sent(stage.report)
    emails.send_due(now=PERIOD_OVER)
    report_reminders.remind_clients_due(now=PERIOD_OVER + timedelta(days=4))


@case("report_answered", begins=a_sent_report)
def a_client_answers_a_report(stage: Stage) -> None:
    client_decision.store_answer(
        report=stage.report,
        answer=Answer.TALK,
        contact=stage.agreement.contact,
        now=PERIOD_OVER,
        origin=HERE,
        words=stage.words.question,
    )


@case("report_corrected", begins=a_sent_report)
def a_report_is_corrected(stage: Stage) -> None:
    kpi = Kpi.objects.get(name=stage.words.figure)
    kpi_changes.write_reading(
        kpi=kpi, period=stage.period, value=Decimal(140), on=TODAY, now=PERIOD_OVER
    )
    correct_report.correct_report(
        report=Report.objects.select_related(*report_facts.RELATED).get(pk=stage.report.pk),
        note=stage.words.comment,
        actor="Nan",
        now=PERIOD_OVER,
        origin=HERE,
    )


@case("quarterly_review", begins=a_sent_report)
def a_quarter_is_looked_back_on(stage: Stage) -> None:
    periods = quarterly_reviews.review_periods(stage.agreement, None, PERIOD_OVER.date())
    row = quarterly_reviews.create_review(
        agreement=stage.agreement, periods=periods, outlook=stage.words.next_text, now=PERIOD_OVER
    )
    quarterly_reviews.send_review(review=row, actor="Nan", now=PERIOD_OVER)


@case("reports_drafted", begins=a_running_period)
def a_report_is_drafted(stage: Stage) -> None:
    report_run.run_reports(now=PERIOD_OVER, door="test")


@case("reports_drafted", variant="none", begins=a_running_period)
def a_drafted_report_is_sent_before_its_email(stage: Stage) -> None:
    report_run.run_reports(now=PERIOD_OVER, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=PERIOD_OVER)


@case("reports_drafted", variant="many")
def twelve_reports_are_drafted(stage: Stage) -> None:
    stage.all_begun(*(stage.named(n) for n in range(1, 13)))
    report_run.run_reports(now=PERIOD_OVER, door="test")


@case("reports_waiting")
def a_report_waits_for_days(stage: Stage) -> None:
    stage.begins(card="", agreed={"report_unreviewed": "wait"})
    report_run.run_reports(now=PERIOD_OVER, door="test")
    report_run.remind_due(now=PERIOD_OVER + timedelta(days=4))


@case("reports_held", begins=a_running_period)
def an_off_month_is_held(stage: Stage) -> None:
    report_run.run_reports(now=PERIOD_OVER, door="test")
    due = Report.objects.get().send_at
    assert due
    report_run.run_reports(now=due, door="test")


@case("reports_held", variant="many")
def twelve_off_months_are_held(stage: Stage) -> None:
    stage.all_begun(*(stage.named(n) for n in range(1, 13)))
    report_run.run_reports(now=PERIOD_OVER, door="test")
    report_run.run_reports(now=PERIOD_OVER + timedelta(days=5), door="test")
