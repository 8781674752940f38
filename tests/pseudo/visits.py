"""Opens every page, sends every form and uses every way in, in the pseudo-language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.test import override_settings
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from agreements.contract import wording
from agreements.models import Agreement, Period, Proposal, ProposalTyping, Signature
from agreements.running.periods import open_due
from agreements.samples import load
from agreements.signing import sign
from billing.charging.elsewhere.fees import read_fees
from billing.income import exchange
from billing.models import BankDetails, Collection, Invoice, Payment
from billing.runs.billing_run import run_billing
from clients import client_records, front_page, portal_links
from clients.models import Contact
from core import links
from core.audit import UNSEEN
from core.database.frozen_rows import lifted
from core.dates import local_day
from core.models import Business, Link, Membership, OutboxEmail, SavedView
from core.models.link import LinkPurpose
from core.safety import log
from core.safety.sentences import TOLD
from dashboard.proposals.forms.as_posted import as_posted
from delivery.models import Overage, Report
from delivery.requests import work_answers
from delivery.rules.states import ReportState
from delivery.work import hand_over, pieces
from exports.tests.test_erasing import over
from tests import test_tenancy
from tests.browsers import logged_in
from tests.factories import UserFactory
from tests.golden.stage import Stage
from tests.pseudo import language
from tests.safety_people import long_signed_in
from tests.test_tenancy import CLASSES, address, addresses, inside
from tests.world import HERE, World

Rows = dict[str, Any]
Visit = tuple[str, HttpResponse | str]  # its name, and what was answered


def world_of_everything() -> Rows:
    """One row of each kind, and a proposal that was not sent and one that was not answered."""
    with pytest.MonkeyPatch.context() as patch:
        world, now = Stage(language=language.CODE), timezone.now()
        patch.setattr(test_tenancy, "LADDER", world.words.ladder())
        rows = test_tenancy.rows_of(world)
        later = now.date() + timedelta(days=9)
        rows["open"] = world.proposal(rows["client"], now=now, starts_on=later)
        rows["draft"] = world.proposal(rows["client"], now=now, starts_on=later, send=False)
    with lifted():
        Report.objects.filter(pk=rows["report"].pk).update(decision=world.words.decision)
    return rows | {"world": world}


def pages(rows: Rows) -> Iterator[Visit]:
    """Every page that belongs to somebody, as they see it."""
    browsers = _people(rows)
    for name, path in _addresses(rows):
        yield name, _of(browsers, name).get(path)
    yield from a_saved_view(rows["saved_view"], browsers["dashboard"])
    with taken_back():
        yield from transfers(rows["world"], browsers["dashboard"])
    with taken_back():
        yield from a_competitor(rows, browsers["dashboard"])
    with taken_back():
        yield from drafts(rows["draft"], browsers["dashboard"])
    with taken_back():
        yield from free_places(rows["draft"], browsers["dashboard"])
    with taken_back():
        yield from samples(rows["world"], browsers["dashboard"])
    with taken_back():
        yield from an_unpaid_client(rows["world"], browsers["dashboard"])
    with taken_back():
        yield from a_confirmation(rows["world"])
    with taken_back():
        yield from answered_work(rows, browsers)
    with taken_back():
        yield from a_colleague_without_money(rows, browsers["portal"])
    with taken_back():
        yield from several_currencies(rows["world"], browsers["dashboard"])
    with taken_back():
        yield from things_to_do(rows, browsers["dashboard"])
    with taken_back():
        yield from a_user_who_confirms(rows["world"])
    with taken_back():
        yield from erased(rows, browsers["dashboard"])


def answered_work(rows: Rows, browsers: dict[str, Browser]) -> Iterator[Visit]:
    """What was delivered: approved, with a change requested, and waiting, in an open period."""
    now, deliverable = timezone.now(), rows["deliverable"]
    with lifted():
        Report.objects.filter(period=rows["period"]).update(state=ReportState.DRAFT)
    for title in ("One", "Two"):
        marked = language.marked(title)
        hand_over.hand_over(deliverable=deliverable, actor="Nan", now=now, title=marked)
    by: dict[str, Any] = {
        "period": rows["period"],
        "contact": rows["contact"],
        "now": now,
        "origin": HERE,
    }
    answer = reverse("portal:work_answer", args=[deliverable.pk])
    yield "a change without words", browsers["portal"].post(answer, {"act": "change"})
    for act in ("approve", "change"):
        found = pieces.delivered(type(deliverable).objects.filter(pk=deliverable.pk))
        first = pieces.waiting_of(found)[0]
        if act == "approve":
            work_answers.approve(chosen=[first], **by)
        else:
            text = language.marked("Brighter")
            request = work_answers.ask_for_change(piece=first, text=text, **by)
            yield "a requested change", browsers["dashboard"].get(f"/requests/{request.pk}/")
    for room in ("portal", "dashboard"):
        path = reverse(f"{room}:work", args=[rows["period"].pk])
        yield f"answered work in the {room}", browsers[room].get(path)
    yield "work that waits at home", browsers["portal"].get(reverse("portal:home"))


def a_colleague_without_money(rows: Rows, decider: Browser) -> Iterator[Visit]:
    """The portal as a colleague sees it from whom money is hidden, and the list of people."""
    anna = client_records.add_contact(
        client=rows["client"],
        name=language.marked("Anna"),
        email="anna@baan.example",
        sees_money=False,
        now=timezone.now(),
    )
    browser = _reading(inside(anna))
    for name in ("home", "invoices", "documents"):
        yield f"{name} without money", browser.get(reverse(f"portal:{name}"))
    yield "a colleague without money", decider.get(reverse("portal:people"))


def several_currencies(world: Stage, owner: Browser) -> Iterator[Visit]:
    """The income of a business with two currencies, a rate for one of them, and a goal."""
    now, business = timezone.now(), world.business
    for currency in ("EUR", "GBP"):
        world.running(world.client(now=now), now=now, card="", currency=currency, title="R")
    exchange.enter_rate(
        business=business,
        currency="EUR",
        rate=Decimal("1.1"),
        on=now.date(),
        today=local_day(now, business.time_zone),
        now=now,
    )
    for goal in (1, 20_000_00, 10**11):
        business.yearly_goal = business.monthly_costs = goal
        business.save(update_fields=["yearly_goal", "monthly_costs"])
        yield "income with a goal", owner.get(reverse("dashboard:income"))
    yield "an overview of several currencies", owner.get(reverse("dashboard:home"))
    read_fees(now=now)
    yield "net to me", owner.get(reverse("dashboard:net_to_me"))
    came = Payment.objects.filter(business=business).latest("received_at").received_at
    month = {"of": local_day(came, business.time_zone)}
    yield "net of a month", owner.get(reverse("dashboard:net_month"), month)
    yield "exchange rates", owner.get(reverse("dashboard:exchange_rates"))


def erased(rows: Rows, owner: Browser) -> Iterator[Visit]:
    """A client and its people before and after they were erased, and an email without its text."""
    client = rows["client"]
    page = reverse("dashboard:client_erase", args=[client.pk])
    somebody = client_records.add_contact(
        client=client, name=language.marked("Bo"), email="bo@x.example", now=timezone.now()
    )
    one = reverse("dashboard:contact_erase", args=[somebody.pk])
    yield "erasing a person", owner.get(one)
    yield "a person who was erased", owner.post(one, follow=True)
    over(client)
    yield "erasing a client", owner.get(page)
    yield "a client that was erased", owner.post(page, follow=True)
    yield "its page once more", owner.get(page)
    OutboxEmail.objects.update(emptied_at=timezone.now(), text="", html="")
    for email in OutboxEmail.objects.filter(business=client.business)[:1]:
        yield "an old email", owner.get(reverse("dashboard:sent_email", args=[email.pk]))


def a_user_who_confirms(world: Stage) -> Iterator[Visit]:
    """Sensitive pages that ask again whether it is you, what waits meanwhile, and sessions."""
    business = Business.objects.get(pk=world.business.pk)  # what changes in it is taken back
    owner = business.owner
    logged_in(owner)
    browser = _reading(long_signed_in(business))
    page = reverse("dashboard:confirm")
    yield "a code to confirm", browser.post(page, {})
    yield "a wrong code to confirm", browser.post(page, {"code": "1"})
    yield "what waits for it", browser.post(reverse("dashboard:paying"), {"which": "tax"})
    browser.post(page, {"code": links.code(UUID(browser.session["confirm_code"]["row"]))})
    yield "it was confirmed", browser.get(reverse("dashboard:confirmed"))
    yield "two sessions", browser.get(reverse("dashboard:security"))
    yield "the other was ended", browser.post(reverse("dashboard:sessions_end"), follow=True)
    owner.set_password("a long and simple sentence")
    owner.save()
    asked = _reading(long_signed_in(business))
    yield "the password again", asked.get(reverse("dashboard:paying"), follow=True)
    Business.objects.filter(pk=business.pk).update(requires_second_factor=True)
    yield "a second factor is required", asked.get(reverse("dashboard:home"), follow=True)
    for what, told in TOLD.items():
        named = re.findall(r"%\((\w+)\)s", str(told.sentence))
        facts = {name: language.marked("X") for name in named}
        by = log.By(owner.name)
        log.write(what=what, person=owner, by=by, facts=facts, now=timezone.now())
    for _try in range(2):
        log.count_failure(person=owner, origin=UNSEEN, now=timezone.now())
    Business.objects.filter(pk=business.pk).update(requires_second_factor=False)
    again = _reading(logged_in(owner))
    yield "a second factor to add", again.get(reverse("mfa_activate_totp"))
    TOTP.activate(owner, generate_totp_secret())
    yield "the second factor again", asked.get(reverse("mfa_reauthenticate"))
    yield "every line of the log", again.get(reverse("dashboard:security_log"))


def things_to_do(rows: Rows, owner: Browser) -> Iterator[Visit]:
    """Each entry of the to-do list: open, refused, and put off until tomorrow."""
    page, now = reverse("dashboard:todo"), timezone.now()
    Report.objects.update(task_at=now, letter_opened_at=None, opened_at=None, answered_at=None)
    yield "a report nobody has seen", owner.get(page, {"at": f"unseen-{rows['report'].pk}"})
    with lifted():
        Report.objects.update(state="draft", send_at=now + timedelta(days=2), reviewed_at=None)
        Agreement.objects.update(parked_because=language.marked("Held"))
        own = Signature.objects.filter(amendment=rows["amendment"], contact=None)
        own.update(signed_at=None, invited_at=now)
        Invoice.objects.update(state="open", collect_by="transfer")
        Collection.objects.update(state="sent", reason="overdue")
    _wait_for_the_owner(rows, now)
    for entry in owner.get(page).context["queue"].entries:
        yield f"to do: {entry.key}", owner.get(page, {"at": entry.key})
        name, _dash, pk = entry.key.partition("-")
        if name != "page":
            url = reverse(f"dashboard:todo_{name}", args=[pk])
            yield f"refused: {entry.key}", owner.post(url)
            yield f"later: {entry.key}", owner.post(url, {"act": "later"}, follow=True)
    with lifted():
        Period.objects.update(ends_on=now.date() + timedelta(days=9))
    yield "an open warning", owner.get(page, {"at": f"warning-{rows['warning'].pk}"})
    with taken_back():
        Contact.objects.update(is_active=False)
        # A session in which nothing was put off.
        afresh = _reading(logged_in(rows["world"].business.owner))
        at = {"at": f"report-{rows['report'].pk}"}
        yield "a report that nobody can read", afresh.get(page, at)
    fresh = World()
    yield "nothing to do", _reading(logged_in(fresh.business.owner)).get(page)


def _wait_for_the_owner(rows: Rows, now: datetime) -> None:
    """Add a trial that ends, extra hours of a period that is over, and an email that failed."""
    world, day = rows["world"], timedelta(days=1)
    mark = language.marked
    world.running(
        world.client(name=mark("Trial"), now=now),
        now=now,
        card="",
        title=mark("Trial"),
        interval="once",
        ends_on=now.date() + day,
        terms={
            "trial_measure": mark("two posts reach more"),
            "next_tier": {"name": mark("Growth"), "amount": 5_000_00},
        },
    )
    row = rows["overage"]
    old = world.running(
        world.client(name=mark("Hours"), now=now), now=now - 40 * day, card="", title=mark("R")
    )
    open_due(now=now - 40 * day)
    Overage.objects.create(
        business=world.business,
        client=old.client,
        period=Period.objects.filter(agreement=old).earliest("starts_on"),
        minutes=row.minutes,
        rate=row.rate,
        currency=row.currency,
        note=mark("A page"),
        state="asked",
    )
    failed = OutboxEmail.objects.filter(business=world.business).earliest("pk")
    OutboxEmail.objects.filter(pk=failed.pk).update(state="failed", error=mark("refused"))


def a_saved_view(view: SavedView, owner: Browser) -> Iterator[Visit]:
    """A list with a view that is open, that differs, and whose filter is no longer there."""
    clients = reverse("dashboard:clients")
    yield "a saved view", owner.get(clients, {"stage": "won", "view": view.pk})
    yield "a view that differs", owner.get(clients, {"sort": "-fee", "view": view.pk})
    yield "a view of what is gone", owner.get(clients, {"stage": "gone", "view": view.pk})


def drafts(draft: Proposal, owner: Browser) -> Iterator[Visit]:
    """A draft that was changed in another tab, and one without a tier."""
    path = reverse("dashboard:proposal_edit", args=[draft.pk])
    shown = owner.get(path).context
    many = (shown["tiers"], shown["page_content"].everything, shown["extras"].rows, shown["adds"])
    forms = [shown["form"], shown["next"], shown["text"], *chain(*many)]
    typed = as_posted(cast(Any, SimpleNamespace(tiers=shown["tiers"], everything=forms)))
    typed["title"] = language.marked("Other")
    ProposalTyping.objects.create(
        business=draft.business, proposal=draft, revision=1, written_at=timezone.now()
    )
    yield "a draft changed elsewhere", owner.post(path, typed)
    draft.tiers.all().delete()
    yield "the tiers of another package", owner.get(path, {"package": "web"})
    frame = reverse("dashboard:proposal_frame", args=[draft.pk])
    yield "a draft without a tier", owner.get(frame)
    pdf = reverse("dashboard:proposal_pdf", args=[draft.pk])
    yield "the agreement of no tier", owner.get(pdf, follow=True)


def free_places(draft: Proposal, owner: Browser) -> Iterator[Visit]:
    """A proposal that says for how many clients there is room, and one without room."""
    Proposal.objects.filter(pk=draft.pk).update(shows_openings=True)
    frame = reverse("dashboard:proposal_frame", args=[draft.pk])
    for minutes in (60, 60_000):
        Business.objects.filter(pk=draft.business_id).update(capacity_minutes=minutes)
        yield f"places with {minutes} minutes", owner.get(frame)


def a_competitor(rows: Rows, owner: Browser) -> Iterator[Visit]:
    """The pages of a client whom a running agreement with another client excludes."""
    world, now, agreement = rows["world"], timezone.now(), rows["agreement"]
    rival = world.client(name=language.marked("Rival"), now=now)
    draft = world.proposal(rival, now=now, starts_on=now.date(), send=False)
    sent = world.proposal(rival, now=now, starts_on=now.date())
    with lifted():
        terms = agreement.terms | {"competitors": [rival.name]}
        Agreement.objects.filter(pk=agreement.pk).update(terms=terms)
    for ends_on in (None, now.date() + timedelta(days=90)):
        Agreement.objects.filter(pk=agreement.pk).update(ends_on=ends_on)
        yield "a competitor", owner.get(reverse("dashboard:client", args=[rival.pk]))
    for offer in (draft, sent):
        yield "a competitor's proposal", owner.get(reverse("dashboard:proposal", args=[offer.pk]))
    running = world.running(rival, now=now, card="", title=language.marked("R"))
    page = reverse("dashboard:agreement", args=[running.pk])
    yield "a competitor's agreement that runs", owner.get(page)


def samples(world: Stage, owner: Browser) -> Iterator[Visit]:
    """The pages of sample clients."""
    clients = load.load_samples(business=world.business, now=timezone.now())
    yield "an overview with sample clients", owner.get(reverse("dashboard:home"))
    for client in clients:
        yield "a sample client", owner.get(reverse("dashboard:client", args=[client.pk]))
        for draft in Proposal.objects.filter(client=client):
            yield "a sample proposal", owner.get(reverse("dashboard:proposal", args=[draft.pk]))


def an_unpaid_client(world: Stage, owner: Browser) -> Iterator[Visit]:
    """The page of a client who has not paid, entered twice and with somebody who left."""
    now = timezone.now()
    agreement = world.signed(world.picked(now=now), now=now, card="insufficient_funds")
    run_billing(now=now, door="test")
    client = agreement.client
    left = client_records.add_contact(client=client, name="P", email="p@x.example", now=now)
    client_records.close_access(contact=left, now=now)
    world.client(client.name)
    yield "dashboard:client, unpaid", owner.get(reverse("dashboard:client", args=[client.pk]))


def a_confirmation(world: Stage) -> Iterator[Visit]:
    """The pages of a client whose bank asks about a charge."""
    now = timezone.now()
    day = local_day(now, world.business.time_zone)
    fields = {"starts_on": day, "anchor_day": day.day, "language": language.CODE}
    agreement = world.running(
        world.client(now=now),
        now=now,
        card="requires_action",
        title=language.marked("R"),
        **fields,
    )
    run_billing(now=now, door="test")
    client = _reading(inside(agreement.contact))
    yield "a charge to confirm", client.get(reverse("portal:method"))
    charging = reverse("portal:charging", args=[agreement.pk])
    yield "a first charge to confirm", client.get(charging)
    yield "a first charge that was confirmed", client.get(f"{charging}?confirmed")


def transfers(world: Stage, owner: Browser) -> Iterator[Visit]:
    """The pages about paying, of a client who pays by transfer."""
    marked, now = language.marked, timezone.now()
    BankDetails.objects.create(
        business=world.business, holder=marked("Nan"), bank=marked("Bank"), account="123-4-56789-0"
    )
    day = local_day(now, world.business.time_zone)
    fields = {"starts_on": day, "anchor_day": day.day, "language": language.CODE}
    agreement = world.running(
        world.client(now=now), now=now, card="", collect_by="transfer", title=marked("R"), **fields
    )
    client = _reading(inside(agreement.contact))
    yield "the portal before the first invoice", client.get(reverse("portal:home"))
    run_billing(now=now, door="test")
    invoice = Invoice.objects.get(agreement=agreement)
    yield "an invoice by transfer", owner.get(reverse("dashboard:invoice", args=[invoice.pk]))
    yield "an invoice to transfer", client.get(reverse("portal:invoice", args=[invoice.pk]))
    first = reverse("portal:charging", args=[agreement.pk])
    for name, path in {"home": reverse("portal:home"), "the first transfer": first}.items():
        yield f"{name}, by transfer", client.get(path)
    yield "how to pay by transfer", client.get(reverse("portal:method"))
    yield "invoices to pay by transfer", client.get(reverse("portal:invoices"))


def a_reader(rows: Rows) -> Iterator[Visit]:
    """Somebody who opens a link to pass on, and then wants to act."""
    offer, reader = rows["proposal"], _reading(Browser())
    link = portal_links.reading_link(
        contact=offer.contact, now=timezone.now(), target=f"proposal:{offer.pk}"
    )
    reader.post(reverse("portal:enter", args=[links.token(link.pk)]))
    yield "a page for reading", reader.get(reverse("portal:proposal", args=[offer.pk]))
    yield "another page", reader.get(reverse("portal:home"))
    yield "the code of a reader", reader.post(reverse("portal:home"), {"portal_was_get": "1"})
    yield "a wrong code", reader.post(reverse("portal:home"), {"portal_code": "1"})
    email = OutboxEmail.objects.filter(kind="portal_code").latest("created_at")
    path = reverse("portal:enter", args=[links.token(UUID(email.ref))])
    yield "the link beside a code", reader.get(path)
    yield "the link beside a code, on another device", _reading(Browser()).get(path)


def a_signer(world: Stage) -> Iterator[Visit]:
    """Somebody who opens the link beside the code that signs."""
    now = timezone.now()
    fields = {"starts_on": now.date(), "title": language.marked("R"), "language": language.CODE}
    agreement = world.picked(world.proposal(world.client(now=now), now=now, **fields), now=now)
    begun = sign.request_code(
        paper=agreement,
        contact=agreement.contact,
        name=language.marked("P"),
        consented=True,
        now=now,
        origin=HERE,
    )
    assert begun.code_row
    path = reverse("portal:enter", args=[links.token(begun.code_row)])
    yield "the link beside a signature's code", _reading(inside(agreement.contact)).get(path)
    yield "the same on another device", _reading(Browser()).get(path)


def a_prospect(rows: Rows) -> Iterator[Visit]:
    """Somebody on the public page."""
    business = rows["world"].business
    front_page.save_page(
        business=business,
        slug="pseudo",
        headline=language.marked("We write"),
        about="",
        services=[language.marked("Posts")],
        shows_places=True,
        is_on=True,
        now=timezone.now(),
    )
    path, prospect = reverse("front", args=["pseudo"]), _reading(Browser())
    fields = {"name": language.marked("P"), "email": "p@x.example", "message": "m"}
    yield "the public page", prospect.get(path)
    yield "a refused enquiry", prospect.post(path, {})
    yield "an enquiry", prospect.post(path, fields)


def answers(rows: Rows) -> Iterator[Visit]:
    """What each of these addresses answers to an empty form, or the page after it was done."""
    browsers = _people(rows)
    for name, path in _addresses(rows):
        with taken_back():
            yield f"{name}, sent empty", _of(browsers, name).post(path, follow=True)


def doors(rows: Rows) -> Iterator[Visit]:
    """How one comes in: signing in and up, links in emails, and what is said where one may not."""
    owner, stranger = _people(rows)["dashboard"], _reading(Browser())
    for name in _public():
        yield name, owner.get(reverse(name))
        yield name, stranger.get(reverse(name))
    now, contact, business = timezone.now(), rows["contact"], rows["world"].business
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=business.owner.pk, now=now)
    for name, value in ("a link to sign in", links.token(link.id)), ("a used link", "used"):
        yield name, stranger.get(reverse("dashboard:sign_in", args=[value]))
    for target in ("", f"answer:{rows['report'].pk}"):
        portal_link = portal_links.portal_link(contact=contact, now=now, target=target)
        path = reverse("portal:enter", args=[links.token(portal_link.id)])
        yield f"a link to the portal {target}", stranger.get(path)
    yield "a used link to the portal", stranger.get(reverse("portal:enter", args=["used"]))
    yield from a_reader(rows)
    with taken_back():
        yield from a_signer(rows["world"])
    yield from a_prospect(rows)
    yield "asking for a link", stranger.post(reverse("portal:ask"), {"email": contact.email})
    newcomer = logged_in(UserFactory(email="new@studio.example", name=language.marked("New")))
    yield "the first page", _reading(newcomer).get(reverse("dashboard:welcome"))
    asked = {"name": language.marked("N"), "email": "n@studio.example", "password1": "a river 42"}
    for page, fields in {
        "account_signup": asked,
        "account_request_login_code": {"email": business.owner.email},
    }.items():
        yield f"the code after {page}", _reading(Browser()).post(reverse(page), fields, follow=True)
    with taken_back():
        yield from a_team(rows)
    with override_settings(SIGNUP="off"):
        yield "signing up is off", stranger.get(reverse("account_signup"))
        yield "inviting is off", owner.get(reverse("dashboard:invite"))
    text = "x" * (5 * wording.LONGEST_TEXT)  # more than that of all languages
    too_long = {"c-TOTAL_FORMS": 1, "c-INITIAL_FORMS": 0, "c-0-text_en": text}
    path = reverse("dashboard:template_pdf", args=[rows["template"].pk])
    yield "a text that is too long", owner.post(path, too_long)
    with override_settings(DEBUG=True, MAIL_IS_LOCAL=True):
        yield "the local outbox", owner.get(reverse("dashboard:mail"))
        email = OutboxEmail.objects.exclude(text="").filter(language=language.CODE).first()
        assert email
        yield "a local email", owner.get(reverse("dashboard:letter", args=[email.pk]))
    late = Browser(enforce_csrf_checks=True)
    yield "a form that was open for too long", _reading(late).post(reverse("portal:ask"))
    with taken_back():
        type(business).objects.filter(pk=business.pk).update(is_suspended=True)
        yield "a closed business", inside(contact).get(reverse("portal:home"))
        yield "a closed business", owner.get(reverse("dashboard:home"))
    with taken_back():
        path = reverse("portal:amendment_instead", args=[rows["amendment"].pk])
        other = {"name": language.marked("New"), "email": "new@baan.example"}
        yield "another signer", _people(rows)["portal"].post(path, other, follow=True)
    with translation.override(language.CODE):
        for path in sorted((Path(settings.BASE_DIR) / "templates").glob("[45]*.html")):
            yield path.name, render_to_string(path.name)


@contextmanager
def taken_back() -> Iterator[None]:
    """Nothing that happens in the block stays in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _people(rows: Rows) -> dict[str, Browser]:
    """The browsers of the owner and of the client."""
    return {
        "dashboard": _reading(logged_in(rows["world"].business.owner)),
        "portal": _reading(inside(rows["contact"])),
    }


