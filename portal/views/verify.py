"""/verify/: anyone can upload a PDF and learn whether it is one of ours and unchanged.

The file is read in memory and not stored. The answer tells only what the file itself says already,
its kind and title, and not whose business it belongs to. Someone who has only the SHA-256 is not
told the title. The request changes nothing, so forms on other sites may send it (no CSRF token).
"""

import re
from typing import Any

from django import forms
from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.documents import verify
from core.web.throttle import network, too_often

LARGEST_UPLOAD = 5 * 1024 * 1024  # bytes of an upload
REQUESTS_ALLOWED = 30  # requests in ten minutes from one IP address


class MemoryUpload(MemoryFileUploadHandler):
    """Keeps an upload in memory whatever its size, so that nothing is written to the disk.

    It stops reading once the limit is exceeded.
    """

    taken = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.taken += len(raw_data)
        if self.taken > LARGEST_UPLOAD:
            # The rest is read and dropped: a closed connection would hide the answer.
            raise StopUpload(connection_reset=False)
        return super().receive_data_chunk(raw_data, start)


class VerifyForm(forms.Form):
    """A PDF, or the SHA-256 of one."""

    file = forms.FileField(label=gettext_lazy("PDF"), required=False, allow_empty_file=True)
    sha256 = forms.CharField(label=gettext_lazy("Or its SHA-256"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs.update(
            {"accept": "application/pdf,.pdf", "class": "rh-drop"}
        )
        self.fields["sha256"].widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean_file(self) -> Any:
        """The file. Raises ValidationError if it is empty or no PDF."""
        file = self.cleaned_data["file"]
        if file is not None and not file.size:
            raise forms.ValidationError(_("This file is empty."))
        # Readers accept a PDF whose header begins anywhere in the first 1,024 bytes.
        if file is not None and b"%PDF-" not in file.read(1024):
            raise forms.ValidationError(_("This is not a PDF."))
        return file

    def clean_sha256(self) -> str:
        """The hash in lower case without spaces. Raises ValidationError if it is not a SHA-256."""
        digest = "".join(self.cleaned_data["sha256"].split()).lower()
        if digest and not re.fullmatch("[0-9a-f]{64}", digest):
            raise forms.ValidationError(
                _("A SHA-256 has 64 characters: digits and the letters a to f.")
            )
        return digest

    def clean(self) -> dict[str, Any]:
        """Refuse a form with neither a file nor a hash."""
        if not self.errors and not self.cleaned_data["file"] and not self.cleaned_data["sha256"]:
            self.add_error("file", _("Choose a PDF, or paste its SHA-256."))
        return self.cleaned_data


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_document(request: HttpRequest) -> HttpResponse:
    """Show the form, or whether a document is intact, altered or unknown.

    The status is 413 for an upload that is too large, 429 for too many requests from one address.
    """
    if request.method != "POST":
        return _show(request, VerifyForm())
    now = timezone.now()
    if too_often("verify", network(request), limit=REQUESTS_ALLOWED, seconds=600, now=now):
        return _refuse(request, _("You have checked many files. Please wait ten minutes."), 429)
    handler = MemoryUpload(request)
    request.upload_handlers = [handler]
    form = VerifyForm(request.POST, request.FILES)
    if handler.taken > LARGEST_UPLOAD:
        return _refuse(
            request,
            _("This file is larger than 5 MB. Documents that are issued here are smaller."),
            413,
        )
    if not form.is_valid():
        return _show(request, form, status=422)
    file, digest = form.cleaned_data["file"], form.cleaned_data["sha256"]
    if not file:
        return _show(request, VerifyForm(), finding=verify.examine_hash(digest), asked=digest)
    file.seek(0)
    pdf = file.read()
    return _show(
        request, VerifyForm(), finding=verify.examine(pdf), asked=verify.sha256(pdf), name=file.name
    )


def _refuse(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    """The empty form with the reason next to the file field."""
    form = VerifyForm({})
    form.full_clean()
    form.errors.clear()
    form.add_error("file", reason)
    return _show(request, form, status=status)


def _show(
    request: HttpRequest, form: VerifyForm, status: int = 200, **context: Any
) -> HttpResponse:
    return render(request, "verify.html", {"form": form, **context}, status=status)
