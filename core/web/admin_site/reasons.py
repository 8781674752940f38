"""Opens a tenant's rows in the admin site for a reason, which the tenant's security log shows.

A reason is typed once for a business and holds for an hour in this session. Each row that is opened
with it is a line of the log; the owner is emailed about the first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from core.models import Business, User
from core.safety import devices, log
from core.system import by_staff
from core.web.admin_site.columns import PARENTS

HOLDS = timedelta(hours=1)
LONGEST = 200  # characters of a reason
SHORTEST = 8
IN_SESSION = "admin_reasons"
TARGETS = ("change", "history", "file")  # pages of a row that a reason opens


class ReasonForm(forms.Form):
    """Why somebody who runs the installation does something to a tenant."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy("The owner of the business reads it in their security log."),
    )


@dataclass(frozen=True)
class Given:
    """A reason that holds: its text, its own id, and the rows that were opened with it."""

    reason: str
    key: str
    rows: list[str]


def by_of(request: HttpRequest) -> log.By:
    """Who acts in the admin site, and from where."""
    assert isinstance(request.user, User)
    return log.By(log.named(request.user), devices.origin_of(request))


def business_of(row: Model) -> Business | None:
    """The business that a row belongs to, directly or through another row; None if to none."""
    if isinstance(row, Business):
        return row
    own = getattr(row, "business", None)
    if isinstance(own, Business):
        return own
    parents = (getattr(row, name, None) for name in (*PARENTS, "account", "collection"))
    found = (business_of(parent) for parent in parents if isinstance(parent, Model))
    return next((business for business in found if business), None)


def given(request: HttpRequest, business: Business, *, now: datetime) -> Given | None:
    """The reason that holds for a business in this session."""
    kept = request.session.get(IN_SESSION, {}).get(str(business.pk))
    if kept is None or now.timestamp() >= kept["until"]:
        return None
    return Given(kept["reason"], kept["key"], kept["rows"])


def keep(request: HttpRequest, business: Business, reason: str, *, now: datetime) -> None:
    """Let a reason hold for a business, for this session."""
    still = {
        key: kept
        for key, kept in request.session.get(IN_SESSION, {}).items()
        if now.timestamp() < kept["until"]
    }
    until = (now + HOLDS).timestamp()
    still[str(business.pk)] = {"reason": reason, "key": uuid4().hex, "until": until, "rows": []}
    request.session[IN_SESSION] = still


def stop(request: HttpRequest, row: Model, target: str, *, now: datetime) -> HttpResponse | None:
    """Ask for a reason, or write that the row is opened with the one that holds."""
    business = business_of(row)
    if business is None:
        return None
    held = given(request, business, now=now)
    if held is None:
        meta = row._meta
        asks = reverse(f"admin:{meta.app_label}_{meta.model_name}_reason", args=[row.pk])
        return redirect(f"{asks}?to={target}")
    if (opened := f"{row._meta.label}:{row.pk}") not in held.rows:
        by_staff.opened(
            row=row, business=business, reason=held.reason, key=held.key, by=by_of(request), now=now
        )
        held.rows.append(opened)
        request.session.modified = True
    return None


def ask(request: HttpRequest, model_admin: Any, row: Model, *, now: datetime) -> HttpResponse:
    """The page that asks for a reason, and leads to the row."""
    business = business_of(row)
    target = request.GET.get("to", "change")
    if business is None or target not in TARGETS:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        keep(request, business, form.cleaned_data["reason"], now=now)
        meta = row._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_{target}"
        messages.info(request, _("The reason holds for an hour for this business."))
        return redirect(reverse(name, args=[row.pk]))
    return page(
        request,
        model_admin,
        title=_("Why do you open this?"),
        explanation=_(
            "This belongs to %(business)s. Each row that you open is a line in their security log, "
            "with your name and your reason, and we email the owner."
        )
        % {"business": business},
        form=form,
        button=_("Open it"),
        back=_list_of(model_admin),
    )


def page(request: HttpRequest, model_admin: Any, **context: Any) -> HttpResponse:
    """A page of the admin site with a reason to type."""
    site = model_admin.admin_site
    context |= {**site.each_context(request), "opts": model_admin.opts}
    context["is_wrong"] = context["form"].is_bound
    status = 422 if context["is_wrong"] else 200
    return TemplateResponse(request, "admin_site/reason.html", context, status=status)


def _list_of(model_admin: Any) -> str:
    meta = model_admin.opts
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
