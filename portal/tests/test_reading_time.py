"""How long each part of a proposal was in sight: told to its freelancer, and not inflated."""

from datetime import timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from agreements.models import Proposal, SectionReading
from agreements.proposals import lifecycle
from agreements.proposals.page import reading_time
from clients import portal_links
from core import links
from tests.browsers import logged_in
from tests.world import World


def inside(world: World, proposal: Proposal) -> Browser:
    browser = Browser()
    link = portal_links.portal_link(contact=proposal.contact, now=timezone.now())
    browser.post(reverse("portal:enter", args=[links.token(link.pk)]))
    return browser


def desk(world: World) -> Browser:
    return logged_in(world.business.owner)


def test_the_desk_says_how_long_each_part_was_read(world: World) -> None:
    proposal = world.proposal(now=timezone.now())
    growth = str(lifecycle.tiers_of(proposal)[1].pk)
    browser, told = inside(world, proposal), reverse("portal:proposal_read", args=[proposal.pk])
    page = browser.get(reverse("portal:proposal", args=[proposal.pk])).text
    assert told in page and "for how long" in page, "the client is told"
    for seconds in ({growth: "60", "terms": "30"}, {growth: "40"}):
        assert browser.post(told, seconds).status_code == 204
    shown = desk(world).get(reverse("dashboard:proposal", args=[proposal.pk])).text
    assert "Ploy" in shown and "2 min 10 s" in shown
    assert "Growth 1 min 40 s" in shown and "Terms 30 s" in shown


def test_forged_values_are_capped_and_unknown_parts_left_out(world: World) -> None:
    proposal, other = (world.proposal(world.client(n), now=timezone.now()) for n in "AB")
    theirs = str(lifecycle.tiers_of(other)[0].pk)
    sent: dict[str, Any] = {"terms": "999999", "faq": "-5", "x": "9", theirs: "20", "cover": "3"}
    told = reverse("portal:proposal_read", args=[proposal.pk])
    browser = inside(world, proposal)
    browser.post(told, sent | {"next": "many"})
    assert [(row.section, row.seconds) for row in SectionReading.objects.all()] == [
        ("terms", reading_time.MOST_AT_ONCE)
    ]
    for _ in range(200):
        reading_time.record(
            proposal=proposal, contact=proposal.contact, seconds={"terms": 60}, now=timezone.now()
        )
    assert SectionReading.objects.get().seconds == reading_time.MOST_A_DAY
    assert browser.post(reverse("portal:proposal_read", args=[other.pk])).status_code == 404


def test_the_freelancers_own_look_and_what_is_over_count_nothing(world: World) -> None:
    proposal = world.proposal(now=timezone.now())
    preview = desk(world).get(reverse("dashboard:proposal_preview", args=[proposal.pk]))
    assert "data-read" not in preview.text
    Proposal.objects.update(state="withdrawn")
    told = reverse("portal:proposal_read", args=[proposal.pk])
    inside(world, proposal).post(told, {"terms": "30"})
    assert not SectionReading.objects.exists()


def test_days_stand_apart_and_the_newest_is_first(world: World) -> None:
    now = timezone.now()
    proposal = world.proposal(now=now)
    for day, seconds in ((now - timedelta(days=2), 10), (now, 20)):
        reading_time.record(
            proposal=proposal, contact=proposal.contact, seconds={"faq": seconds}, now=day
        )
    assert [read.seconds for read in reading_time.readings_of(proposal)] == [20, 10]
