"""Accepts uploaded logos, which are redrawn as PNG files, and serves them (docs/trust.md)."""

import io
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core import links
from core.digest import digest
from core.models import Business

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 16_000_000
MAX_SIDE = 512  # pixels of the redrawn logo
EMAIL_HEIGHT, EMAIL_WIDTH = 64, 320  # pixels at most in an email, for screens of double density
KEPT = 7 * 24 * 3600  # seconds for which mail programs and their proxies keep it


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
        return _png(file.read())


def email_address(business: Business | None) -> str:
    """The address of the logo for an email, which opens without signing in; "" if there is none.

    Another logo has another address, because mail programs keep pictures for long.
    """
    if business is None or not business.logo:
        return ""
    token = token_of(business)
    return f"{links.absolute_url('portal:email_logo', token)}?v={digest(business.logo.name)[:8]}"


def token_of(business: Business) -> str:
    """What names a business in a public address of its logo or icon; nobody can guess it."""
    return Signer(salt="rh.logo").sign(business.pk.hex)


def business_of(token: str) -> Business | None:
    """The business that a token names; None if it is forged or the business is gone."""
    try:
        pk = UUID(hex=Signer(salt="rh.logo").unsign(token))
    except (BadSignature, ValueError):
        return None
    return Business.objects.filter(pk=pk).first()


def email_response(token: str) -> HttpResponse:
    """The logo of an address in an email, in a size for emails.

    Raises Http404 if the address is forged, or the business has no logo any more.
    """
    business = business_of(token)
    if business is None or not business.logo:
        raise Http404
    with business.logo.open("rb") as file, Image.open(file) as picture:
        small = picture.convert("RGBA")
        small.thumbnail((EMAIL_WIDTH, EMAIL_HEIGHT))
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
    response = _png(out.getvalue())
    response["Cache-Control"] = f"public, max-age={KEPT}"
    return response


def _png(picture: bytes) -> HttpResponse:
    response = HttpResponse(picture, content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    return response
