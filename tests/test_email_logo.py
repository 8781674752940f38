"""Emails wear the logo of the business, and read as well without it (decision 19)."""

import io
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.signing import Signer
from django.test import Client as Browser
from PIL import Image

from core.documents import logos
from core.models import OutboxEmail
from core.outbox import emails
from tests.browsers import logged_in
from tests.world import NOW, World

IMAGE = re.compile(r'<img[^>]* src="https?://[^/]+(/[^"]+)"[^>]*>')


@pytest.fixture
def folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def wear(world: World, colour: str = "teal", size: tuple[int, int] = (512, 300)) -> None:
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    world.business.logo.save("logo.png", ContentFile(out.getvalue()))


def write(world: World) -> OutboxEmail:
    return emails.write(
        kind="test",
        ref=str(uuid4()),
        to="ploy@baan.example",
        template="note",
        context={"subject": "S", "paragraphs": ["P"]},
        language="en",
        business=world.business,
        now=NOW,
    )


def test_an_email_wears_the_logo_and_its_name_is_text(world: World, folder: None) -> None:
    assert "<img" not in write(world).html, "without a logo it is the initial"
    wear(world)
    html = write(world).html
    (address,) = IMAGE.findall(html)
    assert world.business.name in re.sub(r"<[^>]+>", "", html) and 'alt=""' in html
    answer = Browser().get(address)  # whoever reads the email, without signing in
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.height) == ("PNG", logos.EMAIL_HEIGHT)
        assert picture.width <= logos.EMAIL_WIDTH
    assert len(answer.content) < 50_000 and not answer.cookies
    assert "public" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"


def test_the_address_of_a_logo_opens_that_logo_alone(world: World, folder: None) -> None:
    wear(world)
    (old,) = IMAGE.findall(write(world).html)
    token = Signer(salt="rh.logo").sign(world.business.pk.hex)
    assert f"/{token}" in old
    for forged in (token[:-1] + "x", world.business.pk.hex, uuid4().hex):
        assert Browser().get(f"/p/mark/{forged}.png").status_code == 404
    wear(world, "navy")
    (new,) = IMAGE.findall(write(world).html)
    assert new != old, "another address, so that no mail program shows the former one"
    world.business.logo.delete()
    assert Browser().get(new).status_code == 404


def test_a_wide_logo_is_made_narrower_and_a_frame_may_show_it(world: World, folder: None) -> None:
    wear(world, size=(512, 20))
    row = write(world)
    (address,) = IMAGE.findall(row.html)
    with Image.open(io.BytesIO(Browser().get(address).content)) as picture:
        assert picture.width <= logos.EMAIL_WIDTH
    browser = logged_in(world.business.owner)
    frame = browser.get(f"/letters/{row.pk}/html/")
    assert address in frame.text and "img-src" in frame.headers["Content-Security-Policy"]
