"""Early warnings: a note to the client is drafted, or nothing is sent (rule 39)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.running import email_recipient
from core import formats
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.reports.forms.kpis import NoteForm
from dashboard.todo.items import Done, Entry, Group, Kind, as_moment, checked, posted
from delivery.models import EarlyWarning
from delivery.renewing import warning_actions, warning_texts


class OpenWarning(Kind):
    """What is behind target in a period that still runs."""

    needs = Area.REPORTS
    name, icon, group, page = "warning", "alert-triangle", Group.MONTH, "warning"
    template, page_label = "warning", gettext_lazy("Open the warning")
    acts = ("send", "dismiss")

    def waiting(self, view: DashboardView) -> QuerySet[EarlyWarning]:
        rows = view.rows(EarlyWarning).filter(
            sent_at__isnull=True,
            dismissed_at__isnull=True,
            replaced_at__isnull=True,
            period__ends_on__gt=view.today,
        )
        return rows.select_related("client", "period").order_by("period__ends_on", "pk")

    def row(self, view: DashboardView, pk: UUID) -> EarlyWarning:
        related = view.rows(EarlyWarning).select_related(
            "client", "period__agreement__contact", "business__owner"
        )
        return view.row(EarlyWarning, pk, related)

    def entry(self, view: DashboardView, row: EarlyWarning) -> Entry:
        last = {"day": formats.day_short(formats.last_day(row.period.ends_on))}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            as_moment(row.period.ends_on),
            _("Behind target"),
            row.client.name,
            _("period ends %(day)s") % last,
            "warn",
        )

    def form(self, view: DashboardView, row: EarlyWarning, *data: Any) -> NoteForm:
        return NoteForm(posted(data), initial={"note": row.note})

    def details(self, view: DashboardView, row: EarlyWarning, form: Any) -> dict[str, Any]:
        agreement = row.period.agreement
        own = formats.language().code
        return {
            "warning": row,
            "findings": [warning_texts.finding_sentence(one) for one in row.findings],
            "person": email_recipient.recipients_by_client([agreement]).get(row.client_id),
            "other_language": (
                formats.language_name(agreement.language) if agreement.language != own else ""
            ),
        }

    def act(self, view: DashboardView, row: EarlyWarning, act: str, form: Any) -> Done:
        """Send the note, or dismiss the warning."""
        now, facts = timezone.now(), {"client": row.client.name}
        if act == "dismiss":
            warning_actions.dismiss_warning(warning=row, now=now)
            text = _("The warning about %(client)s is dismissed; nothing is sent.") % facts
            return Done(text, undo={}, until=as_moment(row.period.ends_on), url=self.url(row))
        note = checked(form)["note"]
        recipient = email_recipient.require_recipient(row.period.agreement)
        warning_actions.send_note(
            warning=row, note=note, actor=view.actor, now=now, origin=view.origin
        )
        text = _("The note is on its way to %(name)s.") % {"name": recipient.name}
        return Done(text, url=self.url(row))

    def undo(self, view: DashboardView, row: EarlyWarning, kept: Mapping[str, str]) -> str:
        warning_actions.restore_warning(warning=row, now=timezone.now())
        return _("The warning about %(client)s is open again.") % {"client": row.client.name}
