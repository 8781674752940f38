"""Promised deliverables: listed for every period, handed over, carried over, waived and closed.

The report of a period closes its list.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.changing import pause
from agreements.models import Agreement, Period
from billing.runs.billing_run import run_billing
from core.audit import chain
from core.errors import NotAllowedNow
from delivery.models import Deliverable, Handover, Report
from delivery.reports import report_run, send_reports
from delivery.rules.errors import AlreadySent, BadHandover, BadLeftover
from delivery.rules.progress import Standing
from delivery.work import carry_over, checklist, checklist_actions, hand_over, handover_files
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import HERE, NOW, World

TIER = {
    "name": "Growth",
    "deliverables": [{"title": "posts", "promised": 12}, {"title": "review", "promised": 1}],
}
SECOND, THIRD = NOW + timedelta(days=31), NOW + timedelta(days=61)
BY: dict[str, Any] = {"actor": "Nan", "origin": HERE}


def begun(world: World, **fields: Any) -> Agreement:
    agreement = world.running(tier=TIER, **fields)
    run_billing(now=NOW, door="test")
    checklist_actions.open_checklists(now=NOW)
    return agreement


def period_of(agreement: Agreement, index: int = 0) -> Period:
    return Period.objects.select_related("agreement", "business").get(
        agreement=agreement, index=index
    )


def row(agreement: Agreement, title: str = "posts", index: int = 0) -> Deliverable:
    found = Deliverable.objects.select_related("period__agreement", "period__business")
    return found.get(period__agreement=agreement, period__index=index, title=title)


def titles(agreement: Agreement, index: int) -> list[tuple[str, int]]:
    return list(
        period_of(agreement, index)
        .deliverables.order_by("position")
        .values_list("title", "promised")
    )


def reported(agreement: Agreement, now: Any) -> Report:
    report_run.run_reports(now=now, door="test")
    report = Report.objects.select_related(
        "period__agreement", "client", "business__owner"
    ).earliest("created_at")
    return send_reports.send_report(report=report, actor="Nan", now=now)


def test_each_handover_counts_and_may_exceed_the_promise(world: World) -> None:
    agreement = begun(world)
    one = hand_over.hand_over(
        deliverable=row(agreement), actor="Nan", now=NOW, count=11, url="https://drive.example/x"
    )
    hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW, count=3)
    assert (row(agreement).done, row(agreement).missing) == (14, 0)
    assert one.on == date(2026, 11, 2)
    hand_over.undo_handover(handover=one)
    assert row(agreement).done == 3
    hand_over.undo_handover(handover=one)
    assert row(agreement).done == 3, "twice takes back once"
    with pytest.raises(BadHandover):
        checklist_actions.set_done(deliverable=row(agreement), done=2)
    assert checklist_actions.set_done(deliverable=row(agreement), done=5).done == 5


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https:// x",
        "ftp://x.example",
        "https://",
    ],
)
def test_a_link_leads_to_the_web_or_is_refused(world: World, url: str) -> None:
    agreement = begun(world)
    assert not hand_over.is_link("//x.example")
    with pytest.raises(BadHandover):
        hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW, url=url)
    owner = logged_in(world.business.owner)
    answer = owner.post(
        reverse("dashboard:hand_over", args=[row(agreement).pk]), {"url": url, "count": "1"}
    )
    assert answer.status_code == 422 and row(agreement).done == 0


HOSTILE = [
    ("plan.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("plan.txt", b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><svg onload='alert(1)'>"),
    ("plan.pdf", b"  <!DOCTYPE html><script>alert(1)</script>"),
    ("plan.txt", "<html><script>alert(1)</script>".encode("utf-16")),
    ("plan.doc", b"MZ\x90\x00"),
    ("plan", b"\x7fELF\x02"),
    ("run.txt", b"#!/bin/sh\nrm -rf /"),
    ("invoice.pdf.exe", b"%PDF-1.7"),
    ("page.HTML", b"hello"),
    ("empty.pdf", b""),
]


@pytest.mark.parametrize(("name", "content"), HOSTILE)
def test_a_program_or_a_web_page_is_refused_whatever_its_name(
    world: World, name: str, content: bytes
) -> None:
    agreement = begun(world)
    with pytest.raises(BadHandover) as error:
        file = SimpleUploadedFile(name, content)
        hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW, file=file)
    assert (
        error.value.field == "file" and row(agreement).done == 0 and not Handover.objects.exists()
    )


def test_a_file_is_stored_by_its_hash_and_offered_as_a_download(
    world: World, settings: Any
) -> None:
    agreement = begun(world)
    file = SimpleUploadedFile("x.png", b"%PDF-1.7 the plan")
    file.name = "..\\..\\etc/October \u202eplan.pdf"
    given = hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW, file=file)
    assert (given.file_name, given.content_type, given.size) == (
        "October plan.pdf",
        "application/pdf",
        17,
    )
    kept = Path(settings.MEDIA_ROOT) / handover_files.name_of(given.sha256)
    assert kept.is_file()
    for browser, name in (
        (logged_in(world.business.owner), "dashboard:handover_file"),
        (inside(agreement.contact), "portal:handover_file"),
    ):
        answer = browser.get(reverse(name, args=[given.pk]))
        assert answer.content == b"%PDF-1.7 the plan"
        assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''October%20plan.pdf"
        assert (
            answer["X-Content-Type-Options"] == "nosniff"
            and "sandbox" in answer["Content-Security-Policy"]
        )
    kept.write_bytes(b"%PDF-1.7 another")
    assert (
        inside(agreement.contact).get(reverse("portal:handover_file", args=[given.pk])).status_code
        == 404
    )


def test_a_file_over_the_size_limit_is_refused(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(handover_files, "LARGEST", 10)
    agreement = begun(world)
    with pytest.raises(BadHandover):
        file = SimpleUploadedFile("a.txt", b"eleven bytes")
        hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW, file=file)


def test_carried_work_is_owed_in_the_next_period_besides_its_own(world: World) -> None:
    agreement = begun(world)
    checklist_actions.set_done(deliverable=row(agreement), done=9)
    run_billing(now=SECOND, door="test")
    carried = carry_over.carry_over(
        deliverable=row(agreement), because="The photos came late", now=SECOND, **BY
    )
    assert (carried.state, carried.because) == ("carried", "The photos came late")
    assert titles(agreement, 1) == [("posts", 3)], (
        "the same transaction, before its own list is there"
    )
    assert checklist_actions.open_checklists(now=SECOND) == 2
    assert titles(agreement, 1) == [("posts", 12), ("review", 1), ("posts", 3)]
    assert checklist_actions.open_checklists(now=SECOND) == 0
    assert [event.event for event in chain(agreement.pk)] == ["deliverable_carried"]
    with pytest.raises(NotAllowedNow):
        carry_over.carry_over(deliverable=row(agreement), because="Again", now=SECOND, **BY)
    with pytest.raises(NotAllowedNow):
        hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=SECOND)


def test_work_carried_early_is_placed_when_the_next_period_begins(world: World) -> None:
    agreement = begun(world)
    carry_over.carry_over(deliverable=row(agreement), because="Next month", now=NOW, **BY)
    assert checklist_actions.open_checklists(now=NOW) == 0
    run_billing(now=SECOND, door="test")
    checklist_actions.open_checklists(now=SECOND)
    checklist_actions.open_checklists(now=SECOND)
    assert sorted(titles(agreement, 1)) == [("posts", 12), ("posts", 12), ("review", 1)]


def test_a_paused_period_promises_nothing_and_takes_no_carried_work(world: World) -> None:
    agreement = begun(world)
    pause.skip_next_period(agreement=agreement, reason="Holiday", actor="Nan", now=NOW)
    run_billing(now=THIRD, door="test")
    agreement.refresh_from_db()
    checklist_actions.open_checklists(now=THIRD)
    carry_over.carry_over(deliverable=row(agreement), because="After the pause", now=THIRD, **BY)
    assert titles(agreement, 1) == []
    assert titles(agreement, 2) == [("posts", 12), ("review", 1), ("posts", 12)]


def test_nothing_is_carried_where_no_period_follows(world: World) -> None:
    agreement = begun(world, ends_on=date(2026, 12, 2))
    with pytest.raises(BadLeftover):
        carry_over.carry_over(deliverable=row(agreement), because="Later", now=NOW, **BY)
    assert row(agreement).state == "open" and not chain(agreement.pk)


def test_a_waiver_has_a_reason_and_can_be_undone_until_the_report(world: World) -> None:
    agreement = begun(world)
    with pytest.raises(BadLeftover):
        carry_over.waive(deliverable=row(agreement), because="  ", now=NOW, **BY)
    carry_over.waive(deliverable=row(agreement), because="The launch moved", now=NOW, **BY)
    assert row(agreement).because == "The launch moved"
    carry_over.undo_waiver(deliverable=row(agreement), now=NOW, **BY)
    assert (row(agreement).state, row(agreement).because) == ("open", "")
    checklist_actions.set_done(deliverable=row(agreement), done=12)
    with pytest.raises(BadLeftover):
        carry_over.waive(deliverable=row(agreement), because="All done", now=NOW, **BY)


def test_the_report_closes_its_period(world: World) -> None:
    agreement = begun(world)
    given = hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=NOW)
    carry_over.waive(deliverable=row(agreement, "review"), because="No need", now=NOW, **BY)
    reported(agreement, SECOND)
    closed: list[Any] = [
        lambda: hand_over.hand_over(deliverable=row(agreement), actor="Nan", now=SECOND),
        lambda: hand_over.undo_handover(handover=given),
        lambda: checklist_actions.set_done(deliverable=row(agreement), done=3),
        lambda: checklist_actions.set_due_day(deliverable=row(agreement), due_on=None),
        lambda: checklist_actions.add_deliverable(
            period=period_of(agreement), title="More", promised=1, now=SECOND
        ),
        lambda: carry_over.carry_over(deliverable=row(agreement), because="Late", now=SECOND, **BY),
        lambda: carry_over.waive(deliverable=row(agreement), because="Late", now=SECOND, **BY),
        lambda: carry_over.undo_waiver(deliverable=row(agreement, "review"), now=SECOND, **BY),
    ]
    for act in closed:
        with pytest.raises(AlreadySent):
            act()
    assert Handover.objects.filter(pk=given.pk).exists()
    page = (
        logged_in(world.business.owner)
        .get(reverse("dashboard:work", args=[period_of(agreement).pk]))
        .content.decode()
    )
    assert "is kept as it is" in page and "Carry over or waive" not in page


def test_overdue_work_counts_as_late(world: World) -> None:
    agreement = begun(world)
    checklist_actions.set_due_day(deliverable=row(agreement, "review"), due_on=date(2026, 11, 10))
    with pytest.raises(BadHandover):
        checklist_actions.set_due_day(deliverable=row(agreement), due_on=date(2026, 12, 2))
    (posts, review) = checklist.checklist_lines([period_of(agreement)], date(2026, 11, 11))[
        period_of(agreement).pk
    ]
    assert (posts.standing, review.standing, review.due) == (
        Standing.BEHIND,
        Standing.LATE,
        date(2026, 11, 10),
    )
    assert [
        one.title
        for one in checklist.overdue([row(agreement), row(agreement, "review")], date(2026, 11, 11))
    ] == ["review"]


def test_opening_a_thousand_checklists_takes_as_many_queries_as_ten(world: World) -> None:
    agreement = begun(world)
    facts: dict[str, Any] = {
        "business": world.business,
        "agreement": agreement,
        "due_at": NOW,
        "currency": "USD",
    }

    def asked(first: int, count: int) -> int:
        Period.objects.bulk_create(
            Period(
                index=n,
                starts_on=date(2030, 1, 1) + timedelta(days=n),
                ends_on=date(2030, 1, 2) + timedelta(days=n),
                amount=1,
                minutes=60,
                state="invoiced",
                **facts,
            )
            for n in range(first, first + count)
        )
        with CaptureQueriesContext(connection) as queries:
            assert checklist_actions.open_checklists(now=NOW) == 2 * count
        return len([one for one in queries if one["sql"].startswith("SELECT")])

    assert asked(10, 10) == asked(100, 900)


def test_the_freelancer_hands_over_carries_and_waives_in_the_browser(world: World) -> None:
    agreement = begun(world)
    owner: Browser = logged_in(world.business.owner)
    page = reverse("dashboard:work", args=[period_of(agreement).pk])
    assert owner.post(page, {"title": "Extra landing page", "promised": "2"}).status_code == 302
    assert owner.post(page, {"title": "", "promised": "0"}).status_code == 422
    extra = row(agreement, "Extra landing page")
    settle = reverse("dashboard:deliverable_settle", args=[extra.pk])
    refused = owner.post(settle, {"how": "waive", "because": ""})
    assert (
        refused.status_code == 422 and "Say why: the client reads it." in refused.content.decode()
    )
    assert owner.post(settle, {"how": "waive", "because": "Not needed"}).status_code == 302
    client = (
        inside(agreement.contact)
        .get(reverse("portal:work", args=[period_of(agreement).pk]))
        .content.decode()
    )
    assert "Not needed" in client and "2 waived" in client
    assert owner.post(settle, {"how": "undo"}).status_code == 302
    tick = reverse("dashboard:deliverable", args=[extra.pk])
    assert owner.post(tick, {"done": "1", "due_on": "2031-01-01"}).status_code == 422
    assert row(agreement, "Extra landing page").done == 0, "both or neither"
    assert owner.post(tick, {"done": "2", "due_on": ""}).status_code == 302
    given = reverse("dashboard:hand_over", args=[extra.pk])
    assert owner.post(given, {"url": "https://x.example/a", "count": "0"}).status_code == 422
    assert (
        owner.post(given, {"url": "https://x.example/a", "count": "1", "once": "m"}).status_code
        == 302
    )
    owner.post(given, {"url": "https://x.example/a", "count": "1", "once": "m"})
    assert row(agreement, "Extra landing page").done == 3, "a form posted twice counts once"
