"""The pages and actions that the search finds by their name, or by a word for what is there."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.gateways import registry
from dashboard.settings.subjects import SUBJECTS

PAGE, ACTION, SETTING = _("Page"), _("Action"), _("Settings")


@dataclass(frozen=True)
class Page:
    """A page without an id in its address. `words` are others that people look for it by."""

    url: str
    name: str | Promise
    icon: str
    kind: str | Promise = PAGE
    words: str | Promise = ""


def gateways() -> Page:
    """The page on which a gateway is connected, found by the gateways' own names."""
    names = " ".join(kind.label for kind in registry.connectable())
    return Page("paying", _("Payments and tax"), "credit-card", SETTING, names)


PAGES = [
    Page("client_new", _("Add a client"), "plus", ACTION, _("Add a prospect")),
    Page("time", _("Add time"), "plus", ACTION),
    Page("timer", _("Start the timer"), "player-play", ACTION),
    Page("package_new", _("Make a package"), "plus", ACTION),
    Page("time_imports", _("Import time"), "download", ACTION, "Toggl Harvest Clockify CSV"),
    Page("fees", _("Announce new fees"), "trending-up", ACTION),
    Page("home", _("Overview"), "layout-dashboard"),
    Page(
        "todo",
        _("To do"),
        "list-check",
        PAGE,
        pgettext_lazy("words of the search", "tasks inbox queue review waiting"),
    ),
    Page("pipeline", _("Pipeline"), "target"),
    Page("calls", _("Calls and fit check"), "target"),
    Page("proposals", _("Proposals"), "send"),
    Page("packages", _("Packages"), "send", PAGE, pgettext_lazy("words of the search", "tiers")),
    Page("pricing_help", _("Pricing help"), "send"),
    Page("objections", _("Objections"), "message"),
    Page("capacity", _("Capacity and waitlist"), "calendar", PAGE, _("Time off")),
    Page("testimonials", _("Testimonials"), "message"),
    Page("clients", _("Clients"), "users"),
    Page("requests", _("Requests"), "inbox"),
    Page("agreements", _("Agreements"), "signature"),
    Page("time", _("Time"), "clock"),
    Page("time_week", _("Week"), "clock"),
    Page("income", _("Income"), "cash"),
    Page("invoices", _("Invoices"), "receipt"),
    Page("billing_run", _("Billing run"), "receipt"),
    Page(
        "net_to_me",
        _("Net to me"),
        "cash",
        PAGE,
        pgettext_lazy("words of the search", "gateway fees hourly rate profit"),
    ),
    Page("bank", _("Bank statements"), "cash"),
    Page("certificates", _("Withholding certificates"), "cash"),
    Page("monthly_totals", _("Totals by month"), "cash"),
    Page("reports", _("Reports to clients"), "report-analytics"),
    Page("warnings", _("Early warnings"), "alert-triangle"),
    Page("settings", _("Settings"), "settings"),
    *(Page(row.page, row.name, row.icon, SETTING, row.words) for row in SUBJECTS),
    Page("jobs", _("System status"), "bolt"),
    Page("letters", _("Email log"), "mail"),
]
