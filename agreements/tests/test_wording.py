"""The text that is signed is complete in both languages and stays as it was sent."""

import re
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from agreements.contract import clauses, library, sample, templates, variables, wording
from agreements.models import Agreement, Template
from agreements.models.reusable import Service, TextKind
from agreements.proposals import lifecycle
from agreements.rules import in_words
from agreements.rules.errors import BadTrial, BadWording, NotOpen
from agreements.rules.intervals import Interval
from core.documents import store
from core.languages import LANGUAGES
from core.texts import placeholders
from tests.browsers import logged_in
from tests.world import NOW, World

ONCE = {"interval": Interval.ONCE, "ends_on": date(2026, 12, 1), "starts_on": date(2026, 11, 2)}


def template(world: World, **texts: str) -> Template:
    """A template with one clause for each text, the same in both languages."""
    row = templates.copy(business=world.business, kind=TextKind.MONTHLY, name="Mine", now=NOW)
    sides = [{"title": name, "text": text} for name, text in texts.items()]
    row.clauses = [
        {"key": f"own-{n}", "use": "always", "waits": "", "en": side, "th": side}
        for n, side in enumerate(sides)
    ]
    row.save()
    return row


@pytest.mark.parametrize("kind", TextKind)
def test_every_built_in_text_is_complete_in_every_language_for_every_kind_of_work(
    db: None, kind: TextKind
) -> None:
    world = World()
    for language, both, service in product(LANGUAGES, (False, True), Service.values):
        tier, terms = sample.tier_and_terms(
            world.business, kind, today=date(2026, 11, 2), language=language, is_bilingual=both
        )
        terms["service"] = service
        text = wording.write_clauses(library.built_in(kind), tier, terms)
        assert service in [clause["key"] for clause in text]
        assert not [
            key
            for key in Service.values
            if key != service and key in [clause["key"] for clause in text]
        ]
        for clause, side in product(text, wording.languages(terms)):
            assert "{" not in clause[side]["title"] + clause[side]["text"]


#: What a court asks for first, and a word in each language that the clause cannot do without.
PROTECTIONS = {
    "late": ("interest", "ดอกเบี้ยผิดนัด"),
    "response": ("Working days", "วันทำการ"),
    "ownership": ("paid for in full", "ครบถ้วน"),
    "data": ("personal data", "ข้อมูลส่วนบุคคล"),
    "liability": ("gross negligence", "ประมาทเลินเล่ออย่างร้ายแรง"),
    "force_majeure": ("neither foresee nor prevent", "ไม่อาจคาดหมายหรือป้องกันได้"),
    "breach": ("14 days", "14 วัน"),
    "notices": ("counts as received", "ถือว่าผู้รับได้รับ"),
    "assignment": ("written consent", "ความยินยอมเป็นหนังสือ"),
    "entire": ("remain in force", "มีผลใช้บังคับ"),
    "venue": ("courts", "ศาล"),
}


@pytest.mark.parametrize("kind", TextKind)
def test_every_built_in_text_says_who_is_liable_who_owns_and_how_it_ends_early(
    kind: TextKind,
) -> None:
    pairs = {pair["key"].removesuffix("_once"): pair for pair in library.built_in(kind)}
    for key, words in PROTECTIONS.items():
        for language, word in zip(("en", "th"), words, strict=True):
            assert word in pairs[key][language]["text"], key
    is_once = kind in (TextKind.TRIAL, TextKind.ONCE)
    assert ("12 months" in pairs["liability"]["en"]["text"]) is not is_once


def test_both_languages_of_a_built_in_clause_have_the_same_numbers_and_paragraphs() -> None:
    for key in library.TEXTS["en"]:
        english, thai = (library.TEXTS[code][key][1] for code in ("en", "th"))
        assert re.findall(r"\d+", english) == re.findall(r"\d+", thai), key
        assert sorted(placeholders.names(english)) == sorted(placeholders.names(thai)), key
        assert english.count("\n\n") == thai.count("\n\n"), key


