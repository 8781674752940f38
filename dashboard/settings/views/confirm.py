"""Confirming by an emailed code that it is you, and going on with what was posted before."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import links
from core.safety import confirmation, second_factor
from core.safety.code_email import CODE_LIFE, email_code
from core.team.roles import Area
from core.web import query_string
from core.web.throttle import too_often
from dashboard.page import DashboardView

SENT = "confirm_code"  # where the session holds the id of the code that was sent, and its time
TRIES = 5  # wrong codes before a new one is needed


class ConfirmByEmail(DashboardView):
    """Ask for a code that is emailed, of users who have no second factor."""

    needs = Area.OWN
    template = "dashboard/settings/confirm.html"
    needs_business = False
    confirms = False

    def get(self, request: HttpRequest) -> HttpResponse:
        if second_factor.has_one(self.person):
            return confirmation.ask(request)
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if second_factor.has_one(self.person):
            return confirmation.ask(request)
        if "code" not in request.POST:
            return self.page(request, self.send())
        if error := self.fault(request.POST["code"]):
            return self.page(request, error)
        links.use_up(UUID(request.session.pop(SENT)["row"]), now=timezone.now())
        confirmation.confirm(request, now=timezone.now())
        return redirect(self.goes_to)

    def page(self, request: HttpRequest, error: str = "") -> HttpResponse:
        """Render the page: a button that sends a code, or a field for the one that was sent."""
        return self.show(
            request,
            422 if error else 200,
            error=error,
            sent=SENT in request.session,
            next=self.goes_to,
            has_password=self.person.has_usable_password(),
            minutes=int(CODE_LIFE.total_seconds() / 60),
        )

    @property
    def goes_to(self) -> str:
        """Where the user wanted to go; never another site."""
        wish = self.request.POST.get("next") or query_string.text(self.request.GET, "next")
        is_ours = url_has_allowed_host_and_scheme(
            wish, {self.request.get_host()}, self.request.is_secure()
        )
        return wish if is_ours else reverse("dashboard:home")

    def send(self) -> str:
        """Email a new code. Returns what is wrong, or ""."""
        now, who = timezone.now(), str(self.person.pk)
        if too_often("confirm_code", who, limit=6, seconds=3600, now=now) or too_often(
            "confirm_code_day", who, limit=12, seconds=24 * 3600, now=now
        ):
            return _("Too many codes were asked for. Please wait an hour.")
        row = email_code(user=self.person, now=now)
        self.request.session[SENT] = {"row": str(row.pk), "at": now.timestamp()}
        return ""

    def fault(self, typed: str) -> str:
        """What is wrong with the code that was typed, or ""."""
        now, sent = timezone.now(), self.request.session.get(SENT)
        old = _("This code is no longer valid. Ask for a new one.")
        if sent is None or now.timestamp() - sent["at"] > CODE_LIFE.total_seconds():
            return old
        if too_often("confirm_code_try", sent["row"], limit=TRIES, seconds=3600, now=now):
            return old
        if not links.is_unused(UUID(sent["row"]), of=self.person.pk, now=now):
            return old
        if not constant_time_compare(links.digits_of(typed), links.code(UUID(sent["row"]))):
            return _("This is not the code we sent. Please check it, or ask for a new one.")
        return ""


class Confirmed(DashboardView):
    """Post once more, with one press, what was posted before the user confirmed."""

    needs = Area.OWN
    template = "dashboard/settings/confirmed.html"
    needs_business = False
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = confirmation.waiting(request)
        confirmation.forget(request)
        if waiting is None:
            return redirect("dashboard:home")
        response = self.show(request, path=waiting["path"], carried=waiting["fields"])
        response.headers["Cache-Control"] = "no-store"
        return response
