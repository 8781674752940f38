"""The suggested text of a report says nothing that its figures do not say."""

from typing import Any

import pytest

from delivery.reports import suggested_texts
from delivery.reports.compose import Item, owed


def item(title: str, promised: int, done: int, state: str = "open") -> dict[str, Any]:
    return {"title": title, "promised": promised, "done": done, "state": state}


def shot(**more: Any) -> dict[str, Any]:
    return {
        "deliverables": [],
        "kpis": [],
        "next": [],
        "ended_on": "",
        "requests": {"open": []},
    } | more


@pytest.mark.parametrize(
    ("done", "state", "said"),
    [
        (8, "open", "Everything promised was delivered: 8 × graphics."),
        (7, "open", "Delivered: 7 × graphics; still missing: 1 × graphics."),
        (7, "carried", "Delivered: 7 × graphics; still missing: 1 × graphics."),
        (7, "waived", "Delivered: 7 × graphics."),
        (0, "waived", ""),
    ],
)
def test_everything_was_delivered_is_said_only_when_nothing_is_missing(
    done: int, state: str, said: str
) -> None:
    assert (
        suggested_texts.comment(shot(deliverables=[item("graphics", 8, done, state)]), "en") == said
    )


@pytest.mark.parametrize(
    ("history", "said"),
    [(["2", "3", "3.6"], "+20 %"), (["2", "", "3.6"], "+80 %"), (["3.6"], "+260 %")],
)
def test_the_change_of_a_kpi_is_counted_from_the_month_before(
    history: list[str], said: str
) -> None:
    kpi = {
        "name": "Engagement",
        "start": "3.5",
        "baseline": "1",
        "value": "3.6",
        "pace": "reached",
        "less_is_better": False,
        "history": [["2026-01-01", value] for value in history],
    }
    assert (
        suggested_texts.comment(shot(kpis=[kpi]), "en")
        == f"Engagement moved most: {said} this month."
    )


def test_carried_work_is_added_to_what_the_next_month_promises() -> None:
    coming = owed(
        [
            Item("graphics", 8, 0, "open"),
            Item("audit", 1, 0, "open"),
            Item("graphics", 1, 0, "open"),
        ]
    )
    assert coming == {"graphics": 9, "audit": 1}
