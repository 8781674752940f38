"""HTML to PDF: the only import of WeasyPrint. Fonts and styles are read once per process (PLATFORM.md)."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

from core.errors import RuleError

FONTS = Path(__file__).resolve().parent / "fonts"
SHEET = Path(settings.BASE_DIR) / "templates" / "documents" / "document.css"
BREAKS = frozenset("\n\r\t\u200b\u00ad")


class MissingGlyphs(RuleError):
    """The text holds characters that none of the bundled fonts can print (rule 31)."""


def pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    title: str,
    identifier: str,
    created: datetime,
) -> bytes:
    """Render documents/<template>.html as a tagged PDF/UA-1. The same content gives the same bytes.

    `identifier` and `created` go into the file instead of a random id and the clock. Raises MissingGlyphs.
    """
    with translation.override(language):
        full = {"language": language, "title": title, "created": created, **context}
        html = render_to_string(f"documents/{template}.html", full)
    missing = missing_glyphs(html)
    if missing:
        raise MissingGlyphs(_("These characters cannot be printed: %(list)s") % {"list": " ".join(missing)})
    return _write(html, identifier)


def missing_glyphs(text: str) -> list[str]:
    """Characters of `text` that would print as an empty box, each once, in order."""
    known = _printable()
    return list(dict.fromkeys(sign for sign in text if ord(sign) not in known and sign not in BREAKS))


@cache
def _printable() -> frozenset[int]:
    faces = [TTFont(FONTS / name, lazy=True).getBestCmap() for name in ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")]
    return frozenset(faces[0]) & frozenset(faces[1])


@cache
def _tools() -> tuple[Any, Any, Any]:
    """WeasyPrint's document class, our fetcher, and the parsed sheet with its fonts."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
        """Serves the bundled fonts and uploaded logos; every other address is refused (TRUST.md)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not is_own_file(url):
                raise ValueError(f"Documents do not fetch {url[:80]}")
            return super().fetch(url, headers)

    fetcher = OwnFilesOnly(allowed_protocols={"file"}, fail_on_errors=False)
    fonts = FontConfiguration()
    sheet = CSS(string=_sheet(), font_config=fonts, url_fetcher=fetcher, base_url=FONTS.as_uri() + "/")
    return HTML, (fetcher, fonts), sheet


def is_own_file(url: str) -> bool:
    """Whether a document may read this address: a bundled font or an uploaded logo, with every `..` resolved."""
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        return False
    path = Path(unquote(parts.path)).resolve()
    logos = (Path(settings.MEDIA_ROOT) / "logos").resolve()
    return path.parent == FONTS or path.parent == logos


def _sheet() -> str:
    return SHEET.read_text(encoding="utf-8")


def _write(html: str, identifier: str) -> bytes:
    document, (fetcher, fonts), sheet = _tools()
    made: bytes = document(string=html, url_fetcher=fetcher, base_url=FONTS.as_uri() + "/").write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier.encode(),
        custom_metadata=True,
    )
    return made
