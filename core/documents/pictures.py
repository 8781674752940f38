"""Accepts uploaded pictures, which are redrawn as WebP files, keeps them by their hash and serves
them (docs/trust.md)."""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from core.storage import places

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
MAX_SIDE = 1400  # pixels of a redrawn picture
FACE_SIDE = 176  # pixels of a redrawn face
QUALITY = 80  # of WebP, from 0 to 100
FOLDER = "pictures"
NAME = re.compile(rf"{FOLDER}/([0-9a-f]{{64}})\.webp")


@dataclass(frozen=True)
class Picture:
    """A redrawn picture: its WebP bytes, and its size in pixels."""

    content: bytes
    width: int
    height: int


def redrawn(upload: "UploadedFile[Any]", *, face: bool = False) -> Picture:
    """The uploaded picture as a new WebP, upright and without anything else that was in the file.

    A `face` becomes a small square, cut from the middle.

    Raises ValidationError if the file is too large or is no PNG, JPEG or WebP picture.
    """
    if not upload.size or upload.size > MAX_BYTES:
        raise ValidationError(_("A picture may be 10 MB large at most."))
    try:
        picture = Image.open(upload)
        if picture.format not in ("PNG", "JPEG", "WEBP"):
            raise ValidationError(_("Please choose a PNG, JPEG or WebP picture."))
        if picture.width * picture.height > MAX_PIXELS:
            raise ValidationError(_("A picture may have 25 megapixels at most."))
        upright = ImageOps.exif_transpose(picture)
        if face:
            upright = ImageOps.fit(upright, (FACE_SIDE, FACE_SIDE))
        upright.thumbnail((MAX_SIDE, MAX_SIDE))
        out = io.BytesIO()
        has_alpha = "A" in upright.getbands() or "transparency" in upright.info
        upright.convert("RGBA" if has_alpha else "RGB").save(out, "WEBP", quality=QUALITY)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("Please choose a PNG, JPEG or WebP picture.")) from None
    return Picture(out.getvalue(), upright.width, upright.height)


def keep(picture: Picture) -> str:
    """Store a picture and return its name, which is the hash of its bytes.

    The same bytes are stored once. A rollback may leave a file without a row, which is harmless.
    """
    name = f"{FOLDER}/{hashlib.sha256(picture.content).hexdigest()}.webp"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(picture.content))
    return name


def kept_file(name: str) -> Path | None:
    """The file of a kept picture, for documents; None if there is none, or if its bytes changed."""
    match = NAME.fullmatch(name)
    if not match:
        return None
    try:
        path = places.media().local_copy(name)
        return path if hashlib.sha256(path.read_bytes()).hexdigest() == match[1] else None
    except FileNotFoundError:
        return None


def picture_response(name: str) -> HttpResponse:
    """A kept picture as a response. Raises Http404 if there is none, or if its bytes changed."""
    match = NAME.fullmatch(name)
    if not match:
        raise Http404
    try:
        content = places.media().read(name)
    except FileNotFoundError:
        raise Http404 from None
    if hashlib.sha256(content).hexdigest() != match[1]:
        raise Http404
    response = HttpResponse(content, content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    return response
