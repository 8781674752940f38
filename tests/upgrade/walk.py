"""Opens every page of an installation: as each freelancer, each client, staff and a stranger, with the rows it has."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from agreements.models import (
    Agreement,
    Amendment,
    GivenValueAdd,
    Package,
    Pause,
    Period,
    Proposal,
    Question,
    Template,
    TimeOff,
    ValueAdd,
    WaitlistEntry,
)
from billing.gateways.sandbox.models import SandboxIntent
from billing.models import (
    BankStatementLine,
    CreditNote,
    FoundObject,
    Invoice,
    NextLine,
    Payment,
    WithholdingCertificate,
)
from clients import portal_links
from clients.models import Call, Client, Contact, Objection, Reply, Testimonial
from core import links
from core.models import (
    ApiKey,
    Business,
    Membership,
    OutboxEmail,
    SavedView,
    SetAside,
    TaxRate,
    TeamInvitation,
    User,
)
from core.models.link import LinkPurpose
from core.web.admin_site import reasons
from delivery.models import (
    Deliverable,
    EarlyWarning,
    Handover,
    Kpi,
    MutedItem,
    Overage,
    QuarterlyReview,
    Report,
    Request,
    TimeEntry,
    TimeImport,
    TimerRun,
)
from exports.models import Export
from tests.browsers import logged_in
from tests.test_tenancy import CLASSES, addresses

MOST = 3  # rows of a kind that an address is opened with; fewer where a walk is asked for fewer
#: 301: an old address; 405: only to be posted to; 410: an offer that is over.
GOOD = {200, 301, 302, 405, 410}
MODELS: dict[
    str, tuple[type[Model], str]
] = {  # a kind of tests.test_tenancy → where its client is, if it has one
    "agreement": (Agreement, "client"),
    "amendment": (Amendment, "client"),
    "api_key": (ApiKey, ""),
    "saved_view": (SavedView, ""),
    "bank_line": (BankStatementLine, ""),
    "call": (Call, "client"),
    "certificate": (WithholdingCertificate, "client"),
    "client": (Client, "pk"),
    "contact": (Contact, "client"),
    "credit_note": (CreditNote, "client"),
    "deliverable": (Deliverable, "period__agreement__client"),
    "export": (Export, ""),
    "extra_line": (NextLine, "agreement__client"),
    "handover": (Handover, "deliverable__period__agreement__client"),
    "invoice": (Invoice, "client"),
    "kpi": (Kpi, "agreement__client"),
    "objection": (Objection, "client"),
    "overage": (Overage, "client"),
    "package": (Package, ""),
    "pause": (Pause, "agreement__client"),
    "payment": (Payment, "client"),
    "period": (Period, "agreement__client"),
    "proposal": (Proposal, "client"),
    "question": (Question, "proposal__client"),
    "reply": (Reply, ""),
    "report": (Report, "period__agreement__client"),
    "request": (Request, "client"),
    "review": (QuarterlyReview, "client"),
    "sent_letter": (OutboxEmail, ""),
    "set_aside": (SetAside, ""),
    "found": (FoundObject, ""),
    "tax_rate": (TaxRate, ""),
    "template": (Template, ""),
    "testimonial": (Testimonial, ""),
    "time": (TimeEntry, "period__agreement__client"),
    "time_import": (TimeImport, ""),
    "time_off": (TimeOff, ""),
    "timer_run": (TimerRun, ""),
    "value_add": (ValueAdd, ""),
    "given": (GivenValueAdd, "agreement__client"),
    "wait": (WaitlistEntry, "proposal__client"),
    "warning": (EarlyWarning, "client"),
    "muted": (MutedItem, "client"),
    "membership": (Membership, ""),
    "team_invitation": (TeamInvitation, ""),
}
WITHOUT_ROWS = ("owner", "inside")
DOORS = {"dashboard", "portal"}
#: What a kept database has no row of: pictures, and what goes wrong in this version alone.
NO_ROW = {
    "dashboard:proposal_face",
    "dashboard:proposal_picture",
    "portal:proposal_face",
    "portal:proposal_picture",
    "dashboard:logo",
    "dashboard:unmute",
    "dashboard:skip_undo",
    "dashboard:value_add_remove",
    "dashboard:value_add_take_back",
    "portal:logo",
    "dashboard:set_aside_release",
    "dashboard:recovery_close",
    "dashboard:timer_decide",
    "dashboard:timer_end",
    "dashboard:timer_forget",
    "dashboard:view_change",
    "dashboard:extra_line_receipt",
    "dashboard:extra_line_remove",
    "portal:extra_line_receipt",
    "dashboard:team_role",
    "dashboard:team_remove",
    "dashboard:team_resend",
    "dashboard:team_withdraw",
}
UNWELL = {"health": 503}  # no worker runs here


@dataclass
class Walk:
    """What was opened, and what did not answer as a page should.

    An address is opened with `rows` rows of its kind, and with more if it answered for none of those.
    """

    rows: int = MOST
    pages: int = 0
    answered: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def open(self, browser: Browser, name: str, url: str, also: Iterable[int] = ()) -> None:
        """One page; an exception is a failure, whatever its kind."""
        self.pages += 1
        try:
            answer = browser.get(url)
            for _part in answer if answer.streaming else ():
                pass
        except Exception as error:  # noqa: BLE001 - a page that raises anything is what is looked for
            self.failures.append(f"{name} {url}: {type(error).__name__}: {error}")
            return
        if answer.status_code in GOOD or answer.status_code == UNWELL.get(name):
            self.answered.add(name)
        elif answer.status_code not in also:
            self.failures.append(f"{name} {url}: {answer.status_code}")


def walk(rows: int = MOST) -> Walk:
    """Open all of it. The rows change as they do when people look."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # what matters is in `failures`
    done = Walk(rows)
    for business in Business.objects.all():
        owner = logged_in(business.owner)
        _pages(owner, "dashboard", business, None, done)
        for client in Client.objects.filter(business=business):
            browser = _inside(client, done)
            if browser is None:
                continue
            _pages(browser, "portal", business, client, done)
    _public(done)
    _admin(done)
    return done


