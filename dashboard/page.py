"""The base of every dashboard page: the business's rows, the audit origin, and messages."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from core.audit import Origin
from core.dates import local_day
from core.documents.printable_text import PrintableForm
from core.errors import RuleError
from core.lists.way_back import keep_place
from core.safety import log
from core.team.roles import Role
from core.tenancy import BusinessView
from core.web.tab_saves import Tab, read_tab
from core.web.throttle import address, too_often
from dashboard.shown_to_role import without_refused

JSON = "application/json"
TEST_EMAILS_AN_HOUR = 20  # to the owner of one business
REMEMBERED = 24 * 3600  # seconds for which a saved form is remembered


class DashboardView(BusinessView, View):
    """The base of every dashboard view. Subclasses set `template`."""

    template = ""
    confirms = False  # whether a user first confirms that it is them (core.safety.confirmation)
    is_list = False  # whether a step that leads here keeps the place in it (core.lists.way_back)

    def post_once(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Save a form only once, even if it is posted twice, for example from a second tab.

        Every form carries a random token in its field "once". If a form with this token was saved
        before, redirect to where the first request led.
        """
        token = request.POST.get("once", "")
        key = f"once:{self.business.pk}:{hashlib.sha256(token.encode()).hexdigest()}"
        if (location := cache.get(key)) and token:
            messages.info(request, _("This was saved already."))
            return redirect(location)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        # Only these mean that the form was saved: a form with errors may be posted again.
        location = response["Location"] if response.status_code == 302 else ""
        if token and (saved_at := location or getattr(response, "saved_at", "")):
            cache.set(key, saved_at, REMEMBERED)
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "POST" and "once" in request.POST and request.business:  # type: ignore[attr-defined]
            response = self.post_once(request, *args, **kwargs)
        else:
            response = super().dispatch(request, *args, **kwargs)
        keep_place(request, response)
        return response

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        """Render the view's template, with what the person's role may use.

        `status` is 422 where a form was refused. The template gets `may_change`: whether the role
        may change what the page is about, for parts that are of no use to who only reads.
        """
        context = {"may_change": self.may(self.needs), **context}
        page = render(request, self.template, context, status=status)
        return page if self.role in (None, Role.OWNER) else without_refused(page, request)

    @property
    def is_script(self) -> bool:
        """Whether static/js/autosave.js asks, which reads JSON, and no page is to be shown."""
        return self.request.headers.get("Accept") == JSON

    @property
    def tab(self) -> Tab:
        """The browser tab whose script saves, and the number of this save in that tab."""
        return read_tab(self.request.POST.get("tab", ""), self.request.POST.get("count", ""))

    @property
    def today(self) -> Any:
        """Today's date in the business's time zone."""
        return local_day(timezone.now(), self.business.time_zone)

    @property
    def actor(self) -> str:
        """Who acts, for the audit log: the signed-in person's name and email address."""
        return f"{self.person.get_full_name()} <{self.person.email}>"

    @property
    def by(self) -> log.By:
        """Who acts, and from where, for the security log."""
        return log.By(log.named(self.person), self.origin)

    def too_many_test_emails(self) -> bool:
        """Count one test email of the business; True, with a message, if there were too many."""
        who, now = str(self.business.pk), timezone.now()
        if not too_often("test_email", who, limit=TEST_EMAILS_AN_HOUR, seconds=3600, now=now):
            return False
        messages.error(
            self.request,
            _("We sent you %(number)d test emails within the last hour. Please try again later.")
            % {"number": TEST_EMAILS_AN_HOUR},
        )
        return True

    @property
    def origin(self) -> Origin:
        """The request's IP address and user agent, for the audit log."""
        return Origin(address(self.request) or None, self.request.headers.get("User-Agent", ""))


def add_error(form: BaseForm, error: RuleError) -> None:
    """Show the message of a refused action next to the form field it is about."""
    form.add_error(error.field if error.field in form.fields else None, str(error))


def show_warnings(request: HttpRequest, *forms: PrintableForm) -> None:
    """Say at the top of the next page what documents will not show of these saved forms."""
    for form in forms:
        for sentence in form.warnings:
            messages.warning(request, sentence)


def show_error(request: HttpRequest, error: RuleError) -> None:
    """Show the message of a refused action at the top of the next page."""
    messages.error(request, str(error))
