"""The demo's people who are not clients yet, and what earlier ones said."""

from datetime import datetime, timedelta

from clients import add, stage, testimonials
from clients.models import Testimonial
from clients.models.client import Lost
from clients.pipeline import Stage
from core.models import Business

#: Name, who decides, their email, expected fee a month in dollars, where they stand, days ago, why it was lost.
PEOPLE = (
    ("Kiri Yoga", "Anchalee Wongsa", "anchalee@kiri.example", 2_000, Stage.LEAD, 3, ""),
    ("Marlow Books", "Tessa Marlow", "tessa@marlow.example", 3_000, Stage.LEAD, 12, ""),
    ("Sathorn Dental", "Dr Wirat Chai", "wirat@sathorn.example", 5_000, Stage.CALL_BOOKED, 2, ""),
    ("Old Town Gym", "Jonas Brandt", "jonas@oldtown.example", 3_000, Stage.LOST, 30, Lost.MONEY.value),
)


def meet(business: Business, *, actor: str, now: datetime) -> None:
    """They came in over the last weeks, and some have moved on."""
    for name, contact, email, fee, reached, days, because in PEOPLE:
        came = now - timedelta(days=days + 6)
        client = add.add_client(
            business=business, name=name, contact_name=contact, contact_email=email, now=came,
            expected_amount=fee * 100, expected_currency="USD",
        )  # fmt: skip
        if reached != Stage.LEAD:
            stage.put(
                client=client, to=reached, because=because, actor=actor, now=now - timedelta(days=days),
                words="Maybe next year." if because else "",
            )  # fmt: skip


def praise(business: Business, *, now: datetime) -> Testimonial:
    """What one of them said."""
    return testimonials.keep(
        business=business,
        author="Ploy Srisuk",
        role="Managing director, Baan Coffee Roasters",
        quote="I no longer think about our channels. Every month I read one page and see what came of it.",
        now=now,
    )
