"""Logos: taken in as a picture that we draw anew, given out as nothing but a picture (docs/trust.md)."""

import io

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.models import Business

LARGEST = 2 * 1024 * 1024  # bytes
MOST_PIXELS = 16_000_000
SIDE = 512  # pixels


def redrawn(upload: UploadedFile) -> ContentFile:
    """The picture as a fresh PNG: whatever else was in the file is gone. Raises ValidationError."""
    if not upload.size or upload.size > LARGEST:
        raise ValidationError(_("A logo may be 2 MB large at most."))
    try:
        picture = Image.open(upload)
        if (
            picture.format not in ("PNG", "JPEG", "WEBP")
            or picture.width * picture.height > MOST_PIXELS
        ):
            raise ValidationError(_("A logo is a PNG, JPEG or WebP picture."))
        picture.thumbnail((SIDE, SIDE))
        out = io.BytesIO()
        picture.convert("RGBA").save(out, "PNG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("A logo is a PNG, JPEG or WebP picture.")) from None
    return ContentFile(out.getvalue(), name="logo.png")


def logo_response(business: Business) -> HttpResponse:
    """The logo's bytes; 404 where there is none."""
    if not business.logo:
        raise Http404
    with business.logo.open("rb") as file:
        response = HttpResponse(file.read(), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    return response