def test_a_better_built_in_text_never_reaches_a_proposal_that_was_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = world.proposal()
    title = "Written after it was sent"
    for texts in library.TEXTS.values():
        monkeypatch.setitem(texts, "liability", (title, title))
    agreement = world.picked(proposal)
    assert title not in [clause["title"] for clause in clauses.clauses(agreement)]
    assert title in [clause["en"]["title"] for clause in library.built_in(TextKind.MONTHLY)]


def test_what_the_proposal_states_is_printed_in_the_agreement(world: World) -> None:
    terms = {
        "kpis": ["1,000 to 5,000 followers"],
        "competitors": ["Bean & Sons"],
        "governing_law": "TH",
    }
    terms |= {"value_adds": [{"title": "One workshop", "minutes": 60, "ends_on": "2027-01-31"}]}
    terms |= {
        "overage_amount": 120_00,
        "overage_minutes": 300,
        "is_bilingual": True,
        "expectations": ["Pictures"],
    }
    agreement = world.picked(tier=1, **terms)
    text = "\n".join(f"{row}" for clause in clauses.clauses(agreement) for row in clause["rows"])
    for phrase in (
        "1,000 to 5,000 followers",
        "Bean & Sons",
        "law of Thailand",
        "One workshop, until 31 January 2027",
    ):
        assert phrase in text
    for phrase in (
        "$120 an hour",
        "up to 5 h",
        "five thousand US dollars",
        "ห้าพันดอลลาร์สหรัฐ",
        "ภาษาอังกฤษเป็นหลัก",
    ):
        assert phrase in text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("The law of {{governing_law}}.", "{{governing_law}} is empty"),
        ("We write to {{cleint}}.", "no variable {{cleint}}"),
        ("The fee is {{fee}.", "braces"),
        ("Cheers \u4e7e", "cannot be printed"),
        ("x" * 5_001, "longer than 5,000"),
        ("", "is missing"),
    ],
)
def test_an_incomplete_text_is_not_sent_and_the_fault_is_named(
    world: World, text: str, fault: str
) -> None:
    draft = world.proposal(send=False, template=template(world, Fee="{{fee}}", Mine=text))
    with pytest.raises(BadWording) as error:
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
    assert fault in str(error.value)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_promise_that_no_clause_prints_blocks_sending(world: World) -> None:
    draft = world.proposal(
        send=False, template=template(world, Fee="{{fee}}"), competitors=["Bean & Sons"]
    )
    with pytest.raises(BadWording, match="competitors"):
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)


def test_an_unconfirmed_translation_blocks_only_texts_in_its_language(world: World) -> None:
    own = templates.copy(business=world.business, kind=TextKind.MONTHLY, name="Mine", now=NOW)
    pairs: list[Any] = [
        {**pair, "en": dict(pair["en"]), "th": dict(pair["th"])} for pair in own.clauses
    ]
    pairs[0]["en"]["text"] += " And more."
    own = templates.change(template=own, name="Mine", clauses=pairs, confirmed=set(), version=1)
    assert (own.clauses[0]["waits"], own.waits) == ("th", 1)
    world.proposal(template=own, language="en")
    with pytest.raises(BadWording, match="Confirm"):
        world.proposal(template=own, language="en", is_bilingual=True)
    own = templates.change(
        template=own, name="Mine", clauses=own.clauses, confirmed={"parties"}, version=2
    )
    world.proposal(template=own, language="en", is_bilingual=True)


def test_a_template_of_earlier_gets_the_newer_built_in_clauses_in_their_place(
    world: World,
) -> None:
    own = templates.copy(business=world.business, kind=TextKind.MONTHLY, name="Mine", now=NOW)
    own.clauses = [pair for pair in own.clauses if pair["key"] not in ("liability", "data")]
    own.clauses[0]["en"]["text"] = "Mine."
    own.save()
    assert [pair["key"] for pair in templates.missing(own)] == ["data", "liability"]
    owner = logged_in(world.business.owner)
    page = reverse("dashboard:template", args=[own.pk])
    assert "Data protection, Liability" in " ".join(owner.get(page).content.decode().split())
    owner.post(reverse("dashboard:template_complete", args=[own.pk]))
    own.refresh_from_db()
    assert [pair["key"] for pair in own.clauses] == list(library.BUILT_IN[TextKind.MONTHLY])
    assert own.clauses[0]["en"]["text"] == "Mine."
    assert "Add these clauses" not in owner.get(page).content.decode()


