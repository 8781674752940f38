"""Contract templates: the business's own texts for agreements, with a live preview."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.contract import clauses, library, sample, templates, variables, wording
from agreements.models import Template
from agreements.models.reusable import TextKind
from agreements.signing import agreement_pdf
from core import formats, languages
from core.dates import start_of_day
from core.errors import RuleError
from core.languages import DEFAULT, LANGUAGES
from core.lists.name_order import by_name
from core.team.roles import Area
from core.web.download import pdf_bytes
from dashboard.agreements.forms.wording import (
    ClauseForms,
    NewTemplateForm,
    TemplateForm,
    clause_initial,
    clauses_in_editor,
)
from dashboard.page import DashboardView, add_error, show_error
from dashboard.settings.subjects import SettingsView


class Templates(SettingsView):
    """The built-in texts and the business's own templates, and a form to copy a built-in text."""

    needs = Area.SETTINGS
    template = "dashboard/agreements/templates.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, NewTemplateForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewTemplateForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, 422)
        kind, name = TextKind(form.cleaned_data["kind"]), form.cleaned_data["name"]
        template = templates.copy(business=self.business, kind=kind, name=name, now=timezone.now())
        return redirect("dashboard:template", template.pk)

    def _page(self, request: HttpRequest, form: NewTemplateForm, status: int = 200) -> HttpResponse:
        built_in = [(kind, len(library.BUILT_IN[kind])) for kind in TextKind]
        own = by_name(self.rows(Template).filter(retired_at__isnull=True))
        return self.show(request, status, form=form, own=own, built_in=built_in)


class EditorView(DashboardView):
    """What the editor's views share: the template, and the text currently in the form."""

    def load(self, pk: UUID) -> Template:
        """The template with this id. Raises Http404."""
        return self.row(Template, pk, self.rows(Template).select_related("business__owner"))

    def sample_text(
        self, template: Template, pairs: list[wording.ClausePair], shown: str
    ) -> tuple[Any, Any, list[wording.ClausePair]]:
        """A sample tier, sample terms, and the clauses filled in with them.

        `shown` is the code of a language, or "both". Raises BadWording if the text is too long.
        """
        length = sum(len(wording.side(pair, code)["text"]) for pair in pairs for code in LANGUAGES)
        if length > len(LANGUAGES) * wording.LONGEST_TEXT:
            raise wording.too_long()
        tier, terms = sample.tier_and_terms(
            self.business,
            template.kind,
            today=self.today,
            language=languages.of(shown).code,
            is_bilingual=shown == "both",
        )
        return tier, terms, wording.preview_clauses(pairs, tier, terms)


class EditTemplate(EditorView):
    """Edit a template: its name, and the order, the use and the languages of its clauses."""

    needs = Area.SETTINGS
    template = "dashboard/agreements/template.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template = self.load(pk)
        form = TemplateForm(initial={"name": template.name, "version": template.version})
        pairs = ClauseForms(initial=[clause_initial(pair) for pair in template.clauses], prefix="c")
        return self._page(request, template, form, pairs)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template = self.load(pk)
        initial = [clause_initial(pair) for pair in template.clauses]
        form, pairs = (
            TemplateForm(request.POST),
            ClauseForms(request.POST, initial=initial, prefix="c"),
        )
        # Without scripts, the preview is a page of its own that keeps what was typed.
        if request.POST.get("do") == "preview":
            return self._page(request, template, form, pairs)
        if form.is_valid() and pairs.is_valid() and self._save(template, form, pairs):
            messages.success(request, _("Saved."))
            return redirect("dashboard:template", template.pk)
        return self._page(request, template, form, pairs, 422)

    def _save(self, template: Template, form: TemplateForm, pairs: Any) -> bool:
        """Save the template; on a refused edit, add the error to the form and return False."""
        confirmed = {form.typed("key") for form in pairs if form.cleaned_data.get("confirmed")}
        name, version = form.cleaned_data["name"], form.cleaned_data["version"]
        try:
            templates.change(
                template=template,
                name=name,
                clauses=clauses_in_editor(pairs),
                confirmed=confirmed,
                version=version,
            )
        except RuleError as error:
            add_error(form, error)
            return False
        return True

    def _page(
        self,
        request: HttpRequest,
        template: Template,
        form: TemplateForm,
        pairs: Any,
        status: int = 200,
    ) -> HttpResponse:
        shown = str(form["shown"].value() or DEFAULT)
        try:
            _tier, terms, text = self.sample_text(template, clauses_in_editor(pairs), shown)
            preview = clauses.numbered_clauses(text, wording.languages(terms))
        except RuleError as error:
            preview = []
            if form.is_bound:
                add_error(form, error)
        return self.show(
            request,
            status,
            row=template,
            form=form,
            pairs=pairs,
            clauses=preview,
            language=languages.of(shown).code,
            meanings=variables.meanings(),
            missing=[
                wording.title_of(pair, formats.language().code)
                for pair in templates.missing(template)
            ],
        )


class PreviewTemplate(EditorView):
    """Preview the text in the form without saving it."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template, pairs = self.load(pk), ClauseForms(request.POST, prefix="c")
        shown = request.POST.get("shown", DEFAULT)
        context: dict[str, Any] = {"language": languages.of(shown).code}
        try:
            _tier, terms, text = self.sample_text(template, clauses_in_editor(pairs), shown)
            context["clauses"] = clauses.numbered_clauses(text, wording.languages(terms))
            context["amiss"] = [
                fault
                for form in pairs
                if not form.is_blank
                for fault in templates.clause_faults(form.pair)
            ][:5]
        except RuleError as error:
            context["amiss"] = [str(error)]
        return render(request, "dashboard/agreements/template_preview.html", context)


class PreviewTemplatePdf(EditorView):
    """Preview the text in the form as the PDF of a sample agreement."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template, pairs = self.load(pk), ClauseForms(request.POST, prefix="c")
        try:
            tier, terms, text = self.sample_text(
                template, clauses_in_editor(pairs), request.POST.get("shown", DEFAULT)
            )
            agreement = sample.sample_agreement(template, tier, terms | {"clauses": text})
            today = start_of_day(timezone.now(), agreement.business.time_zone)
            return pdf_bytes(agreement_pdf.unsigned_pdf(agreement, created=today), template.name)
        except RuleError as error:
            context = {"amiss": [str(error)], "row": template}
            return render(
                request, "dashboard/agreements/template_refused.html", context, status=422
            )


class CompleteTemplate(EditorView):
    """Add the built-in clauses that a template does not have."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template = self.load(pk)
        try:
            templates.add_missing(template=template)
            messages.success(request, _("The clauses are added. Read them before you use them."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:template", template.pk)


class RetireTemplate(EditorView):
    """Archive a template, so that new proposals can no longer use it."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        templates.archive(template=self.load(pk), now=timezone.now())
        messages.success(request, _("The template is archived. Drafts that use it keep it."))
        return redirect("dashboard:templates")
