"""Whoever answers about more hours reads what happens next."""

import pytest
from django.urls import reverse
from django.utils import timezone

from delivery.hours import overage
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("yes", "Your next invoice includes only what is used, at most $300 before tax"),
        ("no", "Nothing"),
    ],
)
def test_the_answer_says_what_happens_next(world: World, answer: str, said: str) -> None:
    now = timezone.now()
    invoice = world.billed(now=now, starts_on=now.date())
    assert invoice.period
    row = overage.request_approval(
        period=invoice.period, minutes=120, rate=150_00, note="", actor="Nan", now=now
    )
    page = inside(invoice.addressee).post(
        reverse("portal:overage", args=[row.pk]), {"answer": answer}, follow=True
    )
    assert said in " ".join(page.text.split())
