"""The demo's leads and lost clients, and a testimonial."""

from datetime import datetime, timedelta

from clients import client_records, fit_check, objections, pipeline, testimonials
from clients.calls import booking, call_notes
from clients.models import Client, Testimonial
from clients.models.client import Lost
from clients.rules.pipeline import Stage
from core.models import Business

FIRST_VISITS = {
    "name": "First appointments from Instagram",
    "unit": "",
    "kind": "conversion",
    "direction": "up",
    "baseline": "12",
    "target": "24",
}

#: Name, decision maker, their email, expected fee a month in dollars, stage, days since then, and
#: why the client was lost.
PEOPLE = (
    ("Kiri Yoga", "Anchalee Wongsa", "anchalee@kiri.example", 2_000, Stage.LEAD, 3, ""),
    ("Marlow Books", "Tessa Marlow", "tessa@marlow.example", 3_000, Stage.LEAD, 12, ""),
    ("Sathorn Dental", "Dr Wirat Chai", "wirat@sathorn.example", 5_000, Stage.CALL_BOOKED, 2, ""),
    (
        "Old Town Gym",
        "Jonas Brandt",
        "jonas@oldtown.example",
        3_000,
        Stage.LOST,
        30,
        Lost.MONEY.value,
    ),
)


def meet(business: Business, *, actor: str, now: datetime) -> None:
    """Add the leads of the last weeks; some of them have moved to a later stage."""
    for name, contact, email, fee, stage, days, because in PEOPLE:
        came_at = now - timedelta(days=days + 6)
        client = client_records.add_client(
            business=business,
            name=name,
            contact_name=contact,
            contact_email=email,
            now=came_at,
            expected_amount=fee * 100,
            expected_currency="USD",
        )
        if stage == Stage.CALL_BOOKED:
            talk(client, actor=actor, now=now)
        elif stage != Stage.LEAD:
            pipeline.put(
                client=client,
                to=stage,
                because=because,
                actor=actor,
                now=now - timedelta(days=days),
                words="Maybe next year." if because else "",
            )


def talk(client: Client, *, actor: str, now: datetime) -> None:
    """Add a fit check, the notes of a first call, and an objection about results."""
    fit_check.answer(
        client=client,
        now=now,
        answers={
            "recurs": "yes",
            "budget": "yes",
            "reaches": "yes",
            "worked": "no",
            "grows": "yes",
        },
    )
    people = list(client.contacts.all())
    made = booking.book(
        client=client,
        contacts=people,
        starts_at=now - timedelta(days=1),
        minutes=30,
        actor=actor,
        now=now - timedelta(days=2),
    )
    call_notes.write(
        call=made,
        revision=0,
        now=now - timedelta(days=1),
        typed={
            "needs": "Posts that calm people before a treatment, and answers to the questions that "
            "come every week.",
            "goals": "Twice as many first appointments from Instagram by summer.",
            "kpis": [FIRST_VISITS],
            "load": "30",
            "extras": "Short films with the dentist\nA page for each treatment",
            "budget": "about 5,000",
            "outcome": "options",
            "next_step": "Send three options",
            "next_on": None,
        },
    )
    heard = objections.hear(client=client, kind="results", now=now - timedelta(days=1))
    objections.answer(
        objection=heard, play="trial", words="How do we know that it brings patients?"
    )


def praise(business: Business, *, now: datetime) -> Testimonial:
    """Add a testimonial and return it."""
    return testimonials.keep(
        business=business,
        author="Ploy Srisuk",
        role="Managing director, Baan Coffee Roasters",
        quote="I no longer think about our channels. Every month I read one page and see what came "
        "of it.",
        now=now,
    )
