"""The first words of a report read as if a person had thought, and say only what its numbers say.

Examples in both languages, and properties that hold whatever the numbers are.
"""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.reports import suggested_texts
from delivery.reports.compose import Item, owed
from delivery.reports.sentences import english_nouns, writers
from delivery.reports.sentences.changes import changes

COUNTED = (
    "granted adjusted rolled_in deficit_in used remaining available approved rolled_out expired"
)
HOURS = dict.fromkeys(COUNTED.split(), 0)


def item(title: str, promised: int, done: int, state: str = "open", because: str = "") -> Any:
    return {
        "title": title,
        "promised": promised,
        "done": done,
        "state": state,
        "because": because,
        "came_from": "",
    }


def kpi(name: str, before: str, value: str, target: str, **more: Any) -> dict[str, Any]:
    less = more.get("less_is_better", False)
    reached = float(value) <= float(target) if less else float(value) >= float(target)
    return {
        "id": name,
        "name": name,
        "unit": "%",
        "shape": "rate",
        "baseline": "1",
        "value": value,
        "target": target,
        "less_is_better": less,
        "pace": "reached" if reached else "behind",
        "shown": True,
        "history": [["2026-10-01", before], ["2026-11-01", value]],
    } | more


def shot(**more: Any) -> dict[str, Any]:
    return {
        "period": {"starts_on": "2026-11-01", "ends_on": "2026-12-01"},
        "verdict": "mixed",
        "deliverables": [],
        "kpis": [],
        "next": [],
        "ended_on": "",
        "requests": {"open": []},
        "next_text": "",
        "decision": "",
        "hours": HOURS,
    } | more


