"""The included hours as the client sees them, and the approval of extra hours."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core import formats
from core.dates import local_day
from core.errors import RuleError
from core.tenancy import scoped
from delivery.hours import allowance_statement, overage
from delivery.models import Adjustment, Overage
from portal.access import Money, PortalView
from portal.sessions import origin


class Hours(PortalView):
    """Hours granted, used, rolled over and expired, by period."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.row(Agreement, pk)
        adjustments = scoped(Adjustment, self.contact.business).filter(period__agreement=agreement)
        context = {
            "agreement": agreement,
            "lines": allowance_statement.statement_lines(
                agreement, local_day(timezone.now(), agreement.time_zone)
            ),
            "policy": allowance_statement.rollover_sentence(agreement),
            "adjustments": adjustments.select_related("period"),
        }
        return render(request, "portal/hours.html", context)


class OveragePage(PortalView):
    """Approve or decline extra hours; the page shows what they will cost."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return render(request, "portal/overage.html", {"row": self._row(pk)})

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(pk)
        said_yes = request.POST.get("answer") == "yes"
        decide = overage.approve_overage if said_yes else overage.decline_overage
        if said_yes:
            follows = _(
                "Thank you, the work goes ahead. Your next invoice includes only what is used, at "
                "most %(amount)s before tax."
            ) % {"amount": formats.money(row.most, row.currency)}
        else:
            follows = _("Thank you. Nothing beyond the included time is done or billed.")
        try:
            decide(overage=row, contact=self.contact, now=timezone.now(), origin=origin(request))
            messages.success(request, follows)
        except RuleError as error:
            messages.error(request, str(error))
        return redirect("portal:overage", row.pk)

    def _row(self, pk: UUID) -> Overage:
        return self.row(Overage, pk, "period__agreement__client", "business__owner", "client")
