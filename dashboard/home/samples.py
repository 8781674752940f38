"""Load sample clients to try things with, and remove them (rule 59)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.samples import load, remove
from core.team.roles import Area
from dashboard.page import DashboardView


class LoadSamples(DashboardView):
    """Load the three sample clients."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest) -> HttpResponse:
        load.load_samples(business=self.business, now=timezone.now())
        messages.success(request, _("Three sample clients are here. Have a look around."))
        return redirect("dashboard:home")


class RemoveSamples(DashboardView):
    """Remove the sample clients with everything that was made for them."""

    needs = Area.SETTINGS

    def post(self, request: HttpRequest) -> HttpResponse:
        remove.remove_samples(business=self.business)
        messages.success(request, _("The sample clients are removed. Nothing of them is left."))
        return redirect("dashboard:home")
