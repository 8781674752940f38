"""Several entries at once: changed, removed, and all of it undone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.page import show_error
from dashboard.time.forms.agreement_choice import Offered
from dashboard.time.forms.entries import BulkForm
from dashboard.time.views.bulk_undo import offer_undo, take_undo
from dashboard.time.views.entries import TimeView
from delivery.hours import bulk_edit


class ChangeEntries(TimeView):
    """Change or remove the chosen entries. What is refused is said entry by entry."""

    needs = Area.TIME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        ids = _ids(request.POST.getlist("entry"))
        chosen = query_string.row_id(request.POST, f"{BulkForm.prefix}-deliverable")
        promised = self.open_deliverables(self.today).filter(pk=chosen or None)
        form = BulkForm(request.POST, agreements=Offered(self.running(), []), promised=promised)
        removes = "remove" in request.POST
        if not ids:
            messages.error(request, _("Select at least one entry."))
        elif not removes and not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, " ".join(map(str, errors)))
        elif not removes and not form.changes():
            messages.error(request, _("Enter a new day, agreement, deliverable or note."))
        else:
            self._act(request, ids, form, removes)
        return redirect("dashboard:time")

    def _act(self, request: HttpRequest, ids: list[UUID], form: BulkForm, removes: bool) -> None:
        """Do it, and say what became of it."""
        who = {"business": self.business, "ids": ids, "now": timezone.now(), "actor": self.actor}
        try:
            if removes:
                done = bulk_edit.remove_entries(**who)  # type: ignore[arg-type]
            else:
                done = bulk_edit.change_entries(changes=form.changes(), **who)  # type: ignore[arg-type]
        except RuleError as error:
            show_error(request, error)
            return
        show_refused(request, done)
        if done.ids:
            text = _removed(done) if removes else _changed(done)
            offer_undo(request, done.ids, text, removed=removes)


class UndoEntries(TimeView):
    """Undo the last change of several entries."""

    needs = Area.TIME
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        ids, removed = take_undo(request)
        done = bulk_edit.undo_changes(
            business=self.business,
            ids=ids,
            removed=removed,
            now=timezone.now(),
            actor=self.actor,
        )
        show_refused(request, done)
        if done.ids:
            messages.success(request, _("Undone. The entries are as they were."))
        return redirect("dashboard:time")


def show_refused(request: HttpRequest, done: bulk_edit.Changed) -> None:
    """Say of each entry that stayed as it was why it did."""
    for entry, why in done.refused:
        values = {"day": formats.day(entry.on), "note": entry.note, "why": why}
        messages.error(request, _("%(day)s, %(note)s: %(why)s") % values)


def _changed(done: bulk_edit.Changed) -> str:
    number = len(done.ids)
    text = ngettext("%(number)d entry was changed.", "%(number)d entries were changed.", number)
    return text % {"number": number}


def _removed(done: bulk_edit.Changed) -> str:
    number = len(done.ids)
    text = ngettext("%(number)d entry was removed.", "%(number)d entries were removed.", number)
    return text % {"number": number}


def _ids(values: list[str]) -> list[UUID]:
    """Those of the values that are ids."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
