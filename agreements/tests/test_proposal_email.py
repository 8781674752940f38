"""The email of a proposal reads as it was written, says for what the prices are, and wears the
colour of the business."""

import re
from pathlib import Path

import pytest

from agreements.models import Proposal
from agreements.proposals import after_sending
from agreements.rules.cumulative_tiers import TierDraft
from core import links
from core.models import OutboxEmail
from core.models.business import ACCENT_COLOURS, Accent
from tests.world import NOW, World

ROOT = Path(__file__).resolve().parents[2]
INTRO = "First paragraph.\nSame paragraph.\n\nSecond paragraph.\r\n\r\nNan"


def email_of(proposal: Proposal) -> OutboxEmail:
    return OutboxEmail.objects.get(kind="proposal", ref=str(proposal.pk))


def luminance(colour: str) -> float:
    """The relative luminance of "#rrggbb" (WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_each_paragraph_of_the_opening_words_is_a_paragraph_of_the_email(world: World) -> None:
    html = email_of(world.proposal(intro=INTRO)).html
    for words in ("First paragraph.<br>Same paragraph.", "Second paragraph.", "Nan"):
        assert re.search(rf"<p [^>]*>{re.escape(words)}</p>", html)


@pytest.mark.parametrize(
    ("interval", "price", "hours"),
    [("monthly", "/ month", "20 h each month"), ("yearly", "/ year", "20 h each year")],
)
def test_a_price_says_for_which_time_it_is_and_hours_are_named(
    world: World, interval: str, price: str, hours: str
) -> None:
    email = email_of(world.proposal(interval=interval))
    assert f"- Essential: $3,000 {price} · {hours}\n" in email.text
    assert price in email.html
    assert hours in email.html


def test_one_tier_is_neither_recommended_nor_a_choice(world: World) -> None:
    tier = TierDraft("Care", 3_000_00, 600, adds=["Content"], is_recommended=True)
    alone, several = email_of(world.proposal(tiers=[tier])), email_of(world.proposal())
    for said in (alone.text, alone.html):
        assert "recommended" not in said
        assert "choose one" not in said
    assert "Growth (recommended)" in several.text
    assert "See the tiers and choose one" in several.text


def test_the_test_email_says_that_it_is_one_and_opens_the_preview(world: World) -> None:
    draft = world.proposal(send=False)
    after_sending.send_test_email(proposal=draft, now=NOW)
    email = OutboxEmail.objects.get(kind="proposal_trial")
    preview = links.absolute_url("dashboard:proposal_preview", draft.pk)
    assert email.subject.startswith("Test")
    assert email.text.startswith("This is a test.")
    assert f'href="{preview}"' in email.html
    assert preview in email.text


def test_an_email_wears_the_colour_of_the_business(world: World) -> None:
    world.business.accent = Accent.ROSE
    world.business.save()
    html = email_of(world.proposal()).html
    assert ACCENT_COLOURS[Accent.ROSE] in html
    assert ACCENT_COLOURS[Accent.INDIGO] not in html


@pytest.mark.parametrize("accent", Accent)
def test_an_accent_is_read_on_white_and_is_the_same_on_screen_and_on_paper(accent: Accent) -> None:
    colour = ACCENT_COLOURS[accent]
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5
    screen, paper = (
        (ROOT / name).read_text() for name in ("static/rh.css", "templates/documents/document.css")
    )
    if accent == Accent.INDIGO:
        assert f"--rh-accent: {colour};" in screen
        assert f"body {{ --accent: {colour}; }}" in paper
    else:
        assert f".rh-accent-{accent} {{ --rh-accent: {colour};" in screen
        assert f"body.{accent} {{ --accent: {colour}; }}" in paper
