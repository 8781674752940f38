"""The certificate of one signer fits on one page, and tells where anyone can check the file."""

import subprocess

import pytest
from django.conf import settings

from agreements.models import Agreement
from agreements.signing import agreement_pdf, devices, sign
from core import audit, links
from core.audit import Origin
from tests.world import NOW, World

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
PHONE, DESK = Origin("2001:db8:85a3::8a2e:370:7334", IPHONE), Origin("203.0.113.9", WINDOWS)
BEFORE = ("offered", "offer_opened", "tier_seen", "tier_seen", "tier_seen", "asked", "answered")


def signed_on_a_phone(world: World) -> Agreement:
    """An agreement whose whole sale was recorded, from the offer to the signature."""
    proposal = world.proposal()
    for event in BEFORE:
        audit.record(
            business=world.business,
            chain_id=proposal.pk,
            event=event,
            actor="Ploy Srisuk <ploy@baan.example>",
            now=NOW,
            origin=DESK if event == "answered" else PHONE,
        )
    agreement = world.picked(proposal)
    contact = agreement.contact
    sign.record_opened(paper=agreement, contact=contact, now=NOW, origin=PHONE)
    begun = sign.request_code(
        paper=agreement, contact=contact, name="Ploy", consented=True, now=NOW, origin=PHONE
    )
    code = links.code(begun.code_row)
    sign.sign_with_code(paper=agreement, contact=contact, code=code, now=NOW, origin=PHONE)
    return agreement


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True)
    return done.stdout.decode().split("\f")[:-1]


@pytest.mark.rendering
@pytest.mark.whole_documents
@pytest.mark.parametrize("language", ["en", "th"])
def test_the_certificate_of_one_signer_is_one_page_that_names_devices_and_where_to_check(
    world: World, language: str
) -> None:
    agreement = signed_on_a_phone(world)
    agreement.language = language
    *_before, page = pages_of(agreement_pdf.signed_pdf(agreement))
    assert agreement.terms_hash in page
    assert f"{settings.SITE_URL}/verify/" in page
    assert page.count("iPhone · Safari (1)") > 5
    assert page.count("Windows · Edge (2)") == 1
    for text in (IPHONE, WINDOWS):
        assert "".join(page.split()).count("".join(text.split())) == 1  # in full, and once


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (IPHONE, "iPhone · Safari"),
        (WINDOWS, "Windows · Edge"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Android · Chrome"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Safari/537.36 Line/15.1", "Android · LINE"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_device_has_a_short_name(user_agent: str, name: str) -> None:
    assert devices.short_name(user_agent) == name
