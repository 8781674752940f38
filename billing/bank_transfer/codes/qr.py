"""Draws QR codes as inline SVG.

The SVG has no style, script or data URI, so that pages with a strict content security policy and
PDFs can show it.
"""

from html import escape
from itertools import groupby

import segno

QUIET_ZONE = 4  # width of the white border that readers need, in modules


def draw_svg(payload: str, *, title: str, size: str = "") -> str:
    """Draw `payload` as a QR code; `title` is its text for screen readers.

    `size` is a width such as "32mm"; with "" the size is left to CSS. Error correction level M, as
    EPC069-12 requires; text outside ASCII is encoded as UTF-8. The colours are fixed, so that the
    code is black on white on a dark page, too.
    """
    # Without a mode, segno encodes some texts as Shift JIS.
    mode = None if payload.isascii() else "byte"
    code = segno.make(
        payload, error="m", boost_error=False, micro=False, mode=mode, encoding="utf-8"
    )
    width = code.symbol_size(border=QUIET_ZONE)[0]
    box = f' width="{escape(size)}" height="{escape(size)}"' if size else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}"{box} role="img"'
        f' class="qr" shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{width}" fill="#fff"/>'
        f'<path fill="#000" d="{_dark_modules(code)}"/></svg>'
    )


def _dark_modules(code: segno.QRCode) -> str:
    """Return an SVG path with one rectangle for each horizontal run of dark modules."""
    path = []
    for y, row in enumerate(code.matrix):
        for dark, run in groupby(enumerate(row), key=lambda module: module[1]):
            places = [x for x, _module in run]
            if dark:
                path.append(
                    f"M{places[0] + QUIET_ZONE} {y + QUIET_ZONE}h{len(places)}v1h-{len(places)}z"
                )
    return "".join(path)
