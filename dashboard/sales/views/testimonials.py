"""Testimonials: what clients said, to be shown in proposals."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import testimonials
from clients.models import Testimonial
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import pdf_response
from dashboard.page import DashboardView, add_error
from dashboard.proposals.forms.actions import TestimonialForm


class Testimonials(DashboardView):
    """Every testimonial that is in use, and a form to add one."""

    needs = Area.SALES
    template = "dashboard/sales/testimonials.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, TestimonialForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.save_form(request, TestimonialForm(request.POST, request.FILES), None)

    def save_form(
        self, request: HttpRequest, form: TestimonialForm, row: Testimonial | None
    ) -> HttpResponse:
        """Save the form and go to the list; show the page again with the errors otherwise."""
        if form.is_valid():
            try:
                testimonials.keep(
                    business=self.business, now=timezone.now(), row=row, **form.values()
                )
                messages.success(request, _("Saved."))
                return redirect("dashboard:testimonials")
            except RuleError as error:
                add_error(form, error)
        return self.page(request, form, 422, row)

    def page(
        self,
        request: HttpRequest,
        form: TestimonialForm,
        status: int = 200,
        row: Testimonial | None = None,
    ) -> HttpResponse:
        """Render the list beside the form."""
        rows = self.rows(Testimonial).filter(retired_at__isnull=True).select_related("letter")
        return self.show(request, status, form=form, rows=rows, row=row)


class EditTestimonial(Testimonials):
    """Edit a testimonial."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        row = self.row(Testimonial, pk)
        return self.page(request, TestimonialForm(instance=row), row=row)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:  # type: ignore[override]
        row = self.row(Testimonial, pk)
        return self.save_form(
            request, TestimonialForm(request.POST, request.FILES, instance=row), row
        )


class RetireTestimonial(DashboardView):
    """Stop offering a testimonial for new proposals."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        testimonials.retire(row=self.row(Testimonial, pk), now=timezone.now())
        return redirect("dashboard:testimonials")


class ReferenceLetter(DashboardView):
    """The reference letter of a testimonial, as a PDF."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Testimonial, pk, self.rows(Testimonial).select_related("letter"))
        if row.letter is None:
            raise Http404
        return pdf_response(row.letter)
