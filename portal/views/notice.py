"""The client gives notice. Minimum term and notice period are shown and enforced (rule 6)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.changing import end
from agreements.models import Agreement
from core.dates import local_day
from core.errors import RuleError
from portal.access import Money, PortalView
from portal.forms import NoticeForm
from portal.sessions import origin


class GiveNotice(PortalView):
    """The earliest possible end, what happens until then, and the form to give notice."""

    money = Money.ALL

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._show(request, self._running(pk), None)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        agreement, form = self._running(pk), NoticeForm(request.POST)
        if not form.is_valid():
            return self._show(request, agreement, form, 422)
        try:
            end.give_notice(
                agreement=agreement,
                actor=self.contact,
                now=timezone.now(),
                origin=origin(request),
                **form.cleaned_data,
            )
        except RuleError as error:
            form.add_error("ends_on", str(error))
            return self._show(request, agreement, form, 422)
        messages.success(request, _("Your notice is recorded. We have emailed you the last day."))
        return redirect("portal:agreement", agreement.pk)

    def _running(self, pk: UUID) -> Agreement:
        """The agreement. Raises Http404 if notice cannot be given."""
        agreement = self.row(Agreement, pk, "business__owner", "contact")
        if not end.can_end(agreement):
            raise Http404
        return agreement

    def _show(
        self, request: HttpRequest, agreement: Agreement, form: NoticeForm | None, status: int = 200
    ) -> HttpResponse:
        earliest = end.earliest_end(agreement, local_day(timezone.now(), agreement.time_zone))
        form = form or NoticeForm(initial={"ends_on": earliest})
        context = {"agreement": agreement, "first": earliest, "form": form}
        return render(request, "portal/notice.html", context, status=status)
