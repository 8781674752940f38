"""Early warnings: what is off its line in a period that runs, and the drafted note to the client (rule 39)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.rules.errors import NobodyToTell
from agreements.running import addressee
from core.errors import RuleError
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, refuse, say
from dashboard.reports.forms.kpis import NoteForm
from delivery.models import EarlyWarning
from delivery.renewing import warning_words, warnings


class Warnings(DashboardView):
    """All of them, newest first."""

    template = "dashboard/warnings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(EarlyWarning).select_related("client", "period")
        if only := request.GET.get("state") == "open":
            found = found.filter(
                sent_at__isnull=True, dismissed_at__isnull=True, period__ends_on__gt=self.today
            )
        page = page_of(found, request.GET, by="created_at")
        rows = [(row, [warning_words.says(one) for one in row.findings]) for row in page.rows]
        return self.show(request, page=page, rows=rows, only=only, today=self.today)


class WarningPage(DashboardView):
    """One of them: send the note as it is or as it was changed, or let it be."""

    template = "dashboard/warning.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._warning(pk)
        return self._show(request, row, NoteForm(initial={"note": row.note}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, form, now = self._warning(pk), NoteForm(request.POST), timezone.now()
        try:
            if "let_be" in request.POST:
                warnings.let_be(warning=row, now=now)
                messages.success(request, _("Nothing is sent."))
                return redirect("dashboard:home")
            if not form.is_valid():
                return self._show(request, row, form, 422)
            note = form.cleaned_data["note"]
            person = addressee.must_be(row.period.agreement)
            warnings.send_note(
                warning=row, note=note, actor=self.actor, now=now, origin=self.origin
            )
            messages.success(
                request, _("The note is on its way to %(name)s.") % {"name": person.name}
            )
        except NobodyToTell as no:
            refuse(form, no)
            return self._show(request, row, form, 422)
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:warning", row.pk)

    def _warning(self, pk: UUID) -> EarlyWarning:
        related = self.rows(EarlyWarning).select_related(
            "client", "period__agreement__contact", "business__owner"
        )
        return self.row(EarlyWarning, pk, related)

    def _show(
        self, request: HttpRequest, row: EarlyWarning, form: Any, status: int = 200
    ) -> HttpResponse:
        language = row.period.agreement.language
        return self.show(
            request,
            status,
            warning=row,
            form=form,
            findings=[warning_words.says(one) for one in row.findings],
            person=addressee.of([row.period.agreement]).get(row.client_id),
            is_open=not (row.sent_at or row.dismissed_at),
            other_language=translation.get_language_info(language)["name_translated"]
            if language != translation.get_language()
            else "",
        )
