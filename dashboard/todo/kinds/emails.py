"""Emails that were given up, or that came back."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clients.people import corrected_address
from core import formats
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from core.team.roles import Area
from dashboard.home import todos
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, checked, posted


class AddressForm(forms.Form):
    """The address to which the email is sent again."""

    address = forms.EmailField(label=gettext_lazy("Address"), max_length=254, required=False)


class FailedEmail(Kind):
    """An email that could not be delivered, or came back; its address can be corrected."""

    needs = Area.EMAILS
    name, icon, group, page = "email", "mail", Group.REST, "sent_email"
    template, page_label = "email", gettext_lazy("Open the email")
    acts = ("again",)

    def waiting(self, view: DashboardView) -> QuerySet[OutboxEmail]:
        came_back = Q(
            state=OutboxState.BOUNCED, bounced_at__gte=timezone.now() - todos.BOUNCED_WITHIN
        )
        lost = view.rows(OutboxEmail).filter(Q(state=OutboxState.FAILED) | came_back)
        return lost.filter(emptied_at=None).order_by("created_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> OutboxEmail:
        return view.row(OutboxEmail, pk)

    def entry(self, view: DashboardView, row: OutboxEmail) -> Entry:
        subject = row.subject or _("An email that could not be written")
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.created_at,
            _("Not delivered: %(subject)s") % {"subject": subject},
            row.to,
            _("written on %(day)s") % {"day": formats.day_short(row.created_at)},
            "bad",
        )

    def form(self, view: DashboardView, row: OutboxEmail, *data: Any) -> AddressForm:
        return AddressForm(posted(data), initial={"address": row.to})

    def details(self, view: DashboardView, row: OutboxEmail, form: Any) -> dict[str, Any]:
        return {"email": row}

    def act(self, view: DashboardView, row: OutboxEmail, act: str, form: Any) -> Done:
        address = checked(form)["address"] or row.to
        if address.lower() != row.to.lower():
            person = corrected_address.send_to(
                business=view.business, email=row, address=address, now=timezone.now()
            )
            text = _("%(name)s now has the address %(email)s. We are sending the email again.")
            return Done(text % {"name": person.name, "email": person.email}, url=self.url(row))
        if not emails.again(letter=row, now=timezone.now()):
            raise NotAllowedNow(_("This email did not fail, or is too old to be sent again."))
        text = _("We will try to send it again: %(subject)s")
        return Done(text % {"subject": row.subject}, url=self.url(row))
