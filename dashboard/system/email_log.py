"""The email log: what was sent in the business's name, what is waiting, and what failed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.models import Client, Contact
from core import links
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails, quota
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_response
from core.web.framed_email import framed, with_frames
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView
from dashboard.system.email_kinds import SUBJECTS
from delivery.requests import reply_address

FILTERS = ("q", "state", "about")


class EmailLog(ListPage):
    """The list of all emails, newest first: of one client, about one subject, in one state."""

    needs = Area.EMAILS
    template = "dashboard/system/letters.html"
    page_name = "letters"
    orders = (
        Order("to", gettext_lazy("To"), by="to"),
        Order("date", gettext_lazy("Written"), by="created_at", starts_up=False),
    )
    usual_order = "-date"

    def get(self, request: HttpRequest) -> HttpResponse:
        term, state, about = (query_string.text(request.GET, name) for name in FILTERS)
        rows, client = self.rows(OutboxEmail), self._client()
        if term:
            named = self._addresses(client__name__icontains=term)
            fits = Q(subject__icontains=term) | Q(to__icontains=term) | Q(to__in=named)
            rows = rows.filter(fits)
        if state in OutboxState.values:
            rows = rows.filter(state=state)
        if about in SUBJECTS:
            rows = rows.filter(kind__in=SUBJECTS[about].kinds)
        if client:
            rows = rows.filter(to__in=self._addresses(client=client))
        return self.show(
            request,
            page=self.page_in_order(rows),
            asked=term,
            state=state,
            states=OutboxState.choices,
            about=about,
            subjects=SUBJECTS,
            client=client,
            is_filtered=any((term, state, about, client)),
            held=quota.held(self.rows(OutboxEmail)).count(),
        )

    def _client(self) -> Client | None:
        """The client whose emails are listed, if it is one of this business."""
        pk = query_string.row_id(self.request.GET, "client")
        return self.rows(Client).filter(pk=pk).first() if pk else None

    def _addresses(self, **whose: Any) -> QuerySet[Contact, str]:
        """The addresses of people at clients."""
        return self.rows(Contact).filter(**whose).order_by().values_list("email", flat=True)

    def gone(self) -> bool:
        query = self.request.GET
        return (
            choice_is_gone(query, "state", dict(OutboxState.choices))
            or choice_is_gone(query, "about", SUBJECTS)
            or bool(query.get("client") and not self._client())
        )


class SentEmail(DashboardView):
    """One email as it was sent, but for links and codes that only its recipient may see."""

    needs = Area.EMAILS
    template = "dashboard/system/sent_email.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        email = self.row(
            OutboxEmail, pk, self.rows(OutboxEmail).select_related("attachment", "copy_of")
        )
        text = links.hidden(email.text, email.mark)
        # An answer to the signed address of a person counts as written by that person.
        reply_to = "" if reply_address.is_signed(email.reply_to) else email.reply_to
        copies = self.rows(OutboxEmail).filter(copy_of=email).order_by("to")
        shown = self.show(request, email=email, text=text, reply_to=reply_to, copies=copies)
        return with_frames(shown)


class SentEmailHtml(DashboardView):
    """The HTML of one email, for the frame on its page."""

    needs = Area.EMAILS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        email = self.row(OutboxEmail, pk)
        return framed(links.hidden(email.html, email.mark))


class SentEmailAttachment(DashboardView):
    """The PDF that was attached to an email. Raises Http404 where there is none."""

    needs = Area.EMAILS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        email = self.row(OutboxEmail, pk, self.rows(OutboxEmail).select_related("attachment"))
        if email.attachment is None:
            raise Http404
        return pdf_response(email.attachment)


class ResendEmail(DashboardView):
    """Try once more to send an email that failed."""

    needs = Area.EMAILS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        email = self.row(OutboxEmail, pk)
        if emails.again(letter=email, now=timezone.now()):
            messages.success(request, _("It is tried again."))
        else:
            messages.info(request, _("This email did not fail, or is too old to be sent again."))
        return redirect("dashboard:letters")
