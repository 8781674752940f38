"""Templates: the business's own texts for agreements, with a preview while they are written."""

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
from core.errors import RuleError
from core.web.download import pdf_bytes
from dashboard.agreements.forms.wording import (
    ClauseForms,
    NewTemplateForm,
    TemplateForm,
    clause_values,
    pairs_of,
)
from dashboard.page import DashboardView, refuse


class Templates(DashboardView):
    """The built-in texts and the business's own; a copy of one begins here."""

    template = "dashboard/templates.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, NewTemplateForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewTemplateForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, 422)
        kind, name = TextKind(form.cleaned_data["kind"]), form.cleaned_data["name"]
        made = templates.copy(business=self.business, kind=kind, name=name, now=timezone.now())
        return redirect("dashboard:template", made.pk)

    def _page(self, request: HttpRequest, form: NewTemplateForm, status: int = 200) -> HttpResponse:
        built_in = [(kind, len(library.BUILT_IN[kind])) for kind in TextKind]
        own = self.rows(Template).filter(retired_at__isnull=True)
        return self.show(request, status, form=form, own=own, built_in=built_in)


class Editor(DashboardView):
    """What the editor's doors share: the row, and what stands in the form now."""

    def load(self, pk: UUID) -> Template:
        """The template, or 404."""
        return self.row(Template, pk, self.rows(Template).select_related("business__owner"))

    def written(
        self, template: Template, pairs: list[wording.Pair], shown: str
    ) -> tuple[Any, Any, list[wording.Pair]]:
        """The sample's tier and terms, and the clauses as they read with them. Raises BadWording: too long."""
        language = "th" if shown == "th" else "en"
        if (
            sum(len(pair[side]["text"]) for pair in pairs for side in wording.LANGUAGES)
            > 2 * wording.LONGEST_TEXT
        ):
            raise wording.too_long()
        tier, terms = sample.tier_and_terms(
            self.business,
            template.kind,
            today=self.today,
            language=language,
            is_bilingual=shown == "both",
        )
        return tier, terms, wording.drafted(pairs, tier, terms)


class TemplatePage(Editor):
    """Edit one: name, order, use and both sides of every clause."""

    template = "dashboard/template.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template = self.load(pk)
        form = TemplateForm(initial={"name": template.name, "version": template.version})
        pairs = ClauseForms(initial=[clause_values(pair) for pair in template.clauses], prefix="c")
        return self._page(request, template, form, pairs)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template = self.load(pk)
        start = [clause_values(pair) for pair in template.clauses]
        form, pairs = (
            TemplateForm(request.POST),
            ClauseForms(request.POST, initial=start, prefix="c"),
        )
        if request.POST.get("do") == "preview":
            return self._page(request, template, form, pairs)
        if form.is_valid() and pairs.is_valid() and self._save(template, form, pairs):
            messages.success(request, _("Saved."))
            return redirect("dashboard:template", template.pk)
        return self._page(request, template, form, pairs, 422)

    def _save(self, template: Template, form: TemplateForm, pairs: Any) -> bool:
        confirmed = {one.typed("key") for one in pairs if one.cleaned_data.get("confirmed")}
        name, version = form.cleaned_data["name"], form.cleaned_data["version"]
        try:
            templates.change(
                template=template,
                name=name,
                clauses=pairs_of(pairs),
                confirmed=confirmed,
                version=version,
            )
        except RuleError as no:
            refuse(form, no)
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
        shown = str(form["shown"].value() or "en")
        try:
            _tier, terms, text = self.written(template, pairs_of(pairs), shown)
            preview = clauses.shown(text, wording.languages(terms))
        except RuleError as no:
            preview = []
            if form.is_bound:
                refuse(form, no)
        return self.show(
            request,
            status,
            row=template,
            form=form,
            pairs=pairs,
            clauses=preview,
            meanings=variables.meanings(),
        )


class Preview(Editor):
    """The text as it reads with what stands in the form, not saved."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template, pairs = self.load(pk), ClauseForms(request.POST, prefix="c")
        context: dict[str, Any] = {}
        try:
            _tier, terms, text = self.written(
                template, pairs_of(pairs), request.POST.get("shown", "en")
            )
            context["clauses"] = clauses.shown(text, wording.languages(terms))
            context["amiss"] = [
                said for one in pairs if not one.is_blank for said in templates.faults(one.pair)
            ][:5]
        except RuleError as no:
            context["amiss"] = [str(no)]
        return render(request, "dashboard/template_preview.html", context)


class TemplatePdf(Editor):
    """The same as a PDF."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        template, pairs = self.load(pk), ClauseForms(request.POST, prefix="c")
        try:
            tier, terms, text = self.written(
                template, pairs_of(pairs), request.POST.get("shown", "en")
            )
            made = sample.agreement(template, tier, terms | {"clauses": text})
            return pdf_bytes(
                agreement_pdf.unsigned_pdf(made, created=timezone.now()), template.name
            )
        except RuleError as no:
            context = {"amiss": [str(no)], "row": template}
            return render(request, "dashboard/template_refused.html", context, status=422)


class Retire(Editor):
    """Offer a template no longer."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        templates.retire(template=self.load(pk), now=timezone.now())
        messages.success(request, _("The template is put away. Drafts that use it keep it."))
        return redirect("dashboard:templates")
