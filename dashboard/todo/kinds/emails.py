"""Emails that were given up."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from core.models.outbox import OutboxState
from core.outbox import emails
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind


class FailedEmail(Kind):
    """An email that could not be delivered, and is tried again."""

    name, icon, group, page = "email", "mail", Group.REST, "sent_email"
    template, page_label = "email", gettext_lazy("Open the email")
    acts = ("again",)

    def waiting(self, view: DashboardView) -> QuerySet[OutboxEmail]:
        failed = view.rows(OutboxEmail).filter(state=OutboxState.FAILED)
        return failed.order_by("created_at", "pk")

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

    def details(self, view: DashboardView, row: OutboxEmail, form: Any) -> dict[str, Any]:
        return {"email": row}

    def act(self, view: DashboardView, row: OutboxEmail, act: str, form: Any) -> Done:
        if not emails.again(letter=row, now=timezone.now()):
            raise NotAllowedNow(_("This email did not fail."))
        text = _("We will try to send it again: %(subject)s")
        return Done(text % {"subject": row.subject}, url=self.url(row))
