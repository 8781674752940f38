"""The subjects of the settings: a page each, with what it changes."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.tenancy import may_open
from dashboard.page import DashboardView


@dataclass(frozen=True)
class Subject:
    """A page of the settings. `page` and `others` are the names of URLs that belong to it."""

    page: str
    name: str | Promise
    icon: str
    changes: str | Promise
    words: str | Promise = ""
    others: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(f"dashboard:{self.page}")


SUBJECTS = (
    Subject(
        "settings_business",
        _("Business"),
        "settings",
        _(
            "Name, address and tax id on new documents, your currency and your time zone. "
            "Documents already issued do not change."
        ),
        pgettext_lazy(
            "words of the search", "company legal name address timezone language country"
        ),
    ),
    Subject(
        "you",
        _("You"),
        "users",
        _("The name you sign with, and how you sign in. Documents already signed do not change."),
        pgettext_lazy(
            "words of the search", "account profile password passkey security two-factor"
        ),
    ),
    Subject(
        "security",
        _("Security"),
        "lock",
        _("Where you are signed in, what happened to your account, and what is needed to sign in."),
        pgettext_lazy(
            "words of the search",
            "sessions devices log audit two-factor 2FA sign out everywhere hacked",
        ),
        ("security_rule", "security_log"),
    ),
    Subject(
        "team",
        _("Team"),
        "users",
        _(
            "Who works in your business besides you, and what each of them may do. A change "
            "applies at once."
        ),
        pgettext_lazy("words of the search", "people member assistant accountant invite role user"),
    ),
    Subject(
        "settings_hours",
        _("Working time and goals"),
        "clock",
        _(
            "How much work you can take on, and what you want to earn. Proposals, the waitlist and "
            "your income page use it."
        ),
        pgettext_lazy("words of the search", "capacity hours week holidays floor rate goal target"),
    ),
    Subject(
        "paying",
        _("Payments and tax"),
        "credit-card",
        _(
            "How clients pay you, and which taxes you charge. It applies to the next invoice; "
            "agreements keep the taxes they were signed with."
        ),
        pgettext_lazy("words of the search", "bank account IBAN PromptPay card VAT tax"),
        ("tax_use", "tax_delete"),
    ),
    Subject(
        "settings_documents",
        _("Documents and numbers"),
        "file-text",
        _(
            "Logo, colour and numbers of new documents, emails and pages. Documents already issued "
            "do not change."
        ),
        pgettext_lazy(
            "words of the search", "brand logo colour color design invoice number sequence prefix"
        ),
    ),
    Subject(
        "templates",
        _("Agreement texts"),
        "signature",
        _("The clauses of the next proposal. What was sent keeps the text it was sent with."),
        pgettext_lazy("words of the search", "contract terms clauses template legal"),
        ("template", "template_preview"),
    ),
    Subject(
        "email_wordings",
        _("Emails"),
        "mail",
        _("How emails to your clients begin. It applies from the next email on."),
        pgettext_lazy("words of the search", "wording subject greeting message text"),
        ("email_wording",),
    ),
    Subject(
        "owner_emails",
        _("Notifications"),
        "message",
        _("What we email you about, and when. It applies from the next event on."),
        pgettext_lazy("words of the search", "alerts digest daily summary mute unsubscribe"),
    ),
    Subject(
        "public_page",
        _("Public page"),
        "external-link",
        _("The page on which prospects write to you. Changes are visible at once."),
        pgettext_lazy("words of the search", "website landing page leads form address slug"),
    ),
    Subject(
        "exports",
        _("Data"),
        "download",
        _("Everything you have here as files, to keep or to leave with. Nothing is changed by it."),
        pgettext_lazy("words of the search", "export backup download archive zip csv"),
    ),
    Subject(
        "data_protection",
        _("Data protection"),
        "shield",
        _(
            "How long emails are kept, and what is recorded of your clients. What tax law demands "
            "is kept in any case."
        ),
        pgettext_lazy(
            "words of the search", "privacy GDPR PDPA retention delete erase tracking pixel cookies"
        ),
    ),
    Subject(
        "api",
        _("API"),
        "key",
        _("Keys with which your own programs send KPI readings. A revoked key stops at once."),
        pgettext_lazy("words of the search", "token key integration webhook zapier program"),
    ),
    Subject(
        "jobs",
        _("System"),
        "bolt",
        _("Whether charging, emails and documents run as they should. Nothing is set here."),
        pgettext_lazy("words of the search", "status health errors jobs"),
    ),
)


def shown(request: HttpRequest) -> Subject | None:
    """The subject whose page is shown; None on another page."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return next((row for row in SUBJECTS if name in (row.page, *row.others)), None)


class SettingsView(DashboardView):
    """The base of every page of the settings: beside it are the subjects."""

    def show(self, request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
        """Render the page with the list of the subjects that the person may open."""
        subjects = [row for row in SUBJECTS if may_open(self.role, row.url)]
        return super().show(request, status, subjects=subjects, subject=shown(request), **context)
