"""Accepts uploaded logos, which are redrawn as PNG files, and serves them (docs/trust.md)."""

import io

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.models import Business

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 16_000_000
MAX_SIDE = 512  # pixels of the redrawn logo


def redrawn(upload: UploadedFile) -> ContentFile:
    """The uploaded picture as a new PNG, without anything else that was in the file.

    Raises ValidationError if the file is too large or is no PNG, JPEG or WebP picture.
    """
    if not upload.size or upload.size > MAX_BYTES:
        raise ValidationError(_("A logo may be 2 MB large at most."))
    try:
        picture = Image.open(upload)
        if (
            picture.format not in ("PNG", "JPEG", "WEBP")
            or picture.width * picture.height > MAX_PIXELS
        ):
            raise ValidationError(_("A logo is a PNG, JPEG or WebP picture."))
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        out = io.BytesIO()
        picture.convert("RGBA").save(out, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("A logo is a PNG, JPEG or WebP picture.")) from None
    return ContentFile(out.getvalue(), name="logo.png")


def logo_response(business: Business) -> HttpResponse:
    """The logo of a business as a response. Raises Http404 if it has none."""
    if not business.logo:
        raise Http404
    with business.logo.open("rb") as file:
        response = HttpResponse(file.read(), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    return response
