"""An agreement's included hours: statement, corrections, and requests for more hours."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Period
from core import money
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from dashboard.page import DashboardView, add_error, show_error
from dashboard.time.forms.hours import CorrectionForm, ExtraHoursForm, NotificationForm
from delivery.hours import adjustments, allowance_statement, overage
from delivery.models import Adjustment, Overage

CORRECTED = 6  # how many of the newest periods can be corrected


class HoursPage(DashboardView):
    """Hours granted, used and rolled over, as of now or as of a past day."""

    needs = Area.TIME
    template = "dashboard/time/hours.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.page(request, self.agreement(pk))

    def agreement(self, pk: UUID) -> Agreement:
        """The agreement with everything its emails need. Raises Http404."""
        return self.row(
            Agreement,
            pk,
            self.rows(Agreement).select_related("client", "contact", "business__owner"),
        )

    def page(
        self, request: HttpRequest, agreement: Agreement, status: int = 200, **forms: Any
    ) -> HttpResponse:
        """Render the statement with its forms. `forms` replace the fresh ones of the same name."""
        on = query_string.day(request.GET, "on")
        periods = self.periods(agreement)
        rate = overage.hourly_rate(agreement)
        initial = {"rate": money.to_decimal(rate, agreement.currency) if rate else ""}
        context: dict[str, Any] = {
            "adjust": CorrectionForm(periods=periods),
            "ask": ExtraHoursForm(periods=periods, initial=initial),
            "tells": NotificationForm(initial={"who": agreement.tells_hours}),
            "stood_on": on,
            "lines": allowance_statement.statement_lines(agreement, self.today, on),
            "policy": allowance_statement.rollover_sentence(agreement),
            "adjustments": self.rows(Adjustment)
            .filter(period__agreement=agreement)
            .select_related("period"),
            "overages": self.rows(Overage)
            .filter(period__agreement=agreement)
            .select_related("period"),
        }
        return self.show(request, agreement=agreement, status=status, **(context | forms))

    def periods(self, agreement: Agreement) -> Any:
        """The newest periods, latest first, as a queryset that forms can filter further."""
        newest = (
            self.rows(Period)
            .filter(agreement=agreement)
            .order_by("-starts_on")
            .values("pk")[:CORRECTED]
        )
        return (
            self.rows(Period)
            .filter(pk__in=list(newest.values_list("pk", flat=True)))
            .order_by("-starts_on")
        )


class CorrectHours(HoursPage):
    """Correct a period's included hours, with the reason."""

    needs = Area.AGREEMENTS
    only_writes = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.agreement(pk)
        form = CorrectionForm(request.POST, periods=self.periods(agreement))
        if form.is_valid():
            data, now = form.cleaned_data, timezone.now()
            try:
                adjustments.adjust_allowance(
                    period=data["period"],
                    minutes=form.signed(),
                    reason=data["reason"],
                    actor=self.actor,
                    now=now,
                    origin=self.origin,
                )
                messages.success(request, _("Corrected."))
                return redirect("dashboard:hours", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, agreement, status=422, adjust=form)


class RequestExtraHours(HoursPage):
    """Ask the client to approve hours beyond the included ones."""

    needs = Area.AGREEMENTS
    only_writes = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement = self.agreement(pk)
        form = ExtraHoursForm(
            request.POST, periods=self.periods(agreement).select_related("agreement__client")
        )
        if form.is_valid() and (rate := form.price(agreement.currency)) is not None:
            data = form.cleaned_data
            try:
                overage.request_approval(
                    period=data["period"],
                    minutes=data["minutes"],
                    rate=rate,
                    note=data["note"],
                    actor=self.actor,
                    now=timezone.now(),
                )
                messages.success(request, _("The question is on its way to the client."))
                return redirect("dashboard:hours", agreement.pk)
            except RuleError as error:
                add_error(form, error)
        return self.page(request, agreement, status=422, ask=form)


class SetNotifications(HoursPage):
    """Set who is emailed when 80 % and 100 % of the included hours are used."""

    needs = Area.AGREEMENTS
    only_writes = True

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement, form = self.agreement(pk), NotificationForm(request.POST)
        if not form.is_valid():
            return self.page(request, agreement, status=422, tells=form)
        allowance_statement.set_usage_warnings(agreement, form.cleaned_data["who"])
        messages.success(request, _("Saved."))
        return redirect("dashboard:hours", agreement.pk)


class WithdrawOverage(DashboardView):
    """Withdraw a request for more hours."""

    needs = Area.AGREEMENTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Overage, pk, self.rows(Overage).select_related("period", "business"))
        try:
            overage.withdraw_request(overage=row, actor=self.actor, now=timezone.now())
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:hours", row.period.agreement_id)
