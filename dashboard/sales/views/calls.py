"""Calls with prospects: book, reschedule, export to a calendar, and take notes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import client_records
from clients.calls import booking, call_notes
from clients.models import Call, Client, Contact
from core import links
from core.documents import calendar_file
from core.errors import RuleError
from core.team.roles import Area
from core.web.download import calendar_response
from core.web.tab_saves import ChangedElsewhere
from dashboard.page import DashboardView, add_error, show_error
from dashboard.sales.forms.calls import BookForm, GuideForm

USUAL_HOUR, FRIDAY = 10, 5


class _BookingView(DashboardView):
    """The page that asks when and with whom.

    Booking without a decision maker shows a warning first; a second button books anyway.
    """

    template = "dashboard/sales/call_book.html"

    def form(self, client: Client, data: Any = None, **initial: Any) -> BookForm:
        """The booking form for a client; `initial` is what it shows first."""
        contacts = (
            self.rows(Contact).filter(client=client).order_by("-is_decision_maker", "name_key")
        )
        return BookForm(
            data,
            business=self.business,
            contacts=contacts,
            now=timezone.now(),
            initial=initial or None,
        )

    def page(
        self, request: HttpRequest, client: Client, form: BookForm, **context: Any
    ) -> HttpResponse:
        """Render the page, saying whether the client has a decision maker at all."""
        return self.show(
            request,
            client=client,
            form=form,
            decides=client_records.decision_maker(client),
            **context,
        )

    def save(self, request: HttpRequest, client: Client, row: Call | None = None) -> HttpResponse:
        """Book a call, or reschedule `row`.

        A contact that is entered on the same page is added in the same transaction as the call.
        """
        form, needs_decision_maker = self.form(client, request.POST), False
        if form.is_valid():
            try:
                with transaction.atomic():
                    call = self._write(client, form, row, "anyway" in request.POST)
                return redirect("dashboard:call", call.pk)
            except booking.NobodyDecides:
                needs_decision_maker = True
            except RuleError as error:
                # The email field of the new contact has another name in this form than in the rule.
                error.field = f"someone_{error.field}" if error.field == "email" else error.field
                add_error(form, error)
        return self.page(request, client, form, row=row, warns=needs_decision_maker, status=422)

    def _write(self, client: Client, form: BookForm, row: Call | None, anyway: bool) -> Call:
        values, now = form.cleaned_data, timezone.now()
        contacts = list(values["contacts"])
        if values["someone_name"]:
            contacts.append(
                client_records.add_contact(
                    client=client,
                    name=values["someone_name"],
                    email=values["someone_email"],
                    role=values["someone_role"],
                    is_decision_maker=values["someone_decides"],
                    now=now,
                )
            )
        schedule: dict[str, Any] = {
            "contacts": contacts,
            "starts_at": values["starts_at"],
            "minutes": values["minutes"],
            "anyway": anyway,
            "tells": values["tells"],
            "now": now,
        }
        if row:
            return booking.rebook(call=row, **schedule)
        return booking.book(client=client, actor=self.actor, **schedule)


def usual_time(now: datetime) -> datetime:
    """When a call can be, seen from `now`: at 10:00 on a working day, at least a day ahead."""
    time = now.replace(hour=USUAL_HOUR, minute=0, second=0, microsecond=0)
    while time - now < timedelta(days=1) or time.isoweekday() > FRIDAY:
        time += timedelta(days=1)
    return time


class BookCall(_BookingView):
    """Book a call; a time on the next working day and the decision maker are filled in."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        local_time = usual_time(timezone.now().astimezone(ZoneInfo(self.business.time_zone)))
        decision_maker = client_records.decision_maker(client)
        contacts = [decision_maker.pk] if decision_maker else []
        return self.page(
            request,
            client,
            self.form(client, on=local_time.date(), at=local_time.time(), contacts=contacts),
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.save(request, self.row(Client, pk))


class RescheduleCall(_BookingView):
    """Reschedule a call: another time, length or other contacts."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        local_time = row.starts_at.astimezone(ZoneInfo(self.business.time_zone))
        contacts = [contact.pk for contact in row.contacts.all()]
        form = self.form(
            row.client,
            on=local_time.date(),
            at=local_time.time(),
            minutes=row.minutes,
            contacts=contacts,
        )
        return self.page(request, row.client, form, row=row)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        return self.save(request, row.client, row)

    def _call(self, pk: UUID) -> Call:
        return self.row(Call, pk, self.rows(Call).select_related("client"))


class CancelCall(DashboardView):
    """Cancel a call; everybody on it is emailed."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        related = ("client", "business__owner")
        row = self.row(Call, pk, self.rows(Call).select_related(*related))
        try:
            booking.cancel(call=row, now=timezone.now())
            messages.success(request, _("The call is cancelled. We emailed everybody on it."))
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:call", row.pk)


class CallPage(DashboardView):
    """The call guide: before, during and after the call on one screen.

    A script saves while the freelancer types; without the script, a button saves.
    """

    needs = Area.SALES
    template = "dashboard/sales/call.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        return self._page(request, row, GuideForm(instance=row))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        # The form gets a row of its own: validation writes to its instance, and `row` must stay as
        # stored.
        form = GuideForm(request.POST, instance=self._call(pk))
        is_script = self.is_script
        if not form.is_valid():
            answer = JsonResponse({"said": " ".join(form.all_errors)}, status=422)
            return answer if is_script else self._page(request, row, form, status=422)
        try:
            call_notes.write(
                call=row,
                typed=form.typed(),
                revision=form.cleaned_data["revision"],
                now=timezone.now(),
                tab=self.tab,
            )
        except ChangedElsewhere as error:
            if is_script:
                return JsonResponse({"said": str(error), "revision": row.revision}, status=409)
            form.overwrite(row.revision)
            return self._page(request, row, form, status=409, theirs=row)
        if is_script:
            return JsonResponse(
                {"revision": row.revision, "at": self._clock(row), "unread": row.unread}
            )
        messages.success(request, _("Saved."))
        return redirect("dashboard:call", row.pk)

    def _page(
        self, request: HttpRequest, row: Call, form: GuideForm, status: int = 200, **extra: Any
    ) -> HttpResponse:
        """Render the guide with the call's participants."""
        participants = list(row.contacts.order_by("-is_decision_maker", "name_key"))
        decides = any(contact.is_decision_maker for contact in participants)
        context = {
            "call": row,
            "client": row.client,
            "people": participants,
            "decides": decides,
            "at": self._clock(row),
            "can_cancel": not row.cancelled_at and row.starts_at > timezone.now(),
        }
        return self.show(request, form=form, status=status, **context, **extra)

    def _call(self, pk: UUID) -> Call:
        return self.row(Call, pk, self.rows(Call).select_related("client", "business"))

    def _clock(self, call: Call) -> str:
        """When the notes were last saved (HH:MM, the business's time zone); empty if never."""
        return (
            f"{call.written_at.astimezone(ZoneInfo(self.business.time_zone)):%H:%M}"
            if call.written_at
            else ""
        )


class CallCalendarFile(DashboardView):
    """The call as a calendar file.

    The freelancer may forward the file, so it holds nothing private, such as notes (rule 37).
    """

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Call, pk, self.rows(Call).select_related("client", "business"))
        title = _("Call: %(client)s and %(business)s") % {
            "client": row.client.name,
            "business": self.business.name,
        }
        participants = "\n".join(
            f"{contact.name} <{contact.email}>" for contact in row.contacts.order_by("name_key")
        )
        event = calendar_file.Event(
            uid=f"{row.pk}@retainerhub",
            version=row.moved,
            starts_at=row.starts_at,
            minutes=row.minutes,
            written_at=timezone.now(),
            title=title,
            text=participants,
            url=links.absolute_url("dashboard:call", row.pk),
        )
        return calendar_response(calendar_file.write(event), title)


def latest_calls(desk: DashboardView, client: Client) -> list[Call]:
    """The five newest calls with a client, for the client's page."""
    return list(desk.rows(Call).filter(client=client)[:5])
