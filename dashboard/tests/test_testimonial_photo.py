"""The photo beside a testimonial: what was sent keeps it, and only its people see it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from clients import models
from core.documents import pictures
from tests.browsers import logged_in
from tests.test_tenancy import inside
from tests.world import World

pytestmark = pytest.mark.rendering
SAID = {"author": "Jonas", "role": "Owner", "quote": "Bookings doubled."}


def photo(colour: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, "JPEG")
    return SimpleUploadedFile("me.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_a_sent_proposal_keeps_the_photo_that_it_was_sent_with(world: World) -> None:
    owner, now = logged_in(world.business.owner), timezone.now()
    owner.post(reverse("dashboard:testimonials"), SAID | {"photo": photo("teal")})
    said = models.Testimonial.objects.get()
    first = pictures.picture_response(said.photo).content
    sent = world.proposal(now=now, testimonials=[said], starts_on=now.date())
    edit = reverse("dashboard:testimonial", args=[said.pk])
    owner.post(edit, SAID | {"photo": photo("red")})
    said.refresh_from_db()
    assert pictures.picture_response(said.photo).content != first
    client = inside(sent.contact)
    address = reverse("portal:proposal_face", args=[sent.pk, said.pk])
    page = client.get(reverse("portal:proposal", args=[sent.pk])).content.decode()
    assert f'src="{address}"' in page
    assert client.get(address).content == first
    owner.post(edit, SAID | {"removes_photo": "on"})
    said.refresh_from_db()
    assert said.photo == ""
    assert client.get(address).content == first


def test_a_testimonial_without_a_photo_shows_initials(world: World) -> None:
    now = timezone.now()
    logged_in(world.business.owner).post(reverse("dashboard:testimonials"), SAID)
    said = models.Testimonial.objects.get()
    sent = world.proposal(now=now, testimonials=[said], starts_on=now.date())
    client = inside(sent.contact)
    page = client.get(reverse("portal:proposal", args=[sent.pk])).content.decode()
    assert 'class="rh-avatar" aria-hidden="true">J<' in page
    face = reverse("portal:proposal_face", args=[sent.pk, said.pk])
    assert client.get(face).status_code == 404


def test_a_file_that_is_no_photo_is_refused_at_its_field(world: World) -> None:
    wrong = SimpleUploadedFile("me.svg", b"<svg/>")
    url = reverse("dashboard:testimonials")
    answer = logged_in(world.business.owner).post(url, SAID | {"photo": wrong})
    assert answer.status_code == 422
    assert "Please choose a PNG, JPEG or WebP picture." in answer.content.decode()
    assert not models.Testimonial.objects.exists()
