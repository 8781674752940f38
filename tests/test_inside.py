"""The freelancer's private data never reaches the client: no page, email or document (rule 37)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agreements.models import Agreement
from clients import fit_check, objections, pipeline
from clients.calls import call_notes
from clients.models import Client
from clients.models.client import STAGES, Lost
from clients.rules.pipeline import Stage
from core.models import ApiKey, Business, OutboxEmail
from core.outbox import emails
from delivery.models import EarlyWarning
from delivery.renewing import renewal_outlook
from delivery.rules.renewal_risk import Reason, Why
from tests.test_tenancy import CLASSES, address, inside, rows_of
from tests.world import World, lasting

pytestmark = pytest.mark.rendering

NOTES, WORDS, GUESS = (
    "Hesitates-about-us",
    "Maybe-in-a-year",
    7_654_321,
)  # found nowhere else in the texts
CHANGE, KEY = "Shift-hours-to-them", "Key-of-my-script"
BUDGET, STEP, SAID, REPLY = (
    "About-four-thousand",
    "Ring-their-boss",
    "Too-dear-they-say",
    "Nothing-costs-more",
)
RISKS = [Reason(why, points, 2, 3) for why in Why for points in (1, 2)]


@pytest.fixture(scope="module")
def standing(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[dict[str, Any]]:
    """A client with one of everything, and the freelancer's private notes; made once per module."""
    with lasting(django_db_blocker, folder := tmp_path_factory.mktemp("installation")):
        yield thought_about(World()) | {"folder": folder}


@pytest.fixture
def rows(standing: dict[str, Any], db: None, settings: Any) -> dict[str, Any]:
    settings.RH_VAR_DIR, settings.MEDIA_ROOT = standing["folder"], standing["folder"] / "media"
    return standing


def thought_about(world: World) -> dict[str, Any]:
    """Return one row of everything, with the freelancer's private notes about the client stored."""
    found = rows_of(world)
    client, now = found["client"], timezone.now()
    Client.objects.filter(pk=client.pk).update(
        notes=NOTES, expected_amount=GUESS * 100, expected_currency="USD"
    )
    Client.objects.filter(pk=client.pk).update(state=Stage.LEAD)
    client.refresh_from_db()
    pipeline.put(
        client=client, to=Stage.LOST, because=Lost.VALUE, words=WORDS, actor="Nan", now=now
    )
    talked = {"needs": "", "goals": "", "kpis": [], "load": "", "extras": "", "next_on": None}
    talked |= {"budget": BUDGET, "outcome": "later", "next_step": STEP}
    call_notes.write(call=found["call"], typed=talked, revision=0, now=now)
    fit_check.answer(client=client, answers={"recurs": "no"}, now=now)
    objections.answer_in_own_words(objection=found["objection"], own=REPLY, words=SAID, now=now)
    EarlyWarning.objects.update(change=CHANGE)
    ApiKey.objects.update(name=KEY)
    Business.objects.filter(pk=client.business_id).update(floor_rate=98_765_00)
    return found | {
        "open": world.proposal(client, now=now, starts_on=now.date() + timedelta(days=9))
    }


def secrets() -> list[str]:
    """Return the private texts as they would appear on a page, in a URL or in an email."""
    stages = [
        str(label)
        for value, label in STAGES
        if value in (Stage.LEAD, Stage.CALL_BOOKED, Stage.LOST)
    ]
    own = [
        NOTES,
        WORDS,
        BUDGET,
        STEP,
        SAID,
        REPLY,
        CHANGE,
        KEY,
        "Project work",
        "Fit check",
        "Renewal risk",
        "At risk",
    ]
    own += [renewal_outlook.reason_sentence(one) for one in RISKS] + [
        renewal_outlook.next_step(one) for one in RISKS
    ]
    return [
        *own,
        str(GUESS),
        f"{GUESS:,}",
        "98,765",
        str(Lost.VALUE.label),
        *(f">{one}<" for one in stages),
    ]


def leaks(text: str) -> list[str]:
    return [secret for secret in secrets() if secret in text]


def test_no_portal_page_shows_private_data_of_the_freelancer(rows: dict[str, Any]) -> None:
    browser = inside(rows["contact"])
    seen = 0
    for name, kind in CLASSES.items():
        if name.startswith("portal:") and kind != "public":
            answer = browser.get(address(name, kind, rows), follow=True)
            text = b"".join(answer) if answer.streaming else answer.content
            assert not leaks(text.decode("utf-8", "replace")), name
            seen += answer.status_code == 200
    assert seen > 10
    page = browser.get(address("portal:proposal", "open", rows))
    assert page.status_code == 200
    assert not leaks(page.content.decode())


def test_no_email_to_a_client_contains_private_data(rows: dict[str, Any]) -> None:
    now, sent = timezone.now(), 0
    for letter in OutboxEmail.objects.all():
        written = emails.compose(letter, now)
        if written.to != rows["client"].business.owner.email:
            assert not leaks(f"{written.subject} {written.text} {written.html}"), letter.kind
            sent += 1
    assert sent > 5


def test_no_frozen_document_contains_private_data(rows: dict[str, Any]) -> None:
    agreement = Agreement.objects.get(pk=rows["agreement"].pk)
    for frozen in (
        agreement.terms,
        agreement.tier,
        agreement.proposal.snapshot,
        rows["report"].snapshot,
    ):
        assert not leaks(str(frozen))
