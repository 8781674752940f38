"""Actions of the admin site: each asks for a reason and calls a function of the business.

One page serves a single row and many that were ticked in a list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import ngettext

from core.safety.log import By
from core.web.admin_site import reasons
from core.web.admin_site.columns import page_of

MOST = 100  # rows of one action


@dataclass(frozen=True)
class Act:
    """An action: its name in addresses, its button, what it explains, and what it calls.

    `does` takes the row, the reason, who acts and when; it returns whether anything was done.
    `fits` says whether a row can be acted upon now.
    """

    name: str
    button: str | Promise
    explanation: str | Promise
    does: Callable[[Any, str, By, datetime], bool]
    fits: Callable[[Any], bool]


def may(request: HttpRequest, model_admin: Any) -> bool:
    """Whether the user may act upon rows of this kind: who may change them."""
    meta = model_admin.opts
    return bool(request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"))


def address(model_admin: Any, act: Act, ids: list[Any]) -> str:
    """The page that asks about an action for these rows."""
    meta = model_admin.opts
    page = reverse(f"admin:{meta.app_label}_{meta.model_name}_act", args=[act.name])
    return f"{page}?{urlencode({'id': [str(key) for key in ids]}, doseq=True)}"


def buttons(request: HttpRequest, model_admin: Any, row: Any) -> list[tuple[Act, str]]:
    """The actions that fit a row, each with its page."""
    if not may(request, model_admin):
        return []
    return [(act, address(model_admin, act, [row.pk])) for act in model_admin.acts if act.fits(row)]


def of_list(model_admin: Any, act: Act) -> Callable[..., HttpResponse]:
    """The action of a list, which leads to the page that asks."""

    def lead(_admin: Any, _request: HttpRequest, rows: Any) -> HttpResponse:
        return redirect(address(model_admin, act, list(rows.values_list("pk", flat=True)[:MOST])))

    lead.__name__ = act.name
    return lead


def ask(request: HttpRequest, model_admin: Any, name: str, *, now: datetime) -> HttpResponse:
    """The page that asks for a reason, and then acts on each row by itself."""
    act = next((one for one in model_admin.acts if one.name == name), None)
    if act is None:
        raise Http404
    if not may(request, model_admin):
        raise PermissionDenied
    rows = _rows(request, model_admin)
    fitting = [row for row in rows if act.fits(row)]
    form = reasons.ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _do(request, model_admin, act, fitting, form.cleaned_data["reason"], now)
    return reasons.page(
        request,
        model_admin,
        title=str(act.button),
        explanation=act.explanation,
        rows=[(row, reasons.business_of(row)) for row in fitting],
        left_out=len(rows) - len(fitting),
        form=form,
        button=act.button if fitting else "",
        back=_back(model_admin, rows),
    )


def _rows(request: HttpRequest, model_admin: Any) -> list[Any]:
    """The rows that the address names. Raises Http404 if there is none."""
    key = model_admin.opts.pk
    try:
        ids = [key.to_python(text) for text in request.GET.getlist("id")[:MOST]]
    except Exception as error:
        raise Http404 from error
    rows = list(model_admin.get_queryset(request).filter(pk__in=ids))
    if not rows:
        raise Http404
    return rows


def _do(
    request: HttpRequest,
    model_admin: Any,
    act: Act,
    rows: list[Any],
    reason: str,
    now: datetime,
) -> HttpResponse:
    by = reasons.by_of(request)
    done = sum(act.does(row, reason, by, now) for row in rows)
    if done:
        text = ngettext("Done for one row.", "Done for %(n)s rows.", done) % {"n": done}
        messages.success(request, text)
    if missed := len(rows) - done:
        text = ngettext(
            "One row was changed in the meantime, and nothing was done to it.",
            "%(n)s rows were changed in the meantime, and nothing was done to them.",
            missed,
        )
        messages.warning(request, text % {"n": missed})
    return redirect(_back(model_admin, rows))


def _back(model_admin: Any, rows: list[Any]) -> str:
    """The page of the only row, or the list."""
    if len(rows) == 1:
        return page_of(rows[0])
    meta = model_admin.opts
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
