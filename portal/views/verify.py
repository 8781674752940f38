"""/verify/: anyone drops a PDF and learns whether it is one of ours, untouched. The file is read and forgotten.

Shown is what the file itself says already, its kind and title, and not whose business it is or has become. Whoever
has only the fingerprint is not told the title. Nothing changes by asking, so a form from anywhere may ask.
"""

import re
from typing import Any

from django import forms
from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.documents import verify
from core.web.throttle import address, too_often

LIMIT = 5 * 1024 * 1024  # bytes
ASKED = 30  # times in ten minutes from one address


class InMemory(MemoryFileUploadHandler):
    """Keeps an upload in memory whatever its size, and stops reading behind the limit: nothing touches the disk."""

    taken = 0

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.taken += len(raw_data)
        if self.taken > LIMIT:
            raise StopUpload(
                connection_reset=False
            )  # the rest is read away, so that the answer is seen
        return super().receive_data_chunk(raw_data, start)


class VerifyForm(forms.Form):
    """A file, or the fingerprint of one."""

    file = forms.FileField(label=gettext_lazy("PDF"), required=False, allow_empty_file=True)
    sha256 = forms.CharField(label=gettext_lazy("Or its SHA-256"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs.update(
            {"accept": "application/pdf,.pdf", "class": "rh-drop"}
        )
        self.fields["sha256"].widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and not file.size:
            raise forms.ValidationError(_("This file is empty."))
        if file is not None and b"%PDF-" not in file.read(1024):
            raise forms.ValidationError(_("This is not a PDF."))
        return file

    def clean_sha256(self) -> str:
        digest = "".join(self.cleaned_data["sha256"].split()).lower()
        if digest and not re.fullmatch("[0-9a-f]{64}", digest):
            raise forms.ValidationError(
                _("A SHA-256 has 64 characters: digits and the letters a to f.")
            )
        return digest

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data["file"] and not self.cleaned_data["sha256"]:
            self.add_error("file", _("Choose a PDF, or paste its SHA-256."))
        return self.cleaned_data


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Ask, and be told: intact, altered or unknown. 413 for what is too large, 429 for who asks too often."""
    if request.method != "POST":
        return _show(request, VerifyForm())
    if too_often("verify", address(request), limit=ASKED, seconds=600):
        return _refuse(request, _("You have asked often. Please wait ten minutes."), 429)
    handler = InMemory(request)
    request.upload_handlers = [handler]
    form = VerifyForm(request.POST, request.FILES)
    if handler.taken > LIMIT:
        return _refuse(
            request,
            _("This file is larger than 5 MB. The papers of this product are smaller."),
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


def _refuse(request: HttpRequest, why: str, status: int) -> HttpResponse:
    """The empty form with the reason at the file."""
    form = VerifyForm({})
    form.full_clean()
    form.errors.clear()
    form.add_error("file", why)
    return _show(request, form, status=status)


def _show(request: HttpRequest, form: VerifyForm, status: int = 200, **found: Any) -> HttpResponse:
    return render(request, "verify.html", {"form": form, **found}, status=status)
