"""A tier contains everything below it and may promise more of it, never less (rule 33)."""

from hypothesis import given
from hypothesis import strategies as st

from agreements.rules import cumulative_tiers
from agreements.rules.cumulative_tiers import TierDraft

items = st.lists(
    st.fixed_dictionaries(
        {"title": st.sampled_from(["posts", "Posts", "videos"]), "promised": st.integers(1, 9)}
    ),
    max_size=3,
)


def drafts_of(*promised: list[dict[str, object]]) -> list[TierDraft]:
    return [
        TierDraft(f"Tier {n}", n, deliverables=items, is_recommended=n == 1)
        for n, items in enumerate(promised, start=1)
    ]


@given(st.lists(items, min_size=1, max_size=4))
def test_no_tier_promises_less_than_a_tier_below_it(
    promised: list[list[dict[str, object]]],
) -> None:
    drafts = drafts_of(*promised)
    if any(fault.code == "less_work" for fault in cumulative_tiers.faults(drafts)):
        return
    below: dict[str, int] = {}
    for index in range(len(drafts)):
        counted = {
            item["title"].casefold(): item["promised"]
            for item in cumulative_tiers.included_deliverables(drafts, index)
        }
        assert all(counted[title] >= count for title, count in below.items())
        below = counted


def test_a_deliverable_carries_over_to_higher_tiers_and_may_not_shrink() -> None:
    posts, fewer = {"title": "posts", "promised": 20}, {"title": "Posts", "promised": 12}
    videos = {"title": "videos", "promised": 2}
    assert cumulative_tiers.included_deliverables(drafts_of([posts], [videos]), 1) == [
        posts,
        videos,
    ]
    assert cumulative_tiers.faults(drafts_of([posts], [videos], [fewer])) == [
        cumulative_tiers.Fault("less_work", 3)
    ]
