"""The reason for a tier reads as a sentence, however it was typed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import OutboxEmail
from core.outbox import emails
from portal.tests.test_proposal_pdf import download, text_of
from tests.test_tenancy import inside
from tests.world import LADDER, World

pytestmark = [pytest.mark.rendering, pytest.mark.whole_documents]
TYPED = "you want an audience that answers."


def test_a_reason_begins_with_a_capital_letter_where_it_stands_alone(world: World) -> None:
    now = timezone.now()
    proposal = world.proposal(
        now=now,
        starts_on=now.date(),
        tiers=LADDER,
        recommended_because=TYPED,
        intro="I recommend {{tier}} because {{because}}\n\n{{me}}",
    )
    page = inside(proposal.contact).get(reverse("portal:proposal", args=[proposal.pk])).text
    assert "You want an audience that answers." in page
    assert f"because {TYPED}" in page, "inside a sentence it goes on in small letters"
    pdf = text_of(download(inside(proposal.contact), proposal))
    assert "You want an audience that answers." in pdf
    emails.send_due(now=now)
    email = OutboxEmail.objects.get(kind="proposal")
    assert f"because {TYPED}" in email.text
