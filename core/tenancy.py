"""Scoping that fails closed: a view reaches rows only through the business it acts for.

Views of dashboard/ and portal/ never touch a manager (a house test holds it): they ask `self.rows(Model)`.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from core.models import Business, User

M = TypeVar("M", bound=Model)


class BusinessMiddleware:
    """Sets `request.business`: what the logged-in user owns, or None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.business = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.user.is_authenticated:
            request.business = business_of(request.user)  # type: ignore[attr-defined]


def business_of(user: User) -> Business | None:
    """The business a user owns, or None before onboarding."""
    return Business.objects.select_related("owner").filter(owner=user).first()


def scoped(model: type[M], business: Business | None) -> QuerySet[M]:
    """The rows of `model` that belong to `business`; without one nothing at all, loudly."""
    if business is None:
        raise PermissionDenied
    return model._default_manager.filter(business=business)


class BusinessView(LoginRequiredMixin):
    """Mixin of every dashboard view: log in, own a business, see only its rows."""

    request: HttpRequest
    needs_business = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and self.needs_business:
            if self.business_or_none is None:
                return redirect("dashboard:welcome")
            if self.business.is_suspended:
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def business_or_none(self) -> Business | None:
        return self.request.business  # type: ignore[attr-defined,no-any-return]

    @property
    def business(self) -> Business:
        """The business this view acts for."""
        if self.business_or_none is None:
            raise PermissionDenied
        return self.business_or_none

    def rows(self, model: type[M]) -> QuerySet[M]:
        """This business's rows of `model`: the only way to rows in a dashboard view."""
        return scoped(model, self.business)

    def row(self, model: type[M], pk: UUID, queryset: QuerySet[M] | None = None) -> M:
        """One row by id, or 404: a stranger's row does not exist (docs/trust.md)."""
        found = (queryset if queryset is not None else self.rows(model)).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found