def never_answered(done: Walk) -> list[str]:
    """Addresses of the dashboard and the portal that have no row, or that answered for none."""
    ours = {name for name, kind in CLASSES.items() if kind != "public"}
    return sorted(name for name in ours - done.answered - NO_ROW)


def _pages(
    browser: Browser, door: str, business: Business, client: Client | None, done: Walk
) -> None:
    for name, kind in CLASSES.items():
        if name.partition(":")[0] != door or kind == "public":
            continue
        for opened, args in enumerate(_arguments(kind, business, client)):
            if opened >= done.rows and name in done.answered:
                break
            may_be_missing = bool(args) or name in NO_ROW  # but not for every row: never_answered
            done.open(browser, name, reverse(name, args=args), (404,) if may_be_missing else ())


def _arguments(kind: str, business: Business, client: Client | None) -> Iterator[list[Any]]:
    if kind in WITHOUT_ROWS:
        yield []
    elif kind == "wording":
        yield ["proposal", "en"]
    elif kind == "own_business":
        yield [business.pk]
    elif kind == "sent_file":
        for email in OutboxEmail.objects.filter(business=business, attachment__isnull=False)[:MOST]:
            yield [email.pk]
    elif kind == "two_clients":
        for row in _rows("client", business, client):
            yield [row.pk, row.pk]
    elif kind == "proposal_picture":
        for proposal in _rows("proposal", business, client):
            yield [proposal.pk, 0]
    elif kind == "proposal_letter":
        for proposal in _rows("proposal", business, client):
            for said in proposal.testimonials.filter(letter__isnull=False)[:1]:
                yield [proposal.pk, said.pk]
    else:
        for row in _rows(kind, business, client):
            yield [row.pk]


def _rows(kind: str, business: Business, client: Client | None) -> list[Any]:
    """Up to MOST rows, spread from the newest to the oldest."""
    model, whose = MODELS[kind]
    rows: QuerySet[Any] = model._default_manager.filter(business=business)
    if client:
        rows = rows.filter(**{whose: client.pk})
    found = list(rows.order_by("-pk"))
    if len(found) <= MOST:
        return found
    return [found[place * (len(found) - 1) // (MOST - 1)] for place in range(MOST)]


def _inside(client: Client, done: Walk) -> Browser | None:
    """A browser that came in by the client's link."""
    contact = Contact.objects.filter(client=client).order_by("-is_decision_maker", "pk").first()
    if contact is None:
        return None
    browser = Browser()
    link = portal_links.portal_link(contact=contact, now=timezone.now())
    url = reverse("portal:enter", args=[links.token(link.id)])
    done.open(browser, "portal:enter", url)
    return browser if browser.post(url).status_code == 302 else None


def _public(done: Walk) -> None:
    """What anybody may ask for, and the pages of the account."""
    now, user = timezone.now(), Business.objects.earliest("created_at").owner
    stranger = Browser()
    mint = links.token(links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=user.id, now=now).id)
    for name, args in (
        ("dashboard:sign_in", [mint]),
        *(("dashboard:letter", [pk]) for pk in islice(_ids(OutboxEmail), done.rows)),
        *(("sandbox:confirm", [pk]) for pk in islice(_ids(SandboxIntent), done.rows)),
    ):
        done.open(stranger, name, reverse(name, args=args), (404,))
    for name in addresses():
        if name.startswith(("admin:", "dashboard:", "portal:")) and CLASSES.get(name) != "public":
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        done.open(stranger, name, url, (401, 404))
        if name.startswith(("account_", "mfa_")) and name != "account_logout":
            done.open(logged_in(user), name, url, (403, 404))


def _admin(done: Walk) -> None:
    """Every list, a search in it, and some rows of each."""
    staff = User.objects.create_superuser("staff@walk.example", "a long password 1")
    browser = logged_in(staff)
    _give_reasons(browser)
    done.open(browser, "admin:index", reverse("admin:index"))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        done.open(browser, f"{name}changelist", reverse(f"{name}changelist"))
        done.open(browser, f"{name}changelist", reverse(f"{name}changelist") + "?q=x")
        for pk in islice(_ids(model), done.rows):
            done.open(browser, f"{name}change", reverse(f"{name}change", args=[pk]))


def _give_reasons(browser: Browser) -> None:
    """Let a reason hold for each business, so that its rows are opened (rule 92)."""
    request = RequestFactory().get("/admin/")
    request.session = browser.session
    for business in Business.objects.all():
        reasons.keep(request, business, "The walk", now=timezone.now())
    request.session.save()


def _ids(model: type[Model]) -> Iterator[Any]:
    return iter(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:MOST])
