"""The email log: what was sent in the business's name, what is waiting, and what failed."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import links
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from core.team.roles import Area
from core.web import query_string
from core.web.download import pdf_response
from core.web.framed_email import framed, with_frames
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView
from delivery.requests import reply_address


class EmailLog(ListPage):
    """The list of all emails, newest first."""

    needs = Area.EMAILS
    template = "dashboard/system/letters.html"
    page_name = "letters"
    orders = (
        Order("to", gettext_lazy("To"), by="to"),
        Order("date", gettext_lazy("Written"), by="created_at", starts_up=False),
    )
    usual_order = "-date"

    def get(self, request: HttpRequest) -> HttpResponse:
        emails_sent = self.rows(OutboxEmail)
        term, state = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
        if term:
            emails_sent = emails_sent.filter(subject__icontains=term) | emails_sent.filter(
                to__icontains=term
            )
        if state in OutboxState.values:
            emails_sent = emails_sent.filter(state=state)
        page = self.page_in_order(emails_sent)
        return self.show(request, page=page, asked=term, state=state, states=OutboxState.choices)

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "state", dict(OutboxState.choices))


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
            messages.info(request, _("This email did not fail."))
        return redirect("dashboard:letters")
