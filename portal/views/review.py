"""Quarterly reviews that were sent, as a page and as a PDF."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from core.web.download import pdf_response
from delivery.models import QuarterlyReview
from delivery.renewing import review_contents
from portal.access import Money, PortalView


class ReviewPage(PortalView):
    """A quarterly review, in the agreement's language."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        review = _sent_review(self, pk)
        with translation.override(review.agreement.language):
            return render(
                request,
                "portal/review.html",
                {"review": review, **review_contents.template_context(review.snapshot)},
            )


class ReviewPdf(PortalView):
    """A quarterly review as a PDF."""

    money = Money.NONE

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return pdf_response(_sent_review(self, pk).document)


def _sent_review(view: PortalView, pk: UUID) -> QuarterlyReview:
    """A quarterly review that was sent. Raises Http404 otherwise: drafts stay private (rule 37)."""
    review = view.row(QuarterlyReview, pk, "agreement", "document")
    if review.sent_at is None:
        raise Http404
    return review
