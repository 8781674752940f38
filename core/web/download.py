"""Responses that download a file: a PDF, a table, a calendar event or an archive.

Browsers must not guess the content type, and no proxy may cache the file.
"""

from typing import IO, TypeVar
from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from core.documents import store
from core.models import Document

R = TypeVar("R", bound=HttpResponseBase)


def pdf_response(document: Document) -> HttpResponse:
    """A stored document as a download, named by its title. Raises DocumentAltered."""
    return pdf_bytes(store.read(document), document.title)


def pdf_bytes(pdf: bytes, title: str) -> HttpResponse:
    """A PDF that is not stored, such as the preview of a document."""
    return _file(HttpResponse(pdf, content_type="application/pdf"), title, "pdf")


def csv_response(text: str, title: str) -> HttpResponse:
    """A CSV table as a download, with a byte order mark by which spreadsheets recognise UTF-8."""
    return _file(
        HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8"), title, "csv"
    )


def calendar_response(text: str, title: str) -> HttpResponse:
    """An iCalendar event as a download."""
    return _file(HttpResponse(text, content_type="text/calendar; charset=utf-8"), title, "ics")


def zip_response(file: IO[bytes], title: str) -> FileResponse:
    """A ZIP archive as a download, streamed from its file."""
    return _file(FileResponse(file, content_type="application/zip"), title, "zip")


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """An uploaded file under its own name, as a download.

    It is never shown in the browser, and nothing in it may run there.
    """
    stem, dot, extension = name.rpartition(".")
    has_extension = bool(dot and stem) and extension.isascii() and extension.isalnum()
    title, extension = (stem, extension) if has_extension else (name, "")
    response = _file(HttpResponse(content, content_type=content_type), title, extension)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(response: R, title: str, extension: str) -> R:
    """Add the headers of a download to a response."""
    stem = "".join(char for char in title if char.isprintable() and char not in '"\\/:')
    name = f"{stem}.{extension}" if extension else stem
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
