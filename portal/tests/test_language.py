"""A page is in the language of its document or its client, unless the reader chose another."""

import pytest
from django.urls import reverse

from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.mark.parametrize(("client", "document"), [("en", "th"), ("th", "en")])
def test_a_proposal_is_shown_in_its_own_language_and_other_pages_in_the_clients(
    world: World, client: str, document: str
) -> None:
    offer = world.proposal(world.client(language=client), language=document)
    browser = inside(offer.contact)
    home, page = reverse("portal:home"), reverse("portal:proposal", args=[offer.pk])
    for url, language in ((home, client), (page, document), (home, client)):
        assert f'<html lang="{language}"' in browser.get(url).content.decode(), url


def test_a_language_that_the_reader_chose_stays(world: World) -> None:
    offer = world.proposal(world.client(language="en"), language="th")
    browser = inside(offer.contact)
    page = reverse("portal:proposal", args=[offer.pk])
    browser.get(page)
    browser.post(reverse("set_language"), {"language": "en", "next": page})
    for url in (page, reverse("portal:home")):
        assert '<html lang="en"' in browser.get(url).content.decode()
