"""An uploaded logo is redrawn: nothing else that was in the file remains."""

import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.documents.logos import MAX_BYTES, MAX_SIDE, redrawn


def picture(kind: str, width: int = 900, height: int = 300) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


def huge() -> bytes:
    """A PNG of a hundred bytes whose header claims 60,000 by 60,000 pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def upload(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", body, "image/png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_redrawn_as_a_small_png_without_hidden_content(kind: str) -> None:
    logo = redrawn(upload(picture(kind) + b"<script>alert(1)</script>")).read()
    assert b"script" not in logo
    with Image.open(io.BytesIO(logo)) as image:
        assert (image.format, max(image.size)) == ("PNG", MAX_SIDE)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        picture("GIF"),
        huge(),
        b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES),
    ],
    ids=["empty", "svg", "html", "another kind", "a bomb", "too large"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_file_that_is_no_acceptable_picture_is_refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        redrawn(upload(body))
