"""A link that was sent by email can be used once, however many people use it at the same moment."""

from functools import partial

from core import links
from core.models import Link
from core.models.link import LinkPurpose
from tests.at_once import at_once
from tests.world import NOW, World


def test_a_link_used_twenty_times_at_once_admits_one_person(studio: World) -> None:
    contact = studio.person(studio.client())
    link = links.mint(purpose=LinkPurpose.PORTAL, subject_id=contact.pk, now=NOW)
    admitted = at_once(*[partial(links.consume, link, now=NOW)] * 20)
    assert sorted(admitted) == [False] * 19 + [True]
    assert Link.objects.get(pk=link.pk).used_at == NOW
