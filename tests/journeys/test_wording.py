"""A freelancer edits the text of their agreements, with a live preview, in two languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.contract import templates
from agreements.models import Template
from agreements.models.reusable import TextKind
from tests.journeys.test_signing import desk
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FOXES = "We also keep foxes for {{client}}. <script>alert(1)</script>"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_clause_is_written_seen_saved_and_confirmed(
    page: Page, live_server: Any, world: World, watched: Callable[[], None], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    own = templates.copy(
        business=world.business, kind=TextKind.MONTHLY, name="Cafés", now=timezone.now()
    )
    desk(page, live_server, world, f"/settings/templates/{own.pk}/")
    preview = page.get_by_role("region", name="How it reads").last
    expect(preview).to_contain_text("Example Client Ltd")
    page.get_by_text("1. Parties", exact=True).click()
    text = page.get_by_label("Text in English").first
    text.fill("We also keep {{foxes}}.")
    expect(preview).to_contain_text("there is no variable {{foxes}}")
    text.fill(FOXES)
    expect(preview).to_contain_text(
        "We also keep foxes for Example Client Ltd. <script>alert(1)</script>"
    )
    watched()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("confirm the Thai side")).to_be_visible()
    page.get_by_label("Both languages say the same").first.check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("confirm the Thai side")).to_have_count(0)
    watched()
    saved = Template.objects.get()
    assert (saved.waits, saved.version, saved.clauses[0]["en"]["text"]) == (0, 3, FOXES)
