"""Keeps tenants apart: a view can read rows only through the business that it acts for.

Views in dashboard/ and portal/ never use a model manager; they call `self.rows(Model)` instead, and
a test of the whole tree holds them to it. Without a business they are refused, never shown all
rows. What somebody's role in the business does not allow is refused here, too (rule 82).
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property

from core.models import Business, Membership, User
from core.team.roles import Area, Role, may

M = TypeVar("M", bound=Model)
K = TypeVar("K", bound=Hashable)
#: Why somebody is refused, for the words of the page 403.html.
NO_BUSINESS, NOT_IN_ROLE = "no business", "not in role"
SAFE = ("GET", "HEAD", "OPTIONS")


class BusinessMiddleware:
    """Sets `request.business` and `request.role` to what the signed-in user acts for, or to None.

    Both are read anew for each request: who was removed has lost the business with the next one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.business = request.role = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.user.is_authenticated:
            request.business, request.role = acting_for(request.user)  # type: ignore[attr-defined]


def business_of(user: User) -> Business | None:
    """The business that a user owns; None before the user has set one up."""
    return Business.objects.select_related("owner").filter(owner=user).first()


def acting_for(user: User) -> tuple[Business | None, Role | None]:
    """The business that a user works in now, and as what; (None, None) if there is none.

    It is the one that they chose last, as long as they belong to it, or else their own. A suspended
    one, which opens no page, does not keep them from another.
    """
    own, chosen = business_of(user), user.business_in_use_id
    if own and chosen in (None, own.pk) and not own.is_suspended:
        return own, Role.OWNER
    seats = [(own, Role.OWNER)] if own else []
    seats += [(row.business, Role(row.role)) for row in memberships_of(user)]
    first = sorted(seats, key=lambda seat: (seat[0].is_suspended, seat[0].pk != chosen))
    return first[0] if first else (None, None)


def memberships_of(user: User) -> QuerySet[Membership]:
    """The teams that a user belongs to, beside their own business."""
    return Membership.objects.active().filter(user=user).select_related("business__owner")


def may_open_business(user: User) -> bool:
    """Whether somebody may set up a business of their own.

    Who came to join a team may not, unless anybody can sign up (rule 80).
    """
    return settings.SIGNUP == "open" or not Membership.objects.filter(user=user).exists()


def may_open(role: Role | None, url: str, method: str = "GET") -> bool:
    """Whether a role may ask for one of our addresses. What is no page of a business is open."""
    if role == Role.OWNER:
        return True
    try:
        callback = resolve(url.partition("?")[0].partition("#")[0]).func
    except Resolver404:
        return True
    view = getattr(callback, "view_class", None)
    if view is None or not issubclass(view, BusinessView):
        return True
    given: dict[str, Any] = getattr(callback, "view_initkwargs", {})
    needs = given.get("needs", view.needs)
    return may(role, needs, writes=view.only_writes or method not in SAFE)


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

    `needs` is the area to which the view belongs (core.team.roles): to GET it one's role must be
    able to read there, for every other method to write; a view that `only_writes` is a form, of no
    use to who only reads. A view that names no area is the owner's alone.

    A user without a business is sent to the setup page, unless the view sets `needs_business` to
    False; who can open no business of their own is refused, but for what is about their account
    alone. The people of a suspended business are refused with 403.
    """

    request: HttpRequest
    needs: Area | None = None
    only_writes = False
    needs_business = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            if self.business_or_none is None:
                is_own = self.needs == Area.OWN and not self.needs_business
                if not is_own and not may_open_business(self.person):
                    raise PermissionDenied(NO_BUSINESS)
                if self.needs_business:
                    return redirect("dashboard:welcome")
            elif self.needs_business and self.business.is_suspended:
                raise PermissionDenied
            elif not self.may(self.needs, writes=self.only_writes or request.method not in SAFE):
                return self.refuse_role()
        return super().dispatch(request, *args, **kwargs)

    def refuse_role(self) -> HttpResponseBase:
        """Answer who asked for a page that their role does not open. Raises PermissionDenied."""
        raise PermissionDenied(NOT_IN_ROLE)

    @property
    def role(self) -> Role | None:
        """What the signed-in person is in the business."""
        return self.request.role  # type: ignore[attr-defined,no-any-return]

    def may(self, area: Area | None, *, writes: bool = True) -> bool:
        """Whether the signed-in person may change what belongs to an area, or read it."""
        return may(self.role, area, writes=writes)

    @cached_property
    def person(self) -> User:
        """The signed-in person, who is not always the owner of the business."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @property
    def business_or_none(self) -> Business | None:
        """The business that the signed-in person works in; None if there is none."""
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