def a_team(rows: Rows) -> Iterator[Visit]:
    """Who is invited into a team, with an account and without; and somebody who belongs to it."""
    stranger, row = _reading(Browser()), rows["team_invitation"]
    link = Link.objects.filter(subject_id=row.pk).latest("created_at")
    path = reverse("dashboard:team_join", args=[links.token(link.pk)])
    yield "an invitation into a team", stranger.get(path)
    yield "the same, without a name", stranger.post(path)
    yield "the same, used", stranger.get(reverse("dashboard:team_join", args=["used"]))
    yield "the same, of others", _reading(logged_in(UserFactory())).get(path)
    invited = UserFactory(email=row.email, name=language.marked("M"), is_staff=True)
    yield "the same, with an account", stranger.get(path)
    person = _reading(logged_in(invited))
    yield "the same, signed in", person.get(path)
    yield "the first page in a team", person.post(path, follow=True)
    yield "a page for others", person.get(reverse("dashboard:paying"))
    with override_settings(SIGNUP="off"):
        Membership.objects.filter(user=invited).update(deactivated_at=timezone.now())
        yield "a page for who was removed", person.get(reverse("dashboard:todo"))


def _reading(browser: Browser) -> Browser:
    """A browser whose reader has chosen the pseudo-language."""
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language.CODE
    return browser


def _of(browsers: dict[str, Browser], name: str) -> Browser:
    return browsers[name.partition(":")[0]]


def _addresses(rows: Rows) -> Iterator[tuple[str, str]]:
    """Each address with its name; those of a proposal also for the other two proposals."""
    for name, kind in CLASSES.items():
        if kind != "public" and name.startswith(("dashboard:", "portal:")):
            yield name, address(name, kind, rows)
            if kind == "proposal":
                yield name, address(name, "open", rows)
                yield name, address(name, "draft", rows)


def _public() -> Iterator[str]:
    """The names of public pages without an id in their address, allauth's among them."""
    for name in sorted(set(addresses())):
        if CLASSES.get(name) == "public" or name.startswith(("account_", "mfa_")):
            try:
                reverse(name)
            except NoReverseMatch:
                continue
            yield name
