"""The business's own words for the emails that its clients get: a list and an editor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import formats
from core.digest import digest
from core.errors import RuleError
from core.languages import LANGUAGES
from core.models import EmailWording
from core.outbox import worded_kinds
from core.outbox.worded_kinds import KINDS, WordedKind
from core.team.roles import Area
from core.web import query_string
from core.web.framed_email import framed, with_frames
from core.web.throttle import too_often
from dashboard.page import DashboardView, add_error
from dashboard.settings.forms import EmailWordingForm
from dashboard.settings.subjects import SettingsView

PREVIEW = "dashboard/settings/email_wording_preview.html"
PREVIEWS_AN_HOUR = 900  # of one business: one each four seconds
DRAFT_KEPT = 3600  # seconds for which the preview remembers words that are not saved


class EmailWordings(SettingsView):
    """Every kind of email, and in which languages the business has its own words for it."""

    needs = Area.SETTINGS
    template = "dashboard/settings/email_wordings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        own = {(row.key, row.language): row for row in self.rows(EmailWording)}
        kinds = [
            (
                kind,
                [
                    (code, formats.language_name(code), own.get((kind.key, code)))
                    for code in LANGUAGES
                ],
            )
            for kind in KINDS.values()
        ]
        gaps = [
            (KINDS[row.key], row)
            for row in own.values()
            if row.key in KINDS and worded_kinds.has_gap(row)
        ]
        return self.show(request, kinds=kinds, gaps=gaps)


class WordingView(DashboardView):
    """What the views of one kind of email in one language share."""

    def kind_of(self, key: str, language: str) -> WordedKind:
        """The kind of email. Raises Http404 where there is none, or no such language."""
        if key not in KINDS or language not in LANGUAGES:
            raise Http404
        return KINDS[key]

    def kept(self, key: str, language: str) -> dict[str, str]:
        """The words that are saved, and the standard ones where there are none."""
        return worded_kinds.kept(business=self.business, key=key, language=language)

    def is_own(self, key: str, language: str) -> bool:
        """Whether words of the business are saved."""
        return self.rows(EmailWording).filter(key=key, language=language).exists()

    def preview(self, key: str, language: str, words: dict[str, str]) -> dict[str, Any]:
        """What the preview shows of these words, which it remembers for its frame."""
        version = digest([words["subject"], words["opening"]])[:16]
        cache.set(self._draft(key, language, version), words, DRAFT_KEPT)
        return {
            "version": version,
            "shown": self.example(key, language, words),
            "kind": KINDS[key],
            "language": language,
        }

    def example(self, key: str, language: str, words: dict[str, str]) -> dict[str, Any]:
        """The sample email with these words."""
        return worded_kinds.example(
            business=self.business, key=key, language=language, today=self.today, **words
        )

    def drafted(self, key: str, language: str, version: str) -> dict[str, str]:
        """The words of a preview, or those that are saved where it was forgotten."""
        draft: dict[str, str] | None = cache.get(self._draft(key, language, version[:16]))
        return draft or self.kept(key, language)

    def _draft(self, key: str, language: str, version: str) -> str:
        return f"wording:{self.business.pk}:{key}:{language}:{version}"


class EditWording(WordingView):
    """Write the subject and the opening of one kind of email in one language."""

    needs = Area.SETTINGS
    template = "dashboard/settings/email_wording.html"

    def get(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        self.kind_of(key, language)
        version = query_string.text(request.GET, "v")
        form = EmailWordingForm(initial=self.drafted(key, language, version))
        return self._page(request, key, language, form)

    def post(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        self.kind_of(key, language)
        form = EmailWordingForm(request.POST)
        # Without scripts, the preview is the page itself, with what was typed.
        if request.POST.get("do") == "preview":
            return self._page(request, key, language, form)
        if form.is_valid() and self._save(key, language, form):
            messages.success(request, _("Saved."))
            return redirect("dashboard:email_wording", key, language)
        return self._page(request, key, language, form, 422)

    def _save(self, key: str, language: str, form: EmailWordingForm) -> bool:
        try:
            worded_kinds.save(
                business=self.business,
                key=key,
                language=language,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RuleError as error:
            add_error(form, error)
            return False
        return True

    def _page(
        self,
        request: HttpRequest,
        key: str,
        language: str,
        form: EmailWordingForm,
        status: int = 200,
    ) -> HttpResponse:
        kind = self.kind_of(key, language)
        for field in form.fields.values():  # it is read aloud in the language of the email
            field.widget.attrs["lang"] = language
        page = self.show(
            request,
            status,
            form=form,
            is_own=self.is_own(key, language),
            language_name=formats.language_name(language),
            others=[(code, formats.language_name(code)) for code in LANGUAGES if code != language],
            names=kind.names,
            **self.preview(key, language, typed(form)),
        )
        return with_frames(page)


class DraftWording(WordingView):
    """The preview of the words in the form, said again a moment after typing stops."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        kind, form = self.kind_of(key, language), EmailWordingForm(request.POST)
        form.is_valid()
        who, now = str(self.business.pk), timezone.now()
        if too_often("wording", who, limit=PREVIEWS_AN_HOUR, seconds=3600, now=now):
            return render(request, PREVIEW, {"pauses": True})
        unknown = worded_kinds.faults(kind, **typed(form))
        context = self.preview(key, language, typed(form)) | {"unknown": unknown}
        return render(request, PREVIEW, context)


class FrameWording(WordingView):
    """The HTML of the preview, for its frame."""

    needs = Area.SETTINGS

    def get(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        self.kind_of(key, language)
        words = self.drafted(key, language, query_string.text(request.GET, "v"))
        return framed(self.example(key, language, words)["html"])


class TestWording(EditWording):
    """Email the sample with the words in the form to the owner; they stay in the form."""

    needs = Area.SETTINGS

    def get(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        return redirect("dashboard:email_wording", key, language)

    def post(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        self.kind_of(key, language)
        form = EmailWordingForm(request.POST)
        if not form.is_valid():
            return self._page(request, key, language, form, 422)
        words = typed(form)
        if not self.too_many_test_emails():
            try:
                to = worded_kinds.send_test(
                    business=self.business, key=key, language=language, now=timezone.now(), **words
                )
            except RuleError as error:
                add_error(form, error)
                return self._page(request, key, language, form, 422)
            messages.success(request, self._sent(key, language, words) % {"email": to})
        page = reverse("dashboard:email_wording", args=[key, language])
        return redirect(f"{page}?v={self.preview(key, language, words)['version']}")

    def _sent(self, key: str, language: str, words: dict[str, str]) -> str:
        """What is said of the test email to %(email)s."""
        if self.kept(key, language) == words:
            return _("We emailed it to %(email)s.")
        return _("We emailed it to %(email)s. What you typed is not saved yet.")


class ResetWording(WordingView):
    """Take back the business's own words."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, key: str, language: str) -> HttpResponse:
        self.kind_of(key, language)
        worded_kinds.reset(business=self.business, key=key, language=language)
        messages.success(request, _("This email has the standard words again."))
        return redirect("dashboard:email_wording", key, language)


def typed(form: forms.Form) -> dict[str, str]:
    """The words in a form as they were typed, shortened to what can be saved."""
    return {
        name: "\n".join(str(form[name].value() or "").splitlines())[: form.fields[name].max_length]  # type: ignore[attr-defined]
        for name in ("subject", "opening")
    }
