"""A QR code as an inline SVG: no style, no script, no data URI, so that it stands in strict pages and in PDFs."""

from html import escape
from itertools import groupby

import segno

QUIET = 4  # modules of white around the code, which readers need


def svg(payload: str, *, title: str, size: str = "") -> str:
    """The code of a payment's text, read aloud as `title`; `size` is a width such as "32mm", "" leaves it to CSS.

    Error correction M, as EPC069-12 asks; text beyond ASCII is UTF-8. Black on white in a dark page too.
    """
    mode = (
        None if payload.isascii() else "byte"
    )  # left to itself segno takes some UTF-8 for Shift JIS
    code = segno.make(
        payload, error="m", boost_error=False, micro=False, mode=mode, encoding="utf-8"
    )
    width = code.symbol_size(border=QUIET)[0]
    box = f' width="{escape(size)}" height="{escape(size)}"' if size else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}"{box} role="img" class="qr"'
        f' shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{width}" fill="#fff"/><path fill="#000" d="{_dark(code)}"/></svg>'
    )


def _dark(code: segno.QRCode) -> str:
    """One rectangle for each run of dark modules, as an SVG path."""
    path = []
    for y, row in enumerate(code.matrix):
        for dark, run in groupby(enumerate(row), key=lambda module: module[1]):
            places = [x for x, _module in run]
            if dark:
                path.append(f"M{places[0] + QUIET} {y + QUIET}h{len(places)}v1h-{len(places)}z")
    return "".join(path)
