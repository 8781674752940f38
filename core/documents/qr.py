"""Draws QR codes: as SVG for pages and PDFs, as a table for emails, as a picture to be saved.

The SVG has no style, script or data URI, so that pages with a strict content security policy and
PDFs can show it. Mail programs show neither SVG nor, unasked, pictures; a table they show.
"""

import io
from collections.abc import Iterable
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
    code = _code(payload)
    width = code.symbol_size(border=QUIET_ZONE)[0]
    box = f' width="{escape(size)}" height="{escape(size)}"' if size else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}"{box} role="img"'
        f' class="qr" shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{width}" fill="#fff"/>'
        f'<path fill="#000" d="{_dark_modules(code)}"/></svg>'
    )


def draw_png(payload: str, *, least: int = 600) -> bytes:
    """Draw `payload` as a PNG of at least `least` pixels a side, to be saved on a phone."""
    code, out = _code(payload), io.BytesIO()
    scale = -(-least // code.symbol_size(border=QUIET_ZONE)[0])
    code.save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()


def draw_table(payload: str, *, title: str, module: int = 4) -> str:
    """Draw `payload` as a table of black and white cells, each `module` pixels wide.

    `title` is said by screen readers, and shown where the cells are not.
    """
    code = _code(payload)
    border = QUIET_ZONE * module
    width = len(code.matrix) * module
    head = f"<tr>{f'<td width={module} height=0></td>' * (width // module)}</tr>"
    rows = "".join(f"<tr height={module}>{_cells(row)}</tr>" for row in code.matrix)
    return (
        f'<table role="img" aria-label="{escape(title)}" cellspacing="0" cellpadding="0" border="0"'
        f' bgcolor="#ffffff" width="{width + 2 * border}" style="border:{border}px solid #ffffff;'
        f'border-collapse:separate;table-layout:fixed;line-height:0;font-size:0">{head}{rows}</table>'
    )


def _cells(row: Iterable[int]) -> str:
    """Return one cell for each run of dark or light modules."""
    cells = []
    for dark, run in groupby(row):
        length = sum(1 for _module in run)
        colour = "000000" if dark else "ffffff"
        cells.append(f'<td colspan={length} bgcolor="#{colour}"></td>')
    return "".join(cells)


def _code(payload: str) -> segno.QRCode:
    # Without a mode, segno encodes some texts as Shift JIS.
    mode = None if payload.isascii() else "byte"
    return segno.make(
        payload, error="m", boost_error=False, micro=False, mode=mode, encoding="utf-8"
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
