"""HTML to PDF: the only import of WeasyPrint. Fonts and styles are read once per process."""

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
from core.documents.glyphs import FONTS, MissingGlyphs, check, missing_glyphs, thai_by_number

__all__ = ["MissingGlyphs", "is_own_file", "missing_glyphs", "pdf"]

SHEET = Path(settings.BASE_DIR) / "templates" / "documents" / "document.css"
BASE_URL = FONTS.as_uri() + "/"
NAMED_FILES = re.compile(r'src="(file:[^"]+)"')  # a logo
_one_at_a_time = Lock()  # Pango's font map is shared by the process and not safe between threads


def pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    identifier: str,
    created: datetime,
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    """Render documents/<template>.html as PDF/A-3a and PDF/UA-1 in one. The same content gives the same bytes.

    `identifier` and `created` go into the file instead of a random id and the clock; `attached` are files by name
    that are put into it. Raises MissingGlyphs.
    """
    stamp = created.astimezone(UTC).isoformat(timespec="seconds")
    with translation.override(language):
        full = {"language": language, "title": title, "created": stamp, **context}
        html = render_to_string(f"documents/{template}.html", full)
    files = attached or {}

    def made() -> bytes:
        check(html)
        return _write(html, identifier, files, created)

    return kept.get(_key(html, identifier, files), made)


def warm() -> None:
    """Load what the first paper of a process would have to wait for; where Pango is missing, nothing."""
    with suppress(OSError), _one_at_a_time:
        _tools()


def is_own_file(url: str) -> bool:
    """Whether a document may read this address: a bundled font or an uploaded logo, with every `..` resolved."""
    return _own_file(url) is not None


def _own_file(url: str) -> Path | None:
    try:
        parts = urlsplit(url)
        if parts.scheme != "file" or parts.netloc or parts.query or parts.fragment:
            return None
        path = Path(unquote(parts.path)).resolve()
    except (ValueError, OSError):
        return None
    logos = (Path(settings.MEDIA_ROOT) / "logos").resolve()
    return path if path.parent in (FONTS, logos) and path.is_file() else None


class _Tools(NamedTuple):
    """WeasyPrint's document class with what every document of this process shares."""

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
        """Serves the bundled fonts and uploaded logos; every other address is refused (docs/trust.md)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = _own_file(url)
            if path is None:
                raise ValueError(f"Documents do not fetch {url[:80]}")
            # read here and not by the parent, so that the file checked is the file served
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    fetcher, fonts = OwnFilesOnly(), FontConfiguration()
    text = SHEET.read_text(encoding="utf-8")
    sheet = CSS(string=text, font_config=fonts, url_fetcher=fetcher, base_url=BASE_URL)
    atexit.register(_tools.cache_clear)  # its C objects must go before the modules that free them
    return _Tools(HTML, Attachment, fetcher, fonts, sheet)


class _Meanings(dict[int, str]):
    """Glyph number to text for one font of a PDF: Thai as the font means it, the rest as the layout found it."""

    def __setitem__(self, number: int, text: str) -> None:
        super().__setitem__(number, thai_by_number().get(number, text))


class _Fonts(dict[str, Any]):
    """The fonts of one document, each with meanings that can be copied and read aloud."""

    def __setitem__(self, key: str, font: Any) -> None:
        font.to_unicode = _Meanings(font.to_unicode)
        super().__setitem__(key, font)


@cache
def _style() -> str:
    """The hash of what every document is made with: the renderer, the styles and our own marks."""
    parts = (
        version("weasyprint").encode(),
        SHEET.read_bytes(),
        archive.VARIANT.encode(),
        archive.MARK,
    )
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _key(html: str, identifier: str, files: Mapping[str, bytes]) -> str:
    """The hash of everything that the bytes depend on, the files that the text names included."""
    own = [path.read_bytes() for path in map(_own_file, NAMED_FILES.findall(html)) if path]
    parts = [_style().encode(), identifier.encode(), html.encode(), *own]
    parts += [part for name, body in files.items() for part in (name.encode(), body)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@contextmanager
def _garbage_at_the_end() -> Iterator[None]:
    """A paper is many small objects that die together: they are collected once, not searched again and again.

    Whatever still has a name here would survive as old and stay for long: the paper is made in a call of its own.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(1)
        if was_on:
            gc.enable()


def _write(html: str, identifier: str, files: Mapping[str, bytes], created: datetime) -> bytes:
    with _one_at_a_time, _garbage_at_the_end():
        return _lay_out(html, identifier, files, created)


def _lay_out(html: str, identifier: str, files: Mapping[str, bytes], created: datetime) -> bytes:
    tools = _tools()
    options = {
        "pdf_variant": archive.VARIANT,
        "pdf_identifier": identifier.encode(),
        "custom_metadata": True,
    }
    page = tools.document(string=html, url_fetcher=tools.fetcher, base_url=BASE_URL)
    paper = page.render(font_config=tools.fonts, stylesheets=[tools.sheet], **options)
    paper.fonts = _Fonts(paper.fonts)
    archive.mark(paper)
    archive.attach(paper, tools.attachment, files, created)
    made: bytes = paper.write_pdf(**options)
    return made
