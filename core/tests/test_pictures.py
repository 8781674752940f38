"""An uploaded picture is redrawn, kept by its hash, and shown only while its bytes are the same."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from core.documents import pictures
from core.tests.test_logos import huge, picture

ORIENTATION, TURNED = 0x0112, 6  # of a phone that was held upright


def upload(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("holiday.jpg", body, "image/jpeg")


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_redrawn_smaller_without_hidden_content(kind: str) -> None:
    drawn = pictures.redrawn(upload(picture(kind, 2800, 700) + b"<script>alert(1)</script>"))
    assert b"script" not in drawn.content
    assert (drawn.width, drawn.height) == (pictures.MAX_SIDE, pictures.MAX_SIDE // 4)
    with Image.open(io.BytesIO(drawn.content)) as image:
        assert (image.format, image.size) == ("WEBP", (drawn.width, drawn.height))


def test_a_picture_of_a_phone_stands_upright_and_says_nothing_of_where_it_was_taken() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[ORIENTATION] = TURNED
    Image.new("RGB", (40, 20), "teal").save(out, "JPEG", exif=exif)
    drawn = pictures.redrawn(upload(out.getvalue()))
    assert (drawn.width, drawn.height) == (20, 40)
    with Image.open(io.BytesIO(drawn.content)) as image:
        assert not image.getexif()


def test_a_face_becomes_a_small_square() -> None:
    drawn = pictures.redrawn(upload(picture("JPEG", 900, 300)), face=True)
    assert (drawn.width, drawn.height) == (pictures.FACE_SIDE, pictures.FACE_SIDE)
    assert len(drawn.content) < 20_000


def test_a_picture_of_40_mb_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match="10 MB large at most"):
        pictures.redrawn(upload(picture("JPEG") + bytes(40 * 1024 * 1024)))


@pytest.mark.parametrize(
    "body",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", picture("GIF"), huge()],
    ids=["empty", "svg", "html", "another kind", "a bomb"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_file_that_is_no_acceptable_picture_is_refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        pictures.redrawn(upload(body))


def test_a_picture_is_kept_once_and_shown_only_unchanged(media: Path) -> None:
    drawn = pictures.redrawn(upload(picture("PNG")))
    name = pictures.keep(drawn)
    assert pictures.keep(drawn) == name
    assert [path.name for path in (media / "pictures").iterdir()] == [Path(name).name]
    answer = pictures.picture_response(name)
    assert answer.content == drawn.content
    assert answer["X-Content-Type-Options"] == "nosniff"
    (media / name).write_bytes(b"another picture")
    with pytest.raises(Http404):
        pictures.picture_response(name)


@pytest.mark.parametrize(
    "name", ["", "pictures/../secret", "logos/a.png", f"pictures/{'0' * 64}.webp"]
)
def test_no_other_file_is_shown(media: Path, name: str) -> None:
    (media / "secret").write_text("no")
    with pytest.raises(Http404):
        pictures.picture_response(name)
