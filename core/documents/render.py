"""Renders HTML templates as PDFs. No other module imports WeasyPrint.

Fonts and style sheets are read once per process.
"""

import atexit
import gc
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.documents import archive, kept
from core.documents.glyphs import FONTS, printed, thai_text_by_glyph

SHEET = Path(settings.BASE_DIR) / "templates" / "documents" / "document.css"
BASE_URL = FONTS.as_uri() + "/"
NAMED_FILES = re.compile(r'src="(file:[^"]+)"')  # the address of a logo or a picture
BODY = re.compile(r'(<body class=")')  # where a class for setting more closely goes
CLOSER = ("near", "close")  # these classes, the first that helps
_one_at_a_time = Lock()  # Pango's font map is shared by all threads and not thread-safe


def pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    identifier: str,
    created: datetime,
    attached: Mapping[str, bytes] | None = None,
    on_one_page: bool = False,
) -> bytes:
    """Render documents/<template>.html as a PDF that is both PDF/A-3a and PDF/UA-1.

    The same content always gives the same bytes: `identifier` and `created` are written into the
    file instead of a random id and the present time. `attached` holds files to attach, by name.
    With `on_one_page`, a document that would spill over to a second page is set more closely, if it
    then fits on one. What the fonts cannot print is left out or replaced (rule 31).
    """
    stamp = created.astimezone(UTC).isoformat(timespec="seconds")
    with translation.override(language):
        full = {"language": language, "title": title, "created": stamp, **context}
        html = printed(render_to_string(f"documents/{template}.html", full))
    files = attached or {}
    return kept.get_or_render(
        _cache_key(html, identifier, files, on_one_page=on_one_page),
        lambda: _write(html, identifier, files, created, on_one_page=on_one_page),
    )


def warm() -> None:
    """Load WeasyPrint, fonts and styles now, so that the first PDF does not wait for them.

    Does nothing if Pango is not installed.
    """
    with suppress(OSError), _one_at_a_time:
        _tools()


def is_own_file(url: str) -> bool:
    """Whether a document may read this address: it is a bundled font or an uploaded picture.

    The path is resolved first, so that neither `..` nor a symbolic link leads elsewhere.
    """
    return _own_file(url) is not None


def _own_file(url: str) -> Path | None:
    try:
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc or parts.query or parts.fragment:
            return None
        path = Path(unquote(parts.path)).resolve()
    except (ValueError, OSError):
        return None
    roots = Path(settings.MEDIA_ROOT), Path(settings.KEPT_PAPERS)  # the latter: of a bucket
    uploads = [(root / name).resolve() for root in roots for name in ("logos", "pictures")]
    return path if path.parent in (FONTS, *uploads) and path.is_file() else None


class _Tools(NamedTuple):
    """WeasyPrint's classes, and the objects that all documents of this process share."""

    document: Any
    attachment: Any
    fetcher: Any
    fonts: Any
    sheet: Any


@cache
def _tools() -> _Tools:
    from weasyprint import CSS, HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """Serves bundled fonts and uploaded pictures, and nothing else (docs/trust.md)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = _own_file(url)
            if path is None:
                raise ValueError(f"Documents do not fetch {url[:80]}")
            # Not read by the parent class: the file that was checked must be the file served.
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    fetcher, fonts = OwnFilesOnly(), FontConfiguration()
    text = SHEET.read_text(encoding="utf-8")
    sheet = CSS(string=text, font_config=fonts, url_fetcher=fetcher, base_url=BASE_URL)
    # WeasyPrint's C objects must be freed before the modules that free them are unloaded.
    atexit.register(_tools.cache_clear)
    return _Tools(HTML, Attachment, fetcher, fonts, sheet)


class _GlyphTexts(dict[int, str]):
    """The text of each glyph of one font of a PDF, which is what a reader copies.

    For Thai it is the text that the font assigns; for the rest, the one that the layout found.
    """

    def __setitem__(self, number: int, text: str) -> None:
        super().__setitem__(number, thai_text_by_glyph().get(number, text))


class _Fonts(dict[str, Any]):
    """The fonts of one document, whose Thai text is copied and read aloud correctly."""

    def __setitem__(self, key: str, font: Any) -> None:
        font.to_unicode = _GlyphTexts(font.to_unicode)
        super().__setitem__(key, font)


@cache
def _style_hash() -> str:
    """The hash of what all documents have in common: the renderer, its styles and our metadata."""
    parts = (
        version("weasyprint").encode(),
        SHEET.read_bytes(),
        archive.PDF_VARIANT.encode(),
        archive.PDF_UA_METADATA,
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _cache_key(html: str, identifier: str, files: Mapping[str, bytes], *, on_one_page: bool) -> str:
    """The hash of everything that the PDF's bytes depend on, including its pictures."""
    pictures = [path.read_bytes() for path in map(_own_file, NAMED_FILES.findall(html)) if path]
    parts = [_style_hash().encode(), identifier.encode(), html.encode(), *pictures]
    parts += [part for name, body in files.items() for part in (name.encode(), body)]
    parts += [b"on one page"] if on_one_page else []
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@contextmanager
def _collect_garbage_at_the_end() -> Iterator[None]:
    """Turn the garbage collector off inside this block, and run it once at the end.

    A PDF consists of many small objects that become garbage together; scanning them while they are
    in use wastes time. Whatever still has a name in this frame would survive the collection and
    stay in memory for long. Therefore the PDF is made in a function of its own (_lay_out).
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(1)
        if was_on:
            gc.enable()


def _write(
    html: str,
    identifier: str,
    files: Mapping[str, bytes],
    created: datetime,
    *,
    on_one_page: bool = False,
) -> bytes:
    with _one_at_a_time, _collect_garbage_at_the_end():
        return _lay_out(html, identifier, files, created, on_one_page)


def _lay_out(
    html: str,
    identifier: str,
    files: Mapping[str, bytes],
    created: datetime,
    on_one_page: bool,
) -> bytes:
    options = {
        "pdf_variant": archive.PDF_VARIANT,
        "pdf_identifier": identifier.encode(),
        "custom_metadata": True,
    }
    document = _pages(html, options)
    if on_one_page and len(document.pages) == 2:
        closer = (_pages(BODY.sub(rf"\1{css} ", html, count=1), options) for css in CLOSER)
        document = next((one for one in closer if len(one.pages) == 1), document)
    document.fonts = _Fonts(document.fonts)
    archive.add_pdf_ua_metadata(document)
    archive.attach_files(document, _tools().attachment, files, created)
    pdf_bytes: bytes = document.write_pdf(**options)
    return pdf_bytes


def _pages(html: str, options: Mapping[str, Any]) -> Any:
    """WeasyPrint's document, laid out."""
    tools = _tools()
    page = tools.document(string=html, url_fetcher=tools.fetcher, base_url=BASE_URL)
    return page.render(font_config=tools.fonts, stylesheets=[tools.sheet], **options)
