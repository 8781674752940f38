"""Keeps tenants apart: a view can read rows only through the business that it acts for.

Views in dashboard/ and portal/ never use a model manager; they call `self.rows(Model)` instead, and
a test of the whole tree holds them to it. Without a business they are refused, never shown all
rows.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from core.models import Business, User

M = TypeVar("M", bound=Model)
K = TypeVar("K", bound=Hashable)


class BusinessMiddleware:
    """Sets `request.business` to the business that the signed-in user owns, or to None."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.business = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.user.is_authenticated:
            request.business = business_of(request.user)  # type: ignore[attr-defined]


def business_of(user: User) -> Business | None:
    """The business that a user owns; None before the user has set one up."""
    return Business.objects.select_related("owner").filter(owner=user).first()


def scoped(model: type[M], business: Business | None) -> QuerySet[M]:
    """The rows of `model` that belong to `business`. Raises PermissionDenied if there is none."""
    if business is None:
        raise PermissionDenied
    return model._default_manager.filter(business=business)


def which_exist(business: Business, querysets: Mapping[K, QuerySet[Any]]) -> set[K]:
    """The keys of those querysets that have a row. One query, whatever they ask."""
    one_row = Business.objects.filter(pk=business.pk)
    found = one_row.values_list(*(Exists(rows) for rows in querysets.values())).get()
    return {key for key, exists in zip(querysets, found, strict=True) if exists}


class BusinessView(LoginRequiredMixin):
    """Base of every dashboard view: requires a signed-in user, and reads only their rows.

    A user without a business is sent to the setup page, unless the view sets `needs_business` to
    False. The owner of a suspended business is refused with 403.
    """

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
        """The signed-in user's business; None if they have not set one up."""
        return self.request.business  # type: ignore[attr-defined,no-any-return]

    @property
    def business(self) -> Business:
        """The business that this view acts for. Raises PermissionDenied if there is none."""
        if self.business_or_none is None:
            raise PermissionDenied
        return self.business_or_none

    def rows(self, model: type[M]) -> QuerySet[M]:
        """This business's rows of `model`. Dashboard views read rows in no other way."""
        return scoped(model, self.business)

    def row(self, model: type[M], pk: UUID, queryset: QuerySet[M] | None = None) -> M:
        """One row by id, from `queryset` or from all rows of this business.

        Raises Http404 for a row of another business, as for one that does not exist
        (docs/trust.md).
        """
        row = (queryset if queryset is not None else self.rows(model)).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row
