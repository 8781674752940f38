"""A report is derived from its facts alone: nothing is invented, nothing is lost (rule 38)."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from delivery.reports.compose import Facts, Item, ReportTexts, RequestFacts, compose_report
from delivery.rules.allowance import Flow, Policy, statement

START, END = date(2026, 11, 1), date(2026, 12, 1)
ASKED = datetime(2026, 11, 3, 9, tzinfo=UTC)

items = st.builds(
    Item,
    title=st.just("posts"),
    promised=st.integers(0, 30),
    done=st.integers(0, 40),
    state=st.sampled_from(["open", "carried", "waived"]),
    because=st.just("why"),
)
wishes = st.builds(
    RequestFacts,
    title=st.just("Banner"),
    state=st.sampled_from(["asked", "started", "done", "declined", "withdrawn"]),
    asked_at=st.just(ASKED),
    respond_by=st.just(ASKED + timedelta(hours=24)),
    responded_at=st.none()
    | st.timedeltas(timedelta(0), timedelta(days=9)).map(lambda gap: ASKED + gap),
)


def said(**more: object) -> ReportTexts:
    return ReportTexts("Studio", "Client", "Retainer", START, END, **more)  # type: ignore[arg-type]


def facts(**more: object) -> Facts:
    (hours,) = statement([Flow(granted=600, used=90)], Policy())
    empty = {"figures": [], "items": [], "next_items": [], "wishes": [], "work": [], "silent": []}
    return Facts(hours=hours, **(empty | more))  # type: ignore[arg-type]


@given(st.lists(items, max_size=5))
def test_a_month_is_good_exactly_when_everything_owed_was_done(found: list[Item]) -> None:
    shot = compose_report(said(), facts(items=found))
    owed = [item for item in found if item.state != "waived"]
    assert (shot["verdict"] == "good") == all(item.done >= item.promised for item in owed)
    assert [(row["done"], row["promised"]) for row in shot["deliverables"]] == [
        (i.done, i.promised) for i in found
    ]


@given(st.lists(wishes, max_size=6))
def test_requests_are_counted_once_and_only_a_punctual_answer_is_in_time(
    found: list[RequestFacts],
) -> None:
    shot = compose_report(said(), facts(wishes=found))["requests"]
    taken = [wish for wish in found if wish.state != "withdrawn"]
    assert shot["asked"] == len(taken) >= shot["answered"] >= shot["in_time"]
    assert shot["in_time"] == sum(
        wish.responded_at is not None and wish.responded_at <= wish.respond_by for wish in taken
    )
    assert (shot["median_minutes"] is None) == (shot["answered"] == 0)


def test_value_adds_count_up_to_their_last_day() -> None:
    adds = [{"title": "Audit", "ends_on": "2026-11-01"}, {"title": "Call", "ends_on": "2026-10-31"}]
    assert compose_report(said(value_adds=adds), facts())["value_adds"] == ["Audit"]


def test_only_pauses_right_before_the_period_are_mentioned() -> None:
    silent = [
        (date(2026, 7, 1), date(2026, 8, 1), "far"),
        (date(2026, 9, 1), date(2026, 10, 1), "two"),
        (date(2026, 10, 1), START, "one"),
    ]
    told = compose_report(said(), facts(silent=silent))["silent"]
    assert [row["because"] for row in told] == ["two", "one"]
