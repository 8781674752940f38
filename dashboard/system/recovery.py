"""What a person does when the installation stands still: compare with the gateways, then go on."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.models import FoundObject
from billing.recovery import compare, go_on
from core.errors import RuleError
from core.models import User
from core.system import administrators
from core.team.roles import Area
from dashboard.page import DashboardView


class KeepersView(DashboardView):
    """A page for those who look after the installation (core.system.administrators)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Raise PermissionDenied for anybody else who is signed in."""
        if isinstance(request.user, User) and not administrators.looks_after(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class Compare(KeepersView):
    """Read the lists of all gateway accounts, and show what these books do not know."""

    needs = Area.SYSTEM

    def post(self, request: HttpRequest) -> HttpResponse:
        found = compare.compare(now=timezone.now())
        if not found.sentences:
            messages.success(request, _("The payment gateways have nothing that is missing here."))
        return redirect("dashboard:jobs")


class GoOn(KeepersView):
    """Go on: from now on this is the installation that charges, issues and mails."""

    needs = Area.SYSTEM

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            go_on.go_on(actor=self.actor, now=timezone.now())
            messages.success(request, _("This installation works again."))
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("dashboard:jobs")


class CloseFound(DashboardView):
    """Note that the owner has dealt with a payment that is for nothing in these books."""

    needs = Area.SYSTEM

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(FoundObject, pk, compare.open_objects(self.business))
        compare.close(row, actor=self.actor, now=timezone.now())
        messages.success(request, _("Noted."))
        return redirect("dashboard:jobs")
