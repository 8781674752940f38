"""Draws the icon of a business: its logo, or its first letter on its colour."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from core import formats
from core.documents import glyphs
from core.models import Business

#: The icons: name in the address, side in pixels, and whether the system cuts its own shape of it.
ICONS: dict[str, tuple[int, bool]] = {
    "icon-192": (192, False),
    "icon-512": (512, False),
    "maskable-192": (192, True),
    "maskable-512": (512, True),
    "apple-180": (180, True),
}
LETTER, CUT_LETTER = 0.72, 0.56  # height of the letter, as a part of the side
LOGO, CUT_LOGO = 0.80, 0.56  # side of the square in which the logo fits
WIDE = 2.5  # a logo this many times wider than high, or higher than wide, is only a line there
CORNER = 0.22  # radius of the corners


def icon(business: Business, name: str) -> bytes:
    """The icon of this name as a PNG. Raises KeyError if there is no such icon."""
    side, is_cut = ICONS[name]
    if business.logo:
        with business.logo.open("rb") as file:
            logo = file.read()
        if _fits(logo):
            return _of_logo(logo, side, is_cut)
    return _of_letter(_letter(business.name), business.accent_colour, side, is_cut)


@lru_cache(maxsize=16)  # the key is the whole logo
def _fits(logo: bytes) -> bool:
    """Whether a logo can be recognised in a square."""
    with Image.open(io.BytesIO(logo)) as opened:
        return max(opened.size) < WIDE * min(opened.size)


def _letter(name: str) -> str:
    """The first letter or digit of a name; "" if there is none, or the font does not have it."""
    first = formats.initials(name)[:1]
    return "" if glyphs.missing_glyphs(first) else first


@lru_cache(maxsize=256)
def _of_letter(letter: str, colour: str, side: int, is_cut: bool) -> bytes:
    picture = _ground(colour, side, is_cut)
    draw, middle = ImageDraw.Draw(picture), side / 2
    if letter:
        size = round(side * (CUT_LETTER if is_cut else LETTER))
        font = ImageFont.truetype(glyphs.FONTS / glyphs.FILES[-1], size)
        left, top, right, bottom = draw.textbbox((0, 0), letter, font=font)
        at = (middle - (left + right) / 2, middle - (top + bottom) / 2)
        draw.text(at, letter, font=font, fill="#ffffff")
    else:  # a ring, for names in other scripts
        radius = side * 0.2
        box = (middle - radius, middle - radius, middle + radius, middle + radius)
        draw.ellipse(box, outline="#ffffff", width=round(side * 0.07))
    return _png(picture)


@lru_cache(maxsize=16)  # the key is the whole logo
def _of_logo(logo: bytes, side: int, is_cut: bool) -> bytes:
    picture = _ground("#ffffff", side, is_cut)
    with Image.open(io.BytesIO(logo)) as opened:
        drawn = opened.convert("RGBA")
    room = round(side * (CUT_LOGO if is_cut else LOGO))
    scale = min(room / drawn.width, room / drawn.height)
    size = (max(1, round(drawn.width * scale)), max(1, round(drawn.height * scale)))
    drawn = drawn.resize(size, Image.Resampling.LANCZOS)
    picture.alpha_composite(drawn, ((side - size[0]) // 2, (side - size[1]) // 2))
    return _png(picture)


def _ground(colour: str, side: int, is_cut: bool) -> Image.Image:
    """The square, or one with round corners where no system cuts them."""
    if is_cut:
        return Image.new("RGBA", (side, side), colour)
    large = Image.new("L", (side * 4, side * 4), 0)  # drawn large, for smooth corners
    box = (0, 0, side * 4 - 1, side * 4 - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, round(side * 4 * CORNER), fill=255)
    picture = Image.new("RGBA", (side, side), colour)
    picture.putalpha(large.resize((side, side), Image.Resampling.LANCZOS))
    return picture


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
