"""The page behind the link of an invitation into a team."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.documents.printable_text import PrintableForm
from core.errors import RuleError
from core.models import Link, TeamInvitation, User
from core.safety import devices
from core.team import invitations, joining
from core.team.role_words import ROLE_NAMES, ROLE_RIGHTS
from core.team.roles import Role
from dashboard.page import add_error

PAGE = "dashboard/settings/join.html"


class NewcomerForm(PrintableForm, forms.Form):
    """The name and the password of somebody who has no account yet."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Hold the password to the same rules as that of who signs up."""
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        password: str = get_adapter().clean_password(self.cleaned_data["password"], user=person)
        return password


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team_join(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation.

    GET changes nothing, because mail programs fetch links in advance. Whose address has an account
    signs in with it; whoever is signed in with another one cannot accept.
    """
    found = invitations.find(token, now=timezone.now())
    if found is None:
        return render(request, "dashboard/settings/join_stale.html", status=410)
    link, invitation = found
    if isinstance(request.user, User):
        return _as_signed_in(request, link, invitation, request.user)
    if joining.account_of(invitation):
        return _page(request, invitation, step="sign_in", here=request.path)
    return _as_newcomer(request, link, invitation)


def _as_signed_in(
    request: HttpRequest, link: Link, invitation: TeamInvitation, user: User
) -> HttpResponse:
    if not joining.is_theirs(user, invitation):
        status = 403 if request.method == "POST" else 200
        return _page(request, invitation, status, step="other", here=request.path)
    if request.method != "POST":
        return _page(request, invitation, step="accept")
    try:
        joining.join(link=link, user=user, origin=devices.origin_of(request), now=timezone.now())
    except RuleError as error:
        return _page(request, invitation, 409, step="accept", error=str(error))
    return _inside(request, invitation)


def _as_newcomer(request: HttpRequest, link: Link, invitation: TeamInvitation) -> HttpResponse:
    form = NewcomerForm(request.POST if request.method == "POST" else None, email=invitation.email)
    if request.method == "POST" and form.is_valid():
        try:
            person = joining.join_as_new(
                link=link,
                origin=devices.origin_of(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RuleError as error:
            add_error(form, error)
        else:
            login(request, person, backend="django.contrib.auth.backends.ModelBackend")
            return _inside(request, invitation)
    status = 422 if form.is_bound else 200
    return _page(request, invitation, status, step="newcomer", form=form)


def _inside(request: HttpRequest, invitation: TeamInvitation) -> HttpResponse:
    said = _("Welcome to %(business)s.") % {"business": invitation.business.name}
    messages.success(request, said)
    return redirect(reverse("dashboard:home"))


def _page(
    request: HttpRequest, invitation: TeamInvitation, status: int = 200, **context: Any
) -> HttpResponse:
    role = Role(invitation.role)
    context |= {
        "invitation": invitation,
        "role": ROLE_NAMES[role],
        "rights": ROLE_RIGHTS[role],
    }
    return render(request, PAGE, context, status=status)
