"""Quarterly reviews that were sent, as a page and as a file."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from core.web.download import pdf_response
from delivery.models import QuarterlyReview
from delivery.renewing import quarter
from portal.access import PortalView


class ReviewPage(PortalView):
    """One of them, in the language it was written in."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        review = _sent(self, pk)
        with translation.override(review.agreement.language):
            return render(
                request,
                "portal/review.html",
                {"review": review, **quarter.with_words(review.snapshot)},
            )


class ReviewPdf(PortalView):
    """One as a file."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return pdf_response(_sent(self, pk).document)


def _sent(view: PortalView, pk: UUID) -> QuarterlyReview:
    """One that was sent; what was only made does not exist for the client (rule 37)."""
    review = view.row(QuarterlyReview, pk, "agreement", "document")
    if review.sent_at is None:
        raise Http404
    return review
