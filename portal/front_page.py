"""/work-with/<address>/: the public page of a business, with a form for prospects; and its logo.

Nobody needs a session, and none is begun: the page sets no cookie. The form acts with nobody's
rights, so forms on other sites may send it (no CSRF token).
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from agreements.proposals import capacity
from clients import front_page as pages
from clients.models import FrontPage
from core.dates import local_day
from core.documents.logos import email_response, logo_response
from core.errors import RuleError
from core.web.throttle import SITE, network, too_often
from portal.sessions import origin

FROM_ONE_NETWORK = 5  # enquiries in an hour
FROM_ONE_SITE = 20  # enquiries in a day: a third of what one business takes
IN_A_DAY = 60  # enquiries to one business


class EnquiryForm(forms.Form):
    """Who somebody is and what they need. `website` is a trap: people do not see it."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    company = forms.CharField(
        label=gettext_lazy("Company"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Tell me about your work"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    website = forms.CharField(required=False, max_length=200)


@require_safe
def email_logo(request: HttpRequest, token: str) -> HttpResponse:
    """The logo in an email. Raises Http404."""
    return email_response(token)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def front_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page, or take an enquiry. The status is 429 for too many from one network."""
    page = pages.find_page(slug)
    if page is None:
        raise Http404
    if "logo" in request.GET:
        return logo_response(page.business)
    with translation.override(page.business.language):
        if request.method != "POST":
            return _show(request, page, EnquiryForm())
        form = EnquiryForm(request.POST)
        if not form.is_valid():
            return _show(request, page, form, 422)
        if _asked_too_often(request, page):
            form.add_error(
                None, _("Many people write just now. Please try again later, or send an email.")
            )
            return _show(request, page, form, 429)
        if not form.cleaned_data.pop("website"):
            try:
                pages.receive_enquiry(
                    page=page,
                    is_full=_places(page) == 0,
                    now=timezone.now(),
                    origin=origin(request),
                    **form.cleaned_data,
                )
            except RuleError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
                return _show(request, page, form, 422)
        return _show(request, page, None)


def _asked_too_often(request: HttpRequest, page: FrontPage) -> bool:
    now, day = timezone.now(), 24 * 3600
    here, site = network(request), f"{page.pk} {network(request, bits=SITE)}"
    return (
        too_often("enquiry", here, limit=FROM_ONE_NETWORK, seconds=3600, now=now)
        or too_often("enquiry_site", site, limit=FROM_ONE_SITE, seconds=day, now=now)
        or too_often("enquiries", str(page.pk), limit=IN_A_DAY, seconds=day, now=now)
    )


def _places(page: FrontPage) -> int | None:
    """The free places, where the page says how many there are."""
    if not page.shows_places:
        return None
    return capacity.places_free(page.business, local_day(timezone.now(), page.business.time_zone))


def _show(
    request: HttpRequest, page: FrontPage, form: EnquiryForm | None, status: int = 200
) -> HttpResponse:
    """Render the page; without a form, the thanks for an enquiry."""
    context = {"page": page, "business": page.business, "form": form, "places": _places(page)}
    return render(request, "portal/front_page.html", context, status=status)
