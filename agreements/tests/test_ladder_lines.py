"""A ladder whose tiers cannot be compared is pointed out, and one that can be is left alone."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agreements.rules.cumulative_tiers import TierDraft
from agreements.rules.ladder_lines import hints

TITLES = st.sets(st.text("abcdeé", min_size=1, max_size=6), min_size=1, max_size=4)


def tier(position: int, deliverables: list[dict[str, Any]], **fields: Any) -> TierDraft:
    facts: dict[str, Any] = {"minutes": 600 * position, "response_hours": 24}
    return TierDraft(
        f"Tier {position}", 1000 * position, deliverables=deliverables, **facts | fields
    )


def counted(titles: set[str], count: int) -> list[dict[str, Any]]:
    return [{"title": title, "promised": count} for title in sorted(titles)]


@given(TITLES, st.integers(2, 5))
def test_tiers_that_count_the_same_things_are_comparable(titles: set[str], size: int) -> None:
    assert hints([tier(n, counted(titles, 4 * n)) for n in range(1, size + 1)]) == []


@given(TITLES, TITLES)
def test_a_tier_that_counts_only_other_things_is_pointed_out(
    below: set[str], above: set[str]
) -> None:
    found = hints([tier(1, counted(below, 4)), tier(2, counted(above, 4))])
    is_comparable = {one.casefold() for one in below} & {one.casefold() for one in above}
    assert [(hint.code, hint.position) for hint in found] == (
        [] if is_comparable else [("other_deliverables", 2)]
    )


@given(TITLES, TITLES)
def test_what_is_counted_in_two_tiers_may_be_joined_by_more(
    shared: set[str], more: set[str]
) -> None:
    """12 posts, then 20 posts and 4 videos: the posts can be compared."""
    above = counted(shared | more, 9)
    assert hints([tier(1, counted(shared, 4)), tier(2, above), tier(3, [])]) == []


@given(TITLES)
def test_upper_and_lower_case_are_the_same_deliverable(titles: set[str]) -> None:
    shouted = [{"title": one.upper(), "promised": 9} for one in sorted(titles)]
    assert hints([tier(1, counted(titles, 4)), tier(2, shouted)]) == []


def test_a_tier_without_hours_among_others_and_a_slower_answer_are_pointed_out() -> None:
    ladder = [tier(1, [], minutes=0), tier(2, []), tier(3, [], response_hours=48)]
    assert [(hint.code, hint.position) for hint in hints(ladder)] == [
        ("no_hours", 1),
        ("slower", 3),
    ]
    assert hints([tier(n, [], minutes=0) for n in (1, 2)]) == []
