"""Early warnings: what is behind target this period, and a draft note to the client (rule 39)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.rules.errors import NoRecipient
from agreements.running import email_recipient
from core import formats
from core.errors import RuleError
from core.team.roles import Area
from core.web import query_string
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, add_error, show_error
from dashboard.reports.forms.kpis import NoteForm
from delivery.models import EarlyWarning, MutedItem
from delivery.renewing import warning_actions, warning_texts
from delivery.renewing.quiet_items import item_of

MOST_MUTED = 50  # muted items that are listed


class EarlyWarnings(DashboardView):
    """The list of all early warnings, newest first; `?state=open` lists those to act on."""

    needs = Area.REPORTS
    template = "dashboard/reports/warnings.html"
    is_list = True

    def get(self, request: HttpRequest) -> HttpResponse:
        warning_rows = self.rows(EarlyWarning).select_related("client", "period")
        if only_open := query_string.text(request.GET, "state") == "open":
            warning_rows = warning_rows.filter(
                sent_at__isnull=True,
                dismissed_at__isnull=True,
                replaced_at__isnull=True,
                period__ends_on__gt=self.today,
            )
        page = page_of(warning_rows, request.GET, by="created_at")
        rows = [
            (row, [warning_texts.finding_sentence(finding) for finding in row.findings])
            for row in page.rows
        ]
        muted = self.rows(MutedItem).select_related("client", "agreement")
        return self.show(
            request,
            page=page,
            rows=rows,
            only=only_open,
            today=self.today,
            muted=[(item, warning_texts.item_name(item)) for item in muted[:MOST_MUTED]],
        )


class EarlyWarningPage(DashboardView):
    """One early warning: edit and send the drafted note, or dismiss the warning."""

    needs = Area.REPORTS
    template = "dashboard/reports/warning.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._warning(pk)
        return self._show(request, row, NoteForm(initial={"note": row.note}))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, form, now = self._warning(pk), NoteForm(request.POST), timezone.now()
        try:
            if "let_be" in request.POST:
                warning_actions.dismiss_warning(warning=row, now=now)
                messages.success(request, _("Dismissed. Nothing is sent."))
                return redirect("dashboard:warning", row.pk)
            if not form.is_valid():
                return self._show(request, row, form, 422)
            note = form.cleaned_data["note"]
            recipient = email_recipient.require_recipient(row.period.agreement)
            warning_actions.send_note(
                warning=row, note=note, actor=self.actor, now=now, origin=self.origin
            )
            messages.success(
                request, _("The note is on its way to %(name)s.") % {"name": recipient.name}
            )
        # The text stays in the form until the client has a contact with an email address.
        except NoRecipient as error:
            add_error(form, error)
            return self._show(request, row, form, 422)
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:warning", row.pk)

    def _warning(self, pk: UUID) -> EarlyWarning:
        related = self.rows(EarlyWarning).select_related(
            "client", "period__agreement__contact", "business__owner"
        )
        return self.row(EarlyWarning, pk, related)

    def _show(
        self, request: HttpRequest, row: EarlyWarning, form: Any, status: int = 200
    ) -> HttpResponse:
        language = row.period.agreement.language
        return self.show(
            request,
            status,
            warning=row,
            form=form,
            findings=self._findings(row),
            can_return=row.dismissed_at and row.period.ends_on > self.today,
            person=email_recipient.recipients_by_client([row.period.agreement]).get(row.client_id),
            is_open=row.is_open,
            other_language=(
                formats.language_name(language) if language != formats.language().code else ""
            ),
        )

    def _findings(self, row: EarlyWarning) -> list[tuple[str, bool]]:
        """Each finding in a sentence, and whether its item is muted."""
        muted = set(
            self.rows(MutedItem)
            .filter(agreement=row.period.agreement_id)
            .values_list("kind", "name")
        )
        return [
            (warning_texts.finding_sentence(finding), item_of(finding) in muted)
            for finding in row.findings
        ]


class RestoreWarning(DashboardView):
    """Take the dismissal of a warning back."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(EarlyWarning).select_related("period__agreement")
        row = self.row(EarlyWarning, pk, related)
        try:
            warning_actions.restore_warning(warning=row, now=timezone.now())
            messages.success(request, _("The warning is open again."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:warning", pk)


class MuteItem(DashboardView):
    """Name the item of a finding in no warning any more; `place` says which finding."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = self.rows(EarlyWarning).select_related("period__agreement", "client")
        row = self.row(EarlyWarning, pk, related)
        place = query_string.whole(request.POST.get("place", ""))
        if place is not None and place < len(row.findings):
            item = warning_actions.mute_item(warning=row, place=place, now=timezone.now())
            messages.success(
                request,
                _("Muted: %(item)s. You can unmute it below the list of warnings.")
                % {"item": warning_texts.item_name(item)},
            )
        return redirect("dashboard:warning", pk)


class UnmuteItem(DashboardView):
    """Let warnings name an item again."""

    needs = Area.REPORTS

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        item = self.row(MutedItem, pk)
        warning_actions.unmute_item(item=item)
        messages.success(request, _("Unmuted: %(item)s.") % {"item": warning_texts.item_name(item)})
        return redirect("dashboard:warnings")
