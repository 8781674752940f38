"""Security: where one is signed in, whether a second factor is needed, and the security log."""

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import formats
from core.models import SecurityEvent
from core.models.audit import SafetyKind
from core.safety import devices, end_sessions, second_factor, sessions
from core.safety.sentences import sentence
from core.tables import spreadsheet
from core.team.roles import Area
from core.web import query_string
from core.web.download import csv_response
from dashboard.lists.list_page import ListPage, Order, choice_is_gone
from dashboard.page import DashboardView
from dashboard.settings.forms import SecondFactorForm
from dashboard.settings.subjects import SettingsView

NEWEST = 5  # lines of the log on the page


class Security(SettingsView):
    """The sessions of the person; for the owner, the rule about second factors and the log."""

    needs = Area.OWN
    template = "dashboard/settings/security.html"
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, SecondFactorForm(instance=self.business))

    def page(self, request: HttpRequest, form: SecondFactorForm, status: int = 200) -> HttpResponse:
        """Render the page."""
        user, key = self.person, request.session.session_key
        return self.show(
            request,
            status,
            form=form,
            is_owner=self.may(Area.OWNERSHIP),
            has_second_factor=second_factor.has_one(user),
            sessions=[
                (row, devices.words(row.user_agent), row.session_key == key)
                for row in sessions.sessions_of(user)
            ],
            lines=[(row, sentence(row)) for row in self.rows(SecurityEvent)[:NEWEST]],
        )


class SecondFactorRule(Security):
    """Whether everybody who signs in to the business needs a second factor."""

    needs = Area.OWNERSHIP
    confirms = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SecondFactorForm(request.POST, instance=self.business)
        if not form.is_valid():
            return self.page(request, form, 422)
        second_factor.require(
            business=self.business,
            is_required=form.cleaned_data["requires_second_factor"],
            by=self.by,
            now=timezone.now(),
        )
        messages.success(request, _("Saved."))
        return redirect("dashboard:security")


class EndSessions(DashboardView):
    """End one session of the user, or all others where none is named."""

    needs = Area.OWN
    confirms = True

    def post(self, request: HttpRequest) -> HttpResponse:
        if named := request.POST.get("session", ""):
            is_ended = end_sessions.end_one(
                request, self.person, named=named, by=self.by, now=timezone.now()
            )
            said = _("The session was ended.") if is_ended else _("That session was over already.")
            messages.success(request, said)
        else:
            end_sessions.end_others(request, self.person, by=self.by, now=timezone.now())
            messages.success(request, _("All other sessions were ended."))
        return redirect("dashboard:security")


class NotMe(DashboardView):
    """Where the emails of the security log lead: end all other sessions, then a new password."""

    needs = Area.OWN
    template = "dashboard/settings/not_me.html"
    needs_business = False
    confirms = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        end_sessions.end_others(request, self.person, by=self.by, now=timezone.now())
        messages.success(request, _("All other sessions were ended. Choose a new password now."))
        has_password = self.person.has_usable_password()
        return redirect("account_change_password" if has_password else "account_set_password")


class SecurityLog(ListPage):
    """What touched the safety of the business and its accounts, newest first."""

    needs = Area.OWNERSHIP
    template = "dashboard/settings/security_log.html"
    page_name = "security_log"
    orders = (
        Order("date", pgettext_lazy("column", "Date"), by="created_at", starts_up=False),
        Order("who", gettext_lazy("Who"), by="who"),
    )
    usual_order = "-date"
    confirms = False  # it changes nothing

    def get(self, request: HttpRequest) -> HttpResponse:
        page = self.page_in_order(wanted(self, request))
        return self.show(
            request,
            page=page,
            lines=[(row, sentence(row)) for row in page.rows],
            asked=query_string.text(request.GET, "q"),
            state=query_string.text(request.GET, "state"),
            states=SafetyKind.choices,
        )

    def gone(self) -> bool:
        return choice_is_gone(self.request.GET, "state", dict(SafetyKind.choices))


class SecurityLogCsv(DashboardView):
    """The lines of the list, exactly as they are filtered, as a CSV file."""

    needs = Area.OWNERSHIP
    confirms = False

    def get(self, request: HttpRequest) -> HttpResponse:
        text = "".join(spreadsheet.lines(self.table(wanted(self, request))))
        return csv_response(text, _("Security log"))

    def table(self, rows: QuerySet[SecurityEvent]) -> Iterator[list[object]]:
        """Yield the lines as rows of a table, beginning with its headings."""
        yield [
            _("Time"),
            _("Kind"),
            _("What happened"),
            _("Who"),
            _("IP address"),
            _("Device"),
        ]
        for row in rows.iterator(chunk_size=500):
            at = formats.moment(row.created_at, self.business.time_zone)
            kind = row.get_kind_display()
            yield [at, kind, sentence(row), row.who, row.ip or "", row.device]


def wanted(view: DashboardView, request: HttpRequest) -> QuerySet[SecurityEvent]:
    """The lines that an address asks for, newest first."""
    lines = view.rows(SecurityEvent)
    term, kind = query_string.text(request.GET, "q"), query_string.text(request.GET, "state")
    if term:
        lines = lines.filter(who__icontains=term) | lines.filter(device__icontains=term)
    return lines.filter(kind=kind) if kind in SafetyKind.values else lines