def plain(text: str) -> str:
    """A text with its no-break spaces, which hold a number and its unit together, as spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def words(language: str = "en", turn: int = 0, **more: Any) -> str:
    return plain(suggested_texts.comment(shot(**more), language, turn))


POSTS = item("posts", 20, 19, "carried", "the photos came late")

# Examples


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (
            0,
            "We published 19 of 20 posts; the last one moves to December (the photos came late).",
        ),
        (1, "Of 20 posts we published 19; the last one moves to December (the photos came late)."),
        (
            2,
            "In November we published 19 of 20 posts; the last one moves to December (the photos "
            "came late).",
        ),
    ],
)
def test_what_is_missing_is_told_with_what_becomes_of_it(turn: int, said: str) -> None:
    assert words(turn=turn, deliverables=[POSTS]) == said


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (item("Graphics", 7, 7), "We designed all seven graphics."),
        (item("Videos", 2, 2), "We published both videos."),
        (item("Growth review", 1, 1), "We completed the growth review."),
        (item("SEO audit", 1, 1), "We completed the SEO audit."),
        (item("Blog post", 4, 4), "We published all four blog posts."),
        (item("Case study", 3, 3), "We delivered all three case studies."),
        (item("Instagram stories", 8, 8), "We published all eight Instagram stories."),
        (item("Community management", 1, 1), "We delivered community management."),
        (item("posts", 20, 22), "We published 22 posts (two more than promised)."),
        (item("Posts (IG + FB)", 4, 4), "“Posts (IG + FB)”: all four are done."),
        (item("Growth review", 1, 0), "The growth review is still to come."),
        (item("videos", 4, 0, "carried"), "The four videos move to December."),
        (
            item("videos", 4, 1, "carried", "because the studio was closed."),
            "We published one of four videos; the other three move to December because the studio "
            "was closed.",
        ),
        (
            item("graphics", 8, 7, "waived", "Not needed"),
            "We designed seven of eight graphics; the last one was dropped (not needed).",
        ),
    ],
)
def test_a_deliverable_reads_properly_inside_its_sentence(piece: Any, said: str) -> None:
    assert words(deliverables=[piece]) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            kpi("Engagement", "3.1", "3.6", "3.5"),
            "Engagement rose from 3.1 % to 3.6 % and is now above the target of 3.5 %.",
        ),
        (
            kpi("Followers", "9800", "10100", "10000", unit="", shape="level"),
            "Followers rose from 9,800 to 10,100 and are now above the target of 10,000.",
        ),
        (
            kpi("Followers", "10050", "10100", "10000", unit="", shape="level"),
            "Followers rose from 10,050 to 10,100 and are still above the target of 10,000.",
        ),
        (
            kpi("Engagement", "3.6", "3.1", "3.5"),
            "Engagement went down from 3.6 % to 3.1 %, short of the target of 3.5 %.",
        ),
        (
            kpi("Sign-ups", "38", "42", "50", unit="", shape="count"),
            "Sign-ups came to 42 after 38 in October, still short of the target of 50.",
        ),
        (
            kpi("Cost per lead", "12", "9", "10", unit="USD", less_is_better=True),
            "Cost per lead fell from 12 USD to 9 USD and is now below the target of 10 USD.",
        ),
        (
            kpi("Engagement", "", "3.6", "3.5"),
            "Engagement rose from 1 % at the start to 3.6 % and is now above the target of 3.5 %.",
        ),
    ],
)
def test_a_kpi_is_told_with_where_it_came_from_and_its_target(row: Any, said: str) -> None:
    assert words(kpis=[row]) == said


def test_all_of_it_together() -> None:
    done = [POSTS, item("graphics", 7, 7), item("growth review", 1, 1)]
    told = words(deliverables=done, kpis=[kpi("Engagement", "3.1", "3.6", "3.5")])
    assert told == (
        "We published 19 of 20 posts; the last one moves to December (the photos came late). "
        "Complete: all seven graphics and the growth review. "
        "Engagement rose from 3.1 % to 3.6 % and is now above the target of 3.5 %."
    )


def test_thai_is_written_as_thai() -> None:
    done = [
        item("โพสต์", 20, 19, "carried", "ได้รับภาพล่าช้า"),
        item("กราฟิก", 7, 7),
        item("growth review", 1, 1),
    ]
    measured = [
        kpi("Engagement", "3.1", "3.6", "3.5"),
        kpi("ผู้ติดตาม", "9800", "9700", "10000", unit="คน"),
    ]
    assert words("th", 0, deliverables=done, kpis=measured) == (
        "เผยแพร่โพสต์แล้ว 19 จาก 20 โพสต์ อีก 1 โพสต์เลื่อนไปเดือนธันวาคม เนื่องจากได้รับภาพล่าช้า "
        "ส่วนที่ครบแล้ว: กราฟิก 7 ชิ้น และ growth review "
        "Engagement เพิ่มขึ้นจาก 3.1 % เป็น 3.6 % สูงกว่าเป้าที่ 3.5 % "
        "ผู้ติดตามปรับลดลงจาก 9,800 คนเป็น 9,700 คน ยังไม่ถึงเป้าที่ 10,000 คน"
    )


def test_what_is_next_is_a_sentence_too() -> None:
    coming = [{"title": "posts", "promised": 20}, {"title": "Growth review", "promised": 1}]
    asked = {"open": ["Banner"]}
    told = [
        suggested_texts.next_steps(shot(next=coming, requests=asked), "en", turn)
        for turn in range(3)
    ]
    assert told == [
        f"{said} Your request “Banner” is still open."
        for said in (
            "In December we publish 20 posts and complete the growth review.",
            "December brings 20 posts and the growth review.",
            "Next up: 20 posts and the growth review.",
        )
    ]
    assert suggested_texts.next_steps(shot(next=coming), "th", 0) == (
        "เดือนธันวาคมจะส่งมอบ posts 20 โพสต์ และ Growth review"
    )


def test_hours_are_said_with_what_is_carried() -> None:
    hours = HOURS | {"used": 1620, "available": 2400, "rolled_in": 480, "rolled_out": 480}
    said = {
        language: writers.sentences(shot(hours=hours), language, 0)["hours"]
        for language in writers.WRITERS
    }
    assert said == {
        "en": "27 of 40 hours used, including 8 carried over; 8 carry over into December.",
        "th": "ใช้ไป 27 จาก 40 ชั่วโมง รวมที่ยกมาจากงวดก่อน 8 ชั่วโมง ยกไปใช้ต่อในเดือนธันวาคม 8 ชั่วโมง",
    }


def test_one_line_says_what_changed_since_the_month_before() -> None:
    october = shot(
        period={"starts_on": "2026-10-01", "ends_on": "2026-11-01"},
        kpis=[kpi("Engagement", "3", "3.1", "3.5")],
        deliverables=[item("posts", 20, 20)],
        hours=HOURS | {"used": 1860},
    )
    november = shot(
        kpis=[kpi("Engagement", "3.1", "3.6", "3.5")],
        deliverables=[POSTS],
        hours=HOURS | {"used": 1620},
    )
    assert plain(writers.sentences(november, "en", 0, october)["changed"]) == (
        "Compared with October: Engagement 3.6 % instead of 3.1 %, 19 posts instead of 20, "
        "27 hours used instead of 31."
    )
    assert plain(writers.sentences(november, "th", 0, october)["changed"]) == (
        "เทียบกับเดือนตุลาคม: Engagement 3.6 % (เดิม 3.1 %) · posts 19 โพสต์ (เดิม 20) · "
        "ใช้เวลา 27 ชั่วโมง (เดิม 31)"
    )
    assert writers.sentences(november, "en", 0)["changed"] == ""
    assert changes(november, november) == []


@pytest.mark.parametrize(
    ("title", "one", "several"),
    [
        ("Blog posts", "blog post", "blog posts"),
        ("Case study", "case study", "case studies"),
        ("Stories", "story", "stories"),
        ("Boxes", "box", "boxes"),
        ("LinkedIn post", "LinkedIn post", "LinkedIn posts"),
        ("KPI", "KPI", "KPIs"),
        ("Posts for the shop", "post for the shop", "posts for the shop"),
        ("Research", "research", "research"),
    ],
)
def test_a_title_has_its_singular_and_its_plural(title: str, one: str, several: str) -> None:
    assert (english_nouns.singular(title), english_nouns.plural(title)) == (one, several)


def test_carried_work_is_added_to_what_the_next_month_promises() -> None:
    coming = owed(
        [
            Item("graphics", 8, 0, "open"),
            Item("audit", 1, 0, "open"),
            Item("graphics", 1, 0, "open"),
        ]
    )
    assert coming == {"graphics": 9, "audit": 1}


# Properties

TITLES = (
    "posts",
    "Blog post",
    "Growth review",
    "Analyses",
    "Posts (IG + FB)",
    "3 ads",
    "โพสต์",
    "วิดีโอสั้น",
    "SEO",
    "Landing page for the fair",
)
numbers = st.integers(0, 40)
values = st.decimals(0, 20_000, places=1).map(str)
pieces = st.builds(
    item,
    st.sampled_from(TITLES),
    numbers,
    numbers,
    st.sampled_from(["open", "carried", "waived"]),
    st.sampled_from(["", "why", "because of rain.", "เพราะฝนตก"]),
)
measures = st.builds(
    kpi,
    st.sampled_from(["Engagement", "Followers", "ผู้ติดตาม", "Cost per lead"]),
    st.just("") | values,
    values,
    values,
    unit=st.sampled_from(["", "%"]),
    shape=st.sampled_from(["rate", "level", "count"]),
    less_is_better=st.booleans(),
)
minutes = st.integers(0, 6000)
shots = st.builds(
    shot,
    verdict=st.sampled_from(["good", "mixed", "off"]),
    deliverables=st.lists(pieces, max_size=5, unique_by=lambda row: row["title"]),
    kpis=st.lists(measures, max_size=4, unique_by=lambda row: row["name"]),
    next=st.lists(st.fixed_dictionaries({"title": st.sampled_from(TITLES), "promised": numbers})),
    requests=st.fixed_dictionaries({"open": st.lists(st.sampled_from(["Banner", "ป้าย"]))}),
    ended_on=st.sampled_from(["", "2026-12-01"]),
    hours=st.fixed_dictionaries(dict.fromkeys(HOURS, minutes)),
    period=st.sampled_from(
        [
            {"starts_on": "2026-11-01", "ends_on": "2026-12-01"},
            {"starts_on": "2026-11-02", "ends_on": "2027-02-02"},
            {"starts_on": "2026-11-02", "ends_on": "2026-11-16"},
        ]
    ),
)
languages = st.sampled_from([*writers.WRITERS, "eo"])
BROKEN = re.compile(r"  |%\(|\{|\}|None|\s[.,;]|\.\.|^\s|\s$|[,;:]$|, and \.|\(\)|“”")
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def told(found: dict[str, Any], language: str, turn: int, before: Any = None) -> list[str]:
    return [
        suggested_texts.comment(found, language, turn),
        suggested_texts.next_steps(found, language, turn),
        *writers.sentences(found, language, turn, before).values(),
    ]


def numbers_in(text: str) -> set[float]:
    return {float(number.replace(",", "")) for number in NUMBER.findall(text)}


def numbers_of(*shots: dict[str, Any]) -> set[float]:
    """Every number that a report has, and what follows from one deliverable alone."""
    found: set[float] = {2026.0, 2027.0, 1.0, 2.0, 15.0, 16.0}  # of days and years
    for one in shots:
        found |= {round(count / 60, 2) for count in one["hours"].values()}
        for row in one["deliverables"]:
            done, promised = row["done"], row["promised"]
            found |= {done, promised, abs(promised - done), *numbers_in(row["title"])}
        found |= {row["promised"] for row in one["next"]}
        found |= {n for row in one["next"] for n in numbers_in(row["title"])}
        for row in one["kpis"]:
            values = [row["value"], row["target"], row["baseline"], *dict(row["history"]).values()]
            found |= {float(value) for value in values if value}
    return found


@given(shots, shots, languages, st.integers(0, 200))
def test_every_sentence_is_whole_and_every_number_is_the_reports(
    found: dict[str, Any], before: dict[str, Any], language: str, turn: int
) -> None:
    for text in told(found, language, turn, before):
        assert not BROKEN.search(text), text
        assert numbers_in(text) <= numbers_of(found, before), text
    opening = writers.sentences(found, language, turn)["opening"]
    assert opening


@given(shots, shots, st.sampled_from(list(writers.WRITERS)), st.integers(0, 200))
def test_two_months_that_follow_each_other_never_begin_alike(
    one: dict[str, Any], other: dict[str, Any], language: str, turn: int
) -> None:
    first = writers.sentences(one, language, turn)["opening"]
    second = writers.sentences(other, language, turn + 1)["opening"]
    assert first != second
    again = writers.sentences(one, language, turn + 1)["opening"]
    assert first.split()[:3] != again.split()[:3]


@given(shots, languages, st.integers(0, 200))
def test_the_same_report_always_reads_the_same(
    found: dict[str, Any], language: str, turn: int
) -> None:
    assert told(found, language, turn) == told(found, language, turn)


def test_what_was_carried_in_is_counted_with_the_months_own() -> None:
    two = [item("posts", 8, 8), item("posts", 2, 1, "carried")]
    assert words(deliverables=two) == (
        "We published 9 of 10 posts; the last one moves to December."
    )
    apart = [item("posts", 8, 0, "waived", "the shop is closed"), item("posts", 8, 0)]
    assert words(deliverables=apart) == (
        "The eight posts were dropped (the shop is closed). The eight posts are still to come."
    )