def test_a_template_cannot_be_saved_over_a_newer_version(world: World) -> None:
    own = template(world, Fee="{{fee}}")
    newer = template(world, Fee="It is {{fee}}").clauses
    templates.change(template=own, name="Newer", clauses=newer, confirmed=set(), version=1)
    with pytest.raises(NotOpen, match="in another tab"):
        templates.change(
            template=own, name="Older", clauses=own.clauses, confirmed=set(), version=1
        )
    own.refresh_from_db()
    assert (own.name, own.clauses[0]["en"]["text"]) == ("Newer", "It is {{fee}}")


def test_a_sent_proposal_keeps_the_text_it_was_sent_with(world: World) -> None:
    own = template(world, Fee="The fee is {{fee}}.")
    proposal = world.proposal(template=own)
    changed = template(world, Fee="The fee is {{fee}}, and a dog.").clauses
    templates.change(template=own, name="Mine", clauses=changed, confirmed=set(), version=1)
    agreement: Agreement = world.picked(proposal)
    assert clauses.clauses(agreement)[0]["body"] == "The fee is $3,000."
    assert agreement.document
    assert store.read(agreement.document).startswith(b"%PDF")


def test_a_text_that_does_not_fit_the_interval_is_refused(world: World) -> None:
    with pytest.raises(BadWording):
        world.proposal(send=False, kind=TextKind.ONCE)
    with pytest.raises(BadTrial):
        world.proposal(send=False, kind=TextKind.ONCE, interval=Interval.ONCE)
    assert world.proposal(kind=TextKind.ONCE, **ONCE).text_kind == TextKind.ONCE


def test_placeholders_inside_a_value_are_printed_and_not_filled(world: World) -> None:
    client = world.client(legal_name="{{fee}} {% load x %} <img src=http://x.example>")
    agreement = world.picked(world.proposal(client))
    first = clauses.clauses(agreement)[0]["body"]
    assert "{{fee}} {% load x %} <img src=http://x.example>" in first


@given(
    st.text(alphabet="ab{} \n-", max_size=60),
    st.dictionaries(st.text("ab", max_size=2), st.text("{}ab- ", max_size=5)),
)
def test_placeholders_are_filled_in_one_pass_over_any_text(
    text: str, values: dict[str, str]
) -> None:
    full = {name: values.get(name, "?") for name in placeholders.names(text)}
    filled = placeholders.fill(text, full)
    if not placeholders.names(text):
        assert filled.split() == text.split()
    for block in placeholders.blocks(filled):
        assert block["text"] or block["items"]


@pytest.mark.parametrize(
    ("number", "english", "thai"),
    [
        (0, "zero", "ศูนย์"),
        (11, "eleven", "สิบเอ็ด"),
        (21, "twenty-one", "ยี่สิบเอ็ด"),
        (101, "one hundred one", "หนึ่งร้อยเอ็ด"),
        (120, "one hundred twenty", "หนึ่งร้อยยี่สิบ"),
        (3_000, "three thousand", "สามพัน"),
        (
            123_456,
            "one hundred twenty-three thousand four hundred fifty-six",
            "หนึ่งแสนสองหมื่นสามพันสี่ร้อยห้าสิบหก",
        ),
        (1_000_001, "one million one", "หนึ่งล้านเอ็ด"),
        (21_000_000, "twenty-one million", "ยี่สิบเอ็ดล้าน"),
    ],
)
def test_numbers_in_words(number: int, english: str, thai: str) -> None:
    assert (in_words.english(number), in_words.thai(number)) == (english, thai)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_two_numbers_never_have_the_same_words(first: int, second: int) -> None:
    if first != second:
        assert in_words.english(first) != in_words.english(second)
        assert in_words.thai(first) != in_words.thai(second)


def test_every_variable_has_a_value_and_a_meaning(world: World) -> None:
    tier, terms = sample.tier_and_terms(
        world.business, TextKind.MONTHLY, today=date(2026, 11, 2), language="en", is_bilingual=False
    )
    values = variables.values(tier, terms)
    assert set(variables.meanings()) == {name for name in values if not name.startswith("service_")}
