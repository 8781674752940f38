"""A link by email opens once, for one person, whoever and how many press at the same moment."""

from functools import partial

from core import links
from core.models import Link
from core.models.link import LinkPurpose
from tests.at_once import at_once
from tests.world import NOW, World


def test_of_twenty_who_use_a_link_at_once_one_enters(studio: World) -> None:
    contact = studio.person(studio.client())
    link = links.mint(purpose=LinkPurpose.PORTAL, subject_id=contact.pk, now=NOW)
    opened = at_once(*[partial(links.consume, link, now=NOW)] * 20)
    assert sorted(opened) == [False] * 19 + [True]
    assert Link.objects.get(pk=link.pk).used_at == NOW
