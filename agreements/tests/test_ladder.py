"""A rung contains everything below it: what it names again is more of it, never less (rule 33)."""

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


def rungs(*promised: list[dict[str, object]]) -> list[TierDraft]:
    return [
        TierDraft(f"Tier {n}", n, deliverables=some, is_recommended=n == 1)
        for n, some in enumerate(promised, start=1)
    ]


@given(st.lists(items, min_size=1, max_size=4))
def test_no_rung_of_a_ladder_promises_less_than_one_below(
    promised: list[list[dict[str, object]]],
) -> None:
    drafts = rungs(*promised)
    if any(fault.code == "less_work" for fault in cumulative_tiers.faults(drafts)):
        return
    before: dict[str, int] = {}
    for place in range(len(drafts)):
        counted = {
            item["title"].casefold(): item["promised"]
            for item in cumulative_tiers.delivered(drafts, place)
        }
        assert all(counted[title] >= number for title, number in before.items())
        before = counted


def test_what_is_not_named_again_stays_and_less_is_a_fault() -> None:
    posts, fewer = {"title": "posts", "promised": 20}, {"title": "Posts", "promised": 12}
    videos = {"title": "videos", "promised": 2}
    assert cumulative_tiers.delivered(rungs([posts], [videos]), 1) == [posts, videos]
    assert cumulative_tiers.faults(rungs([posts], [videos], [fewer])) == [
        cumulative_tiers.Fault("less_work", 3)
    ]
