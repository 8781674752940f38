"""What every page of the desk shares: the business's rows, and forms that keep what was typed."""

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
from core.errors import RuleError
from core.tenancy import BusinessView
from core.web.throttle import address

KEPT = 24 * 3600  # seconds a saved form is remembered


class DashboardView(BusinessView, View):
    """A page of the freelancer's own."""

    template = ""

    def post_once(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A form that was saved and is posted again, from a second tab say, leads to where the first one led."""
        mark = request.POST.get("once", "")
        key = f"once:{self.business.pk}:{hashlib.sha256(mark.encode()).hexdigest()}"
        if (led_to := cache.get(key)) and mark:
            messages.info(request, _("This was saved already."))
            return redirect(led_to)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if mark and response.status_code == 302:
            cache.set(key, response["Location"], KEPT)
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and "once" in request.POST and request.business:  # type: ignore[attr-defined]
            return self.post_once(request, *args, **kwargs)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def show(self, request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
        """Render the page's template; 422 where a form was refused."""
        return render(request, self.template, context, status=status)

    @property
    def today(self) -> Any:
        """The date on the business's own wall."""
        return local_day(timezone.now(), self.business.time_zone)

    @property
    def actor(self) -> str:
        """Who acts, for the record."""
        owner = self.business.owner
        return f"{owner.get_full_name()} <{owner.email}>"

    @property
    def origin(self) -> Origin:
        """Where the request came from, for the record."""
        return Origin(address(self.request) or None, self.request.headers.get("User-Agent", ""))


def refuse(form: BaseForm, no: RuleError) -> None:
    """Put a rule's refusal next to the field it is about."""
    form.add_error(no.field if no.field in form.fields else None, str(no))


def say(request: HttpRequest, no: RuleError) -> None:
    """Show a rule's refusal at the top of the next page."""
    messages.error(request, str(no))
