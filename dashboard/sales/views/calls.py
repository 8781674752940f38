"""Calls: book one, move it, put it into a calendar, and type while talking."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients import booking, call_notes, client_records
from clients.call_notes import ChangedElsewhere, Tab
from clients.models import Call, Client, Contact
from core.documents import calendar_file
from core.errors import RuleError
from core.web.download import calendar_response
from dashboard.page import DashboardView, refuse
from dashboard.sales.forms.calls import BookForm, GuideForm

JSON = "application/json"


class _Booking(DashboardView):
    """The page that asks when and with whom; who books without the decision maker is warned on it."""

    template = "dashboard/call_book.html"

    def form(self, client: Client, data: Any = None, **initial: Any) -> BookForm:
        people = self.rows(Contact).filter(client=client).order_by("-is_decision_maker", "name")
        return BookForm(
            data,
            business=self.business,
            contacts=people,
            now=timezone.now(),
            initial=initial or None,
        )

    def page(
        self, request: HttpRequest, client: Client, form: BookForm, **more: Any
    ) -> HttpResponse:
        return self.show(
            request, client=client, form=form, decides=client_records.decision_maker(client), **more
        )

    def attempt(
        self, request: HttpRequest, client: Client, row: Call | None = None
    ) -> HttpResponse:
        """Book or move; a new person is added and the call booked together or not at all."""
        form, warns = self.form(client, request.POST), False
        if form.is_valid():
            try:
                with transaction.atomic():
                    done = self._write(client, form, row, "anyway" in request.POST)
                return redirect("dashboard:call", done.pk)
            except booking.NobodyDecides:
                warns = True
            except RuleError as no:
                no.field = f"someone_{no.field}" if no.field == "email" else no.field
                refuse(form, no)
        return self.page(request, client, form, row=row, warns=warns, status=422)

    def _write(self, client: Client, form: BookForm, row: Call | None, anyway: bool) -> Call:
        data, now = form.cleaned_data, timezone.now()
        people = list(data["contacts"])
        if data["someone_name"]:
            people.append(
                client_records.add_contact(
                    client=client,
                    name=data["someone_name"],
                    email=data["someone_email"],
                    role=data["someone_role"],
                    is_decision_maker=data["someone_decides"],
                    now=now,
                )
            )
        when: dict[str, Any] = {
            "contacts": people,
            "starts_at": data["starts_at"],
            "minutes": data["minutes"],
            "anyway": anyway,
        }
        if row:
            return booking.rebook(call=row, **when)
        return booking.book(client=client, actor=self.actor, now=now, **when)


class NewCall(_Booking):
    """Book a call; the next full hour and the decision maker are filled in."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        wall = timezone.now().astimezone(ZoneInfo(self.business.time_zone))
        wall = wall.replace(minute=0) + timedelta(hours=1)
        boss = client_records.decision_maker(client)
        people = [boss.pk] if boss else []
        return self.page(
            request, client, self.form(client, on=wall.date(), at=wall.time(), contacts=people)
        )

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.attempt(request, self.row(Client, pk))


class MoveCall(_Booking):
    """Another time, another length, other people."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        wall = row.starts_at.astimezone(ZoneInfo(self.business.time_zone))
        people = [contact.pk for contact in row.contacts.all()]
        form = self.form(
            row.client, on=wall.date(), at=wall.time(), minutes=row.minutes, contacts=people
        )
        return self.page(request, row.client, form, row=row)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        return self.attempt(request, row.client, row)

    def _call(self, pk: UUID) -> Call:
        return self.row(Call, pk, self.rows(Call).select_related("client"))


class CallPage(DashboardView):
    """The guide: before, during and after on one screen, saved as it is typed; without a script by its button."""

    template = "dashboard/call.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        return self._page(request, row, GuideForm(instance=row))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._call(pk)
        form = GuideForm(request.POST, instance=self._call(pk))
        by_script = request.headers.get("Accept") == JSON
        if not form.is_valid():
            said = JsonResponse({"said": " ".join(form.refusals)}, status=422)
            return said if by_script else self._page(request, row, form, status=422)
        try:
            call_notes.write(
                call=row,
                typed=form.typed(),
                revision=form.cleaned_data["revision"],
                now=timezone.now(),
                tab=_tab(request),
            )
        except ChangedElsewhere as no:
            if by_script:
                return JsonResponse({"said": str(no), "revision": row.revision}, status=409)
            form.stand_on(row.revision)
            return self._page(request, row, form, status=409, theirs=row)
        if by_script:
            return JsonResponse(
                {"revision": row.revision, "at": self._clock(row), "unread": row.unread}
            )
        messages.success(request, _("Saved."))
        return redirect("dashboard:call", row.pk)

    def _page(
        self, request: HttpRequest, row: Call, form: GuideForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        people = list(row.contacts.order_by("-is_decision_maker", "name"))
        decides = any(contact.is_decision_maker for contact in people)
        shown = {
            "call": row,
            "client": row.client,
            "people": people,
            "decides": decides,
            "at": self._clock(row),
        }
        return self.show(request, form=form, status=status, **shown, **more)

    def _call(self, pk: UUID) -> Call:
        return self.row(Call, pk, self.rows(Call).select_related("client", "business"))

    def _clock(self, row: Call) -> str:
        """When it was last saved, on the freelancer's wall."""
        return (
            f"{row.written_at.astimezone(ZoneInfo(self.business.time_zone)):%H:%M}"
            if row.written_at
            else ""
        )


def _tab(request: HttpRequest) -> Tab:
    """Which tab's script asks, and its how manieth save this is."""
    count = request.POST.get("count", "")
    known = count.isascii() and count.isdigit() and len(count) < 9
    return Tab(request.POST.get("tab", "").replace("\x00", "")[:36], int(count)) if known else Tab()


class CallFile(DashboardView):
    """The call for a calendar. It may be forwarded: nothing in it is the freelancer's own (rule 37)."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self.row(Call, pk, self.rows(Call).select_related("client", "business"))
        title = _("Call: %(client)s and %(business)s") % {
            "client": row.client.name,
            "business": self.business.name,
        }
        people = "\n".join(
            f"{contact.name} <{contact.email}>" for contact in row.contacts.order_by("name")
        )
        event = calendar_file.Event(
            uid=f"{row.pk}@retainerhub",
            version=row.moved,
            starts_at=row.starts_at,
            minutes=row.minutes,
            written_at=timezone.now(),
            title=title,
            text=people,
            url=settings.SITE_URL + reverse("dashboard:call", args=[row.pk]),
        )
        return calendar_response(calendar_file.write(event), title)


def calls_of(desk: DashboardView, client: Client) -> list[Call]:
    """The newest calls with a client, for its page."""
    return list(desk.rows(Call).filter(client=client)[:5])
