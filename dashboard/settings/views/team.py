"""The team: who works in the business, who is invited, and which business one works in oneself."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.errors import RuleError
from core.models import Business, Membership, TeamInvitation
from core.team import invitations, members
from core.team.role_words import ROLE_NAMES, ROLE_RIGHTS, given_roles
from core.team.roles import GIVEN, Area, Role
from core.web.throttle import too_often
from dashboard.page import DashboardView, add_error, show_error
from dashboard.settings.subjects import SettingsView
from delivery.hours import timer

AN_HOUR, A_DAY = 10, 30  # emails with an invitation that a business can send


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=gettext_lazy("Email"), max_length=254)
    role = forms.ChoiceField(
        label=pgettext_lazy("in a team", "Role"), choices=given_roles, initial=Role.ASSISTANT
    )


class Team(SettingsView):
    """Everybody who works here or is invited; a form to invite somebody."""

    needs = Area.OWNERSHIP
    confirms = True
    template = "dashboard/settings/team.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, InviteForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST)
        if form.is_valid():
            try:
                refuse_too_many(self.business)
                invitations.invite(
                    business=self.business,
                    by=self.person,
                    origin=self.origin,
                    now=timezone.now(),
                    **form.cleaned_data,
                )
            except RuleError as error:
                add_error(form, error)
            else:
                said = _("We emailed %(email)s an invitation, valid for 14 days.")
                messages.success(request, said % {"email": form.cleaned_data["email"]})
                return redirect("dashboard:team")
        return self.page(request, form, 422)

    def page(self, request: HttpRequest, form: InviteForm, status: int = 200) -> HttpResponse:
        """Render the page."""
        now = timezone.now()
        return self.show(
            request,
            status,
            form=form,
            owner=self.business.owner,
            owner_role=ROLE_NAMES[Role.OWNER],
            members=members.members(self.business),
            waiting=[
                (row, ROLE_NAMES[Role(row.role)], row.expires_at <= now)
                for row in invitations.waiting(self.business)
            ],
            roles=given_roles(),
            rights=[(ROLE_NAMES[role], ROLE_RIGHTS[role]) for role in (Role.OWNER, *GIVEN)],
        )


def refuse_too_many(business: Business) -> None:
    """Count one email with an invitation. Raises RuleError if there were too many."""
    now, limits = timezone.now(), ((AN_HOUR, 3600), (A_DAY, 24 * 3600))
    if any(
        too_often(f"team_invite_{seconds}", str(business.pk), limit=limit, seconds=seconds, now=now)
        for limit, seconds in limits
    ):
        raise RuleError(_("Too many invitations were sent. Please try again later."))


class TeamChange(DashboardView):
    """The base of what is done with one person or invitation on the page of the team."""

    needs = Area.OWNERSHIP

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            messages.success(request, self.change(pk))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:team")

    def change(self, pk: UUID) -> str:
        """Do it, and say what was done. Raises RuleError."""
        raise NotImplementedError

    @property
    def acting(self) -> dict[str, Any]:
        """Who acts, from where and when, as every verb of the team is told."""
        return {"by": self.person, "origin": self.origin, "now": timezone.now()}


class ResendInvitation(TeamChange):
    """Email a new link; earlier ones do not open any more."""

    confirms = True

    def change(self, pk: UUID) -> str:
        row = self.row(TeamInvitation, pk)
        refuse_too_many(self.business)
        invitations.resend(invitation=row, **self.acting)
        return _("We emailed %(email)s a new link, valid for 14 days.") % {"email": row.email}


class WithdrawInvitation(TeamChange):
    """Close an invitation."""

    confirms = True

    def change(self, pk: UUID) -> str:
        row = self.row(TeamInvitation, pk)
        invitations.withdraw(invitation=row, **self.acting)
        said = _("The invitation of %(email)s was withdrawn. Its link no longer works.")
        return said % {"email": row.email}


class ChangeRole(TeamChange):
    """Give a person another role."""

    confirms = True

    def change(self, pk: UUID) -> str:
        row = members.change_role(
            membership=self.row(Membership, pk),
            role=self.request.POST.get("role", ""),
            **self.acting,
        )
        values = {"name": row.user.get_full_name(), "role": ROLE_NAMES[Role(row.role)]}
        return _("New role of %(name)s: %(role)s.") % values


class RemoveMember(TeamChange):
    """Take a person out of the team; a timer of theirs is stopped first."""

    confirms = True

    def change(self, pk: UUID) -> str:
        row = self.row(Membership, pk)
        members.remove(membership=row, **self.acting)
        self._end_timer(row)
        said = _("%(name)s was removed and can no longer open %(business)s.")
        return said % {"name": row.user.get_full_name(), "business": self.business.name}

    def _end_timer(self, row: Membership) -> None:
        """Record the time of a running timer; discard one whose time cannot be recorded."""
        running = timer.running_timer(row.user, self.business)
        if running is None:
            return
        whose: dict[str, Any] = {"user": row.user, "business": self.business, "pk": running.pk}
        try:
            timer.stop_timer(**whose, now=timezone.now(), actor=self.actor)
        except RuleError:
            timer.discard_timer(**whose)


class Switch(DashboardView):
    """Work in another business that one belongs to, from now on."""

    needs = Area.OWN
    needs_business = False
    confirms = False

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            business = members.switch(user=self.person, business=pk)
        except RuleError as error:
            messages.error(request, str(error))
            return redirect("dashboard:home")
        if business is None:
            raise Http404
        messages.success(request, _("You work in %(business)s now.") % {"business": business.name})
        return redirect("dashboard:home")
