"""KPI readings over HTTP: with the business's own key, all or none, and repeatable."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Period
from billing.runs.billing_run import run_billing
from core.dates import local_day
from core.models import ApiKey, Business
from core.web import api_keys
from delivery.kpis import kpi_changes
from delivery.models import Kpi, Reading, Report
from delivery.reports import report_run, send_reports
from tests.browsers import logged_in
from tests.world import World

URL = "/api/v1/readings/"
NOW = timezone.now()


@pytest.fixture
def kpi(world: World) -> Kpi:
    begun = NOW - timedelta(days=40)
    agreement = world.running(now=begun, starts_on=local_day(begun, "Asia/Bangkok"))
    for now in (begun, NOW):
        run_billing(now=now, door="test")
    return kpi_changes.add_kpi(
        agreement=agreement,
        name="Sign-ups",
        unit="",
        baseline=Decimal(0),
        target=Decimal(100),
        less_is_better=False,
        now=begun,
    )


def secret(business: Business) -> str:
    return api_keys.make(business=business, name="Script", now=NOW)[1]


def one(kpi: Kpi, value: Any = "12.5", days: int = 2) -> dict[str, Any]:
    on = local_day(NOW, "Asia/Bangkok") - timedelta(days=days)
    return {"kpi": str(kpi.pk), "on": on.isoformat(), "value": value}


def post(body: Any, key: str | None, **more: Any) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return Browser(enforce_csrf_checks=True).post(
        URL, raw, content_type="application/json", headers=headers, **more
    )


def test_a_reading_is_created_once_and_a_correction_keeps_the_old_value(kpi: Kpi) -> None:
    key = secret(kpi.business)
    answers = [post(one(kpi, value), key) for value in ("12.5", 12.5, "13")]
    assert [row.status_code for row in answers] == [201, 200, 201]
    assert [row.json()["readings"][0]["result"] for row in answers] == [
        "created",
        "unchanged",
        "corrected",
    ]
    assert Reading.objects.get().value == 13
    assert Reading.history.count() == 2
    assert not any(row.cookies for row in answers)
    assert ApiKey.objects.get().used_at is not None


def test_an_unusual_value_is_written_and_both_sides_are_told(kpi: Kpi) -> None:
    key = secret(kpi.business)
    usual = [one(kpi, 1200 + days, days) for days in (9, 8, 7)]
    answer = post([*usual, one(kpi, 12, 2)], key).json()["readings"]
    assert ["unusual" in row for row in answer] == [False, False, False, True]
    assert "Sign-ups: 12 on " in answer[3]["unusual"]
    assert "although it is usually about 1,208" in answer[3]["unusual"]
    again = post(one(kpi, 12, 2), key, HTTP_ACCEPT_LANGUAGE="th").json()["readings"][0]
    assert again["result"] == "unchanged" and "ทั้งที่ปกติอยู่ราว 1,208" in again["unusual"]
    owner, page = logged_in(kpi.business.owner), reverse("dashboard:kpis", args=[kpi.agreement_id])
    assert owner.get(page).text.count("although it is usually about") == 1
    post(one(kpi, 1212, 2), key)
    assert "although it is usually about" not in owner.get(page).text


def test_without_an_active_key_every_call_is_refused(kpi: Kpi) -> None:
    key = secret(kpi.business)
    api_keys.revoke(key=ApiKey.objects.get(), now=NOW)
    for wrong in (None, "", "rh_x", key, "é"):
        answer = post(one(kpi), wrong)
        assert answer.status_code == 401, wrong
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    inside = logged_in(kpi.business.owner)
    assert inside.post(URL, one(kpi), content_type="application/json").status_code == 401
    assert not Reading.objects.exists()


def test_a_key_is_stored_as_a_hash_and_opens_only_its_own_business(kpi: Kpi) -> None:
    other = World()
    theirs = secret(other.business)
    assert theirs not in str(ApiKey.objects.values_list())
    assert post(one(kpi), theirs).status_code == 404
    listed = Browser().get("/api/v1/kpis/", headers={"authorization": f"Bearer {theirs}"})
    assert listed.json() == {"kpis": []}
    mine = (
        Browser()
        .get("/api/v1/kpis/", headers={"authorization": f"Bearer {secret(kpi.business)}"})
        .json()
    )
    assert [row["id"] for row in mine["kpis"]] == [str(kpi.pk)]
    Business.objects.filter(pk=other.business.pk).update(is_suspended=True)
    assert post(one(kpi), theirs).status_code == 403


def test_one_bad_reading_among_many_writes_nothing_and_is_named(kpi: Kpi) -> None:
    key = secret(kpi.business)
    answer = post([one(kpi), one(kpi, "x", 3), one(kpi, 4, 4)], key)
    assert (answer.status_code, answer.json()["errors"][0]["index"]) == (422, 1)
    answer = post([one(kpi), one(kpi, 1, -3), {**one(kpi), "kpi": str(uuid4())}, one(kpi, 9)], key)
    assert [(row["index"], row["error"]) for row in answer.json()["errors"]] == [
        (1, "in_the_future"),
        (2, "unknown_kpi"),
        (3, "twice"),
    ]
    assert not Reading.history.exists()


@pytest.mark.parametrize(("sent", "kept"), [("1E+3", "1000.00"), ("-0", "0.00"), (12.5, "12.50")])
def test_a_value_is_returned_as_it_is_stored_from_the_first_call_on(
    kpi: Kpi, sent: Any, kept: str
) -> None:
    key = secret(kpi.business)
    told = [post(one(kpi, sent), key).json()["readings"][0] for _again in range(2)]
    assert [each["value"] for each in told] == [kept, kept]
    assert [each["result"] for each in told] == ["created", "unchanged"]


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1e999999999",
        "0.001",
        "1_000",
        " 1",
        "",
        None,
        True,
        [],
        "๑๒",
        10**13,
        1e300,
    ],
)
def test_a_value_that_is_not_a_number_is_refused(kpi: Kpi, value: Any) -> None:
    assert post(one(kpi, value), secret(kpi.business)).status_code == 422
    assert not Reading.history.exists()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("{", 400),
        ("", 400),
        (b"\xff\xfe", 400),
        ("[" * 100_000, 400),
        ("1" * 10_000, 422),
        ("3", 422),
        ("[1]", 422),
        ('{"kpi": 1, "on": 2, "value": NaN}', 422),
        ("[]", 200),
        ("[" + "1," * 1000 + "1]", 413),
        (b" " * 5_000_000, 413),
        (b" " * 1_500_000, 413),
    ],
)
def test_a_bad_body_gets_an_answer_in_json(kpi: Kpi, raw: Any, status: int) -> None:
    answer = post(raw, secret(kpi.business))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


def test_days_without_an_open_period_are_refused_each_with_its_reason(kpi: Kpi) -> None:
    key = secret(kpi.business)
    assert post(one(kpi, 1, 35), key).status_code == 201
    report_run.run_reports(now=NOW, door="test")
    send_reports.send_report(report=Report.objects.get(), actor="Nan", now=NOW)
    assert Period.objects.count() == 2
    answers = {days: post(one(kpi, 2, days), key) for days in (35, 50, -3)}
    assert {days: (row.status_code, row.json()["error"]) for days, row in answers.items()} == {
        35: (409, "period_closed"),
        50: (422, "no_period"),
        -3: (422, "in_the_future"),
    }
    kpi_changes.retire_kpi(kpi=kpi, actor="Nan", now=NOW)
    assert post(one(kpi), key).json()["error"] == "retired_kpi"


def test_too_many_calls_are_refused_for_a_while(kpi: Kpi, monkeypatch: pytest.MonkeyPatch) -> None:
    key = secret(kpi.business)
    monkeypatch.setattr("api.views.CALLS_ALLOWED", 3)
    monkeypatch.setattr("api.views.CALLS_WITHOUT_KEY", 2)
    answers = [post(one(kpi), key).status_code for _time in range(4)]
    assert answers == [201, 200, 200, 429]
    assert [post(one(kpi), "rh_guess").status_code for _time in range(3)] == [401, 401, 429]
    assert post(one(kpi), key).headers["Retry-After"] == "60"


def test_other_methods_are_refused_with_the_allowed_ones(kpi: Kpi) -> None:
    answer = Browser().get(URL, headers={"authorization": f"Bearer {secret(kpi.business)}"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_a_key_that_comes_by_http_is_refused_and_not_led_to_https(kpi: Kpi, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.METRICS_TOKEN = True, "m" * 20
    key = {"authorization": f"Bearer {secret(kpi.business)}"}
    answer = Browser().get("/api/v1/kpis/", headers=key)
    assert (answer.status_code, answer.json()["error"]) == (403, "https_required")
    assert Browser().get("/api/v1/kpis/", headers=key, secure=True).status_code == 200
    token = {"authorization": f"Bearer {settings.METRICS_TOKEN}"}
    assert Browser().get("/metrics", headers=token).status_code == 404
    assert Browser().get("/accounts/login/").status_code == 301, "people are"
