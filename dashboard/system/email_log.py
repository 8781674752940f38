"""Letters: what was mailed in the business's name, what waits, and what could not be delivered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView


class Letters(DashboardView):
    """Every letter, newest first; its text is not shown, since it holds links for one person alone."""

    template = "dashboard/letters.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.rows(OutboxEmail)
        asked, state = (
            request.GET.get("q", "").replace("\x00", "")[:100],
            request.GET.get("state", ""),
        )
        if asked:
            found = found.filter(subject__icontains=asked) | found.filter(to__icontains=asked)
        if state in OutboxState.values:
            found = found.filter(state=state)
        page = page_of(found, request.GET, by="created_at")
        return self.show(request, page=page, asked=asked, state=state, states=OutboxState.choices)


class SendAgain(DashboardView):
    """Try a letter that failed once more."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        letter = self.row(OutboxEmail, pk)
        if emails.again(letter=letter, now=timezone.now()):
            messages.success(request, _("It is tried again."))
        else:
            messages.info(request, _("This letter did not fail."))
        return redirect("dashboard:letters")
