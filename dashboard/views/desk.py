"""What every page of the desk shares: the business's rows, and forms that keep what was typed."""

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from core.audit import Origin
from core.dates import local_day
from core.errors import RuleError
from core.tenancy import BusinessView
from core.throttle import address


class Desk(BusinessView, View):
    """A page of the freelancer's own."""

    template = ""

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
