"""Hands a stored PDF, a table or an archive to a browser: never sniffed, kept by nobody on the way."""

from typing import IO, TypeVar
from urllib.parse import quote

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase

from core.documents import store
from core.models import Document

R = TypeVar("R", bound=HttpResponseBase)


def pdf_response(document: Document) -> HttpResponse:
    """The document as an attachment under its title. Raises DocumentAltered."""
    return pdf_bytes(store.read(document), document.title)


def pdf_bytes(pdf: bytes, title: str) -> HttpResponse:
    """A PDF that is kept nowhere: to look at before it is issued."""
    return _file(HttpResponse(pdf, content_type="application/pdf"), title, "pdf")


def csv_response(text: str, title: str) -> HttpResponse:
    """A table as an attachment, with the mark that makes spreadsheets read it as UTF-8."""
    return _file(
        HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8"), title, "csv"
    )


def calendar_response(text: str, title: str) -> HttpResponse:
    """An event for a calendar."""
    return _file(HttpResponse(text, content_type="text/calendar; charset=utf-8"), title, "ics")


def zip_response(file: IO[bytes], title: str) -> FileResponse:
    """An archive, read from the disk as it is sent."""
    return _file(FileResponse(file, content_type="application/zip"), title, "zip")


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Somebody's file under its own name, to be saved and never shown: whatever it is, it runs nowhere."""
    stem, dot, ending = name.rpartition(".")
    known = bool(dot and stem) and ending.isascii() and ending.isalnum()
    title, ending = (stem, ending) if known else (name, "")
    response = _file(HttpResponse(content, content_type=content_type), title, ending)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _file(response: R, title: str, ending: str) -> R:
    name = "".join(sign for sign in title if sign.isprintable() and sign not in '"\\/:')
    full = f"{name}.{ending}" if ending else name
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(full)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
