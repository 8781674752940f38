"""Quarterly reviews of an agreement: preview, create, download and send."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from core.dates import local_day
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import pdf_response
from dashboard.page import DashboardView, add_error, show_error
from dashboard.reports.forms.kpis import ReviewForm
from delivery.models import QuarterlyReview
from delivery.renewing import quarterly_reviews, review_contents


class QuarterlyReviews(DashboardView):
    """A preview of the next quarterly review, and those already created."""

    needs = Area.REPORTS
    template = "dashboard/reports/reviews.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement, over = self._agreement(pk)
        return self._show(request, agreement, ReviewForm(periods=over), None, "")

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Preview the review with this text; the button "make" creates the document."""
        agreement, over = self._agreement(pk)
        form = ReviewForm(request.POST, periods=over)
        if not form.is_valid():
            return self._show(request, agreement, form, None, request.POST.get("outlook", ""), 422)
        until, outlook = form.cleaned_data["until"], form.cleaned_data["outlook"]
        if "make" not in request.POST:
            return self._show(request, agreement, form, until, outlook)
        try:
            periods = quarterly_reviews.review_periods(agreement, until, self._today(agreement))
            quarterly_reviews.create_review(
                agreement=agreement, periods=periods, outlook=outlook, now=timezone.now()
            )
            messages.success(request, _("The document is ready. Review it, then send it."))
            return redirect("dashboard:reviews", agreement.pk)
        except RuleError as error:
            add_error(form, error)
        return self._show(request, agreement, form, until, outlook, 422)

    def _agreement(self, pk: UUID) -> Any:
        """The agreement and its ended periods."""
        related = self.rows(Agreement).select_related("client", "contact", "business__owner")
        agreement = self.row(Agreement, pk, related)
        return agreement, review_contents.ended_periods(agreement, self._today(agreement))

    def _today(self, agreement: Agreement) -> date:
        """Today's date in the agreement's time zone."""
        return local_day(timezone.now(), agreement.time_zone)

    def _show(
        self,
        request: HttpRequest,
        agreement: Agreement,
        form: Any,
        until: date | None,
        outlook: str,
        status: int = 200,
    ) -> HttpResponse:
        periods = quarterly_reviews.review_periods(agreement, until, self._today(agreement))
        preview: dict[str, Any] = {}
        if periods:
            snapshot = quarterly_reviews.compose_review(
                agreement=agreement, periods=periods, outlook=outlook
            )
            with translation.override(agreement.language):
                preview = review_contents.template_context(snapshot)
        made = self.rows(QuarterlyReview).filter(agreement=agreement).select_related("document")
        return self.show(request, status, agreement=agreement, form=form, made=made, shown=preview)


class SendQuarterlyReview(DashboardView):
    """Email a quarterly review to the client."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "agreement__contact", "business__owner", "document")
        review = self.row(QuarterlyReview, pk, self.rows(QuarterlyReview).select_related(*related))
        try:
            quarterly_reviews.send_review(
                review=review, actor=self.actor, now=timezone.now(), origin=self.origin
            )
            messages.success(request, _("The review is on its way."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:reviews", review.agreement_id)


class QuarterlyReviewPdf(DashboardView):
    """A quarterly review as a PDF."""

    needs = Area.REPORTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return pdf_response(
            self.row(
                QuarterlyReview, pk, self.rows(QuarterlyReview).select_related("document")
            ).document
        )
