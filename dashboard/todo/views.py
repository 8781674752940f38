"""The to-do list: everything that waits for the freelancer, done from top to bottom."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.page import DashboardView, add_error
from dashboard.todo import done, outlook, queue
from dashboard.todo.items import Done, Kind, Refused

LATER = "later"  # the button that puts an entry off until tomorrow


class TodoView(DashboardView):
    """The base of the list's views: the page, or for a script the list alone."""

    def page(
        self, request: HttpRequest, at: str = "", status: int = 200, **changes: Any
    ) -> HttpResponse:
        """Render the list with the entry `at` open. `changes` are a refused form or an error."""
        today = self.today.isoformat()
        put_off = done.put_off_today(request, today)
        found = queue.collect(self, at, put_off)
        last, acts = done.last_and_others(request)
        is_part = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
        self.template = "dashboard/todo/list.html" if is_part else "dashboard/todo/todo.html"
        context = {
            "queue": found,
            "last": last,
            "acts": acts,
            "put_off": len(put_off),
            "outlook": [] if found.entries else outlook.coming(self),
            **self._open(found.at, changes.pop("form", None)),
            **changes,
        }
        response = self.show(request, status=status, **context)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def next_page(self, request: HttpRequest, at: str) -> HttpResponse:
        """Go on with the entry `at`: a script gets the list, anybody else is led to it."""
        url = reverse("dashboard:todo")
        there = f"{url}?{urlencode({'at': at})}#open" if at else url
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(there)
        response = self.page(request, at)
        response.saved_at = there  # type: ignore[attr-defined]  # the same form is done once
        return response

    def _open(self, entry: Any, form: Any) -> dict[str, Any]:
        """What the open entry shows: its template, its form, and what there is to decide with."""
        wanted = queue.named(entry.key) if entry else None
        if not wanted:
            return {}
        kind, pk = wanted
        row = kind.row(self, pk)
        refused, form = form is not None, form or kind.form(self, row)
        return {
            "action": reverse(f"dashboard:todo_{kind.name}", args=[pk]),
            "inside": f"dashboard/todo/{kind.template}.html",
            "form": form,
            "once": self.request.POST.get("once", "")[:32] if refused else uuid4().hex,
            "own_page": kind.url(row),
            "page_label": kind.page_label,
            **kind.details(self, row, form),
        }


class Todo(TodoView):
    """The list."""

    needs = Area.OWN

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, query_string.text(request.GET, "at"))


class TodoItem(TodoView):
    """Do what a button of an entry says, and go on with the next entry."""

    kind = Kind()  # set by the address

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.kind.row(self, pk)
        return redirect(f"{reverse('dashboard:todo')}?at={self.kind.key(row)}")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, act = self.kind.row(self, pk), request.POST.get("act", "")
        key, following = self.kind.key(row), request.POST.get("next", "")
        if act == LATER:
            done.put_off(request, key, self.today.isoformat())
            text = _("Put off until tomorrow: %(title)s")
            facts = {"title": self.kind.entry(self, row).text}
            done.remember(request, key, Done(text % facts, undo={LATER: "yes"}))
            return self.next_page(request, following)
        if not self.kind.can_open(self, row):
            return self.page(request, following, 409, gone=self._gone(row))
        if not self.kind.knows(act):
            return self.page(request, key, 422, error=_("Press one of the buttons."))
        form = self.kind.form(self, row, request.POST, request.FILES)
        try:
            made = self.kind.act(self, row, act, form)
        except Refused as refused:
            return self.page(request, key, 422, form=refused.form)
        except RuleError as error:
            return self._refused(request, pk, form, error)
        done.remember(request, key, made)
        return self.next_page(request, following)

    def _refused(self, request: HttpRequest, pk: UUID, form: Any, error: RuleError) -> HttpResponse:
        """Say inside the entry why nothing was done; or that it was done elsewhere meanwhile."""
        row = self.kind.row(self, pk)  # read again: the refused act may have changed it in memory
        if not self.kind.can_open(self, row):
            return self.page(request, request.POST.get("next", ""), 409, gone=self._gone(row))
        key = self.kind.key(row)
        if form is None:
            return self.page(request, key, 422, error=str(error))
        if form.is_valid():
            add_error(form, error)
        return self.page(request, key, 422, form=form, error=str(error))

    def _gone(self, row: Any) -> dict[str, str]:
        """What is said of an entry that was done in another tab or by the client meanwhile."""
        entry = self.kind.entry(self, row)
        return {"text": entry.text, "client": entry.client, "url": self.kind.url(row)}


class UndoTodo(TodoView):
    """Take back what was done."""

    needs = Area.OWN

    def post(self, request: HttpRequest) -> HttpResponse:
        act = done.find(request, request.POST.get("token", ""))
        wanted = queue.named(act.key) if act else None
        if not act or not wanted or act.undo is None:
            return self.next_page(request, "")
        kind, pk = wanted
        if not self.may(kind.needs):
            raise PermissionDenied
        if LATER in act.undo:
            done.take_up(request, act.key, self.today.isoformat())
            done.forget(request, act)
            return self.next_page(request, act.key)
        try:
            text = kind.undo(self, kind.row(self, pk), act.undo)
        except RuleError as error:
            return self.page(request, "", 409, error_of_undo=str(error))
        done.forget(request, act)
        done.remember(request, act.key, Done(text))
        return self.next_page(request, act.key)


class TakeUp(TodoView):
    """List everything that was put off until tomorrow again."""

    needs = Area.OWN

    def post(self, request: HttpRequest) -> HttpResponse:
        request.session.pop(done.PUT_OFF, None)
        return self.next_page(request, "")
