"""The email log: what was sent in the business's name, what is waiting, and what failed."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from core.web import query_string
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView


class EmailLog(DashboardView):
    """The list of all emails, newest first.

    Their text is not shown: it holds links that are meant for one person only.
    """

    template = "dashboard/system/letters.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        emails_sent = self.rows(OutboxEmail)
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            emails_sent = emails_sent.filter(subject__icontains=term) | emails_sent.filter(
                to__icontains=term
            )
        if state in OutboxState.values:
            emails_sent = emails_sent.filter(state=state)
        page = page_of(emails_sent, request.GET, by="created_at")
        return self.show(request, page=page, asked=term, state=state, states=OutboxState.choices)


class ResendEmail(DashboardView):
    """Try once more to send an email that failed."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        email = self.row(OutboxEmail, pk)
        if emails.again(letter=email, now=timezone.now()):
            messages.success(request, _("It is tried again."))
        else:
            messages.info(request, _("This email did not fail."))
        return redirect("dashboard:letters")
