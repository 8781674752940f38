"""Nobody signs, by oversight, the competitor that a running agreement excludes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agreements.changing import amend, renew
from agreements.contract import exclusivity, frozen_terms
from agreements.models import Agreement, Amendment, Proposal, Signature
from agreements.models.amendment import AmendmentKind
from agreements.proposals import after_sending, lifecycle
from agreements.rules.company_names import is_same_company
from agreements.rules.errors import Excluded, HeldBack
from agreements.signing import agreement_pdf, held_back, history, sign
from core import audit, links
from core.models import OutboxEmail
from tests.browsers import logged_in
from tests.world import HERE, NOW, World


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Backhaus Nord", "BACKHAUS-NORD GmbH & Co. KG", True),
        ("Bean & Sons", "Bean and Sons Co., Ltd.", True),
        ("Acme S.A.", "ACME", True),
        ("Ｂａｃｋｈａｕｓ Nord", "Backhaus Nord Hamburg", True),
        ("แบคเฮาส์", "บริษัท แบคเฮาส์ จำกัด (มหาชน)", True),
        ("แบคเฮาส์", "บริษัทแบคเฮาส์จำกัด", True),
        ("แบคเฮาส์", "หจก. แบคเฮาส์", True),
        ("Nord", "Nord Coffee", False),
        ("Backhaus Süd", "Backhaus Nord", False),
        ("GmbH", "", False),
        ("", "", False),
    ],
)
def test_a_company_is_recognised_whatever_its_legal_form_and_spelling(
    first: str, second: str, same: bool
) -> None:
    assert is_same_company(first, second) is same


@pytest.fixture
def exclusive(world: World) -> Agreement:
    """A running agreement that excludes work for Backhaus Nord."""
    return world.signed(competitors=["Backhaus Nord", "Bean & Sons"])


def test_a_proposal_to_an_excluded_client_is_refused_and_nothing_is_sent(
    world: World, exclusive: Agreement
) -> None:
    draft = world.proposal(world.client(name="BACKHAUS-NORD GmbH"), send=False)
    with pytest.raises(Excluded, match=exclusive.client.name) as error:
        lifecycle.send_proposal(proposal=draft, actor="Nan", now=NOW)
    assert error.value.field == "has_consent"
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not OutboxEmail.objects.filter(kind="proposal", ref=str(draft.pk)).exists()


def test_with_the_consent_it_is_sent_and_both_records_say_so_but_to_no_client(
    world: World, exclusive: Agreement
) -> None:
    draft = world.proposal(world.client(name="Backhaus Nord"), send=False)
    sent = lifecycle.send_proposal(
        proposal=draft, actor="Nan", now=NOW, origin=HERE, has_consent=True
    )
    for chain_id, other in ((sent.pk, exclusive.client.name), (exclusive.pk, "Backhaus Nord")):
        events = [event for event in audit.chain(chain_id) if event.event == exclusivity.EVENT]
        assert [event.data["other_client"] for event in events] == [other]
        assert all(fact.inside for fact in history.facts(events, "", {}))
    certificate = agreement_pdf.evidence(world.picked(sent))
    assert "consent" not in str(certificate["rows"]).lower()


def test_a_proposal_that_excludes_a_client_one_works_for_says_so_before_it_is_sent(
    world: World, exclusive: Agreement
) -> None:
    current = exclusive.client.name
    draft = world.proposal(
        world.client(name="Kaffee Blau"), send=False, competitors=[current.upper(), "Nobody Ltd"]
    )
    page = logged_in(world.business.owner).get(reverse("dashboard:proposal", args=[draft.pk])).text
    assert f"You work for {current} now" in page
    Agreement.objects.filter(pk=exclusive.pk).update(state="ended")
    page = logged_in(world.business.owner).get(reverse("dashboard:proposal", args=[draft.pk])).text
    assert "You work for" not in page


def test_an_agreement_that_ended_or_is_the_clients_own_excludes_nobody(
    world: World, exclusive: Agreement
) -> None:
    rival = world.client(name="Backhaus Nord")
    assert [one.competitor for one in exclusivity.conflicts(rival)] == ["Backhaus Nord"]
    assert exclusivity.conflicts(exclusive.client) == []
    Agreement.objects.filter(pk=exclusive.pk).update(state="ended")
    assert exclusivity.conflicts(rival) == []


def test_the_freelancer_sees_the_clause_where_the_client_is_added_and_before_sending(
    world: World, exclusive: Agreement
) -> None:
    owner = logged_in(world.business.owner)
    rival = world.client(name="Backhaus Nord GmbH")
    draft = world.proposal(rival, send=False)
    pages = (("dashboard:client", rival), ("dashboard:proposal", draft))
    for name, row in pages:
        page = owner.get(reverse(name, args=[row.pk])).content.decode()
        assert "Exclusivity: While this agreement runs" in page
        assert exclusive.title in page
    send = reverse("dashboard:proposal_send", args=[draft.pk])
    assert "excludes work" in owner.post(send, follow=True).content.decode()
    owner.post(send, {"has_consent": "on"})
    draft.refresh_from_db()
    assert draft.state == "sent"


def test_what_was_sent_before_the_exclusivity_was_signed_waits_for_the_consent_at_every_step(
    world: World,
) -> None:
    owner, rival = logged_in(world.business.owner), world.client(name="Backhaus Nord")
    sent = world.proposal(rival, countersigns=True)
    contact = sent.contact
    world.signed(competitors=["Backhaus Nord GmbH"])
    assert "Another client has exclusivity" in text_of(owner, "dashboard:proposal", sent)
    with pytest.raises(HeldBack) as held:
        world.picked(sent)
    assert not sent.agreements.exists()
    assert str(held.value) == (
        f"{world.business.name} has to check something before you can continue, and will contact "
        "you. There is nothing for you to do."
    )
    (told,) = OutboxEmail.objects.filter(kind="held_back")
    assert told.to == world.business.owner.email
    assert reverse("dashboard:proposal", args=[sent.pk]) in told.text
    assert "Exclusivity: While this agreement runs" in text_of(owner, "dashboard:proposal", sent)
    consent = reverse("dashboard:proposal_consent", args=[sent.pk])
    owner.post(consent)  # without the tick
    with pytest.raises(HeldBack):
        world.picked(sent)
    owner.post(consent, {"has_consent": "on"})
    (answer,) = OutboxEmail.objects.filter(kind="held_back_over")
    assert answer.to == contact.email
    for said in (held.value, answer.subject, answer.text, *client_sees(sent)):
        assert "exclusiv" not in str(said).lower() and "Baan Coffee" not in str(said)
    picked = world.picked(sent)

    signed_elsewhere(world, ["Backhaus Nord"])
    with pytest.raises(HeldBack):
        request(picked)
    confirm(world, sent)
    begun = request(picked)
    third = signed_elsewhere(world, ["Backhaus-Nord"])
    with pytest.raises(HeldBack):
        sign_it(picked, begun)
    assert third.client.name in text_of(owner, "dashboard:agreement", picked)
    confirm(world, sent)
    sign_it(picked, begun)

    signed_elsewhere(world, ["BACKHAUS NORD"])
    with pytest.raises(Excluded, match="excludes work"):
        sign.countersign(paper=picked, actor="Nan", now=NOW, origin=HERE)
    owner.post(reverse("dashboard:proposal_consent", args=[sent.pk]), {"has_consent": "on"})
    sign.countersign(paper=picked, actor="Nan", now=NOW, origin=HERE)
    assert picked.state == "active"


def test_a_client_who_taps_again_and_again_is_told_of_once(world: World) -> None:
    sent = world.proposal(world.client(name="Backhaus Nord"))
    world.signed(competitors=["Backhaus Nord"])
    for _ in range(3):
        with pytest.raises(HeldBack):
            world.picked(sent)
    assert OutboxEmail.objects.filter(kind="held_back").count() == 1
    held = [row for row in audit.chain(sent.pk) if row.event == exclusivity.HELD_BACK]
    assert len(held) == 1


def text_of(browser: Browser, name: str, row: Proposal | Agreement) -> str:
    return browser.get(reverse(name, args=[row.pk])).text


def client_sees(proposal: Proposal) -> list[str]:
    """The labels of what the client is shown of the proposal's history."""
    facts = history.facts(audit.chain(proposal.pk), "", {})
    return [f"{fact.what} {fact.more}" for fact in facts if not fact.inside]


def signed_elsewhere(world: World, competitors: list[str]) -> Agreement:
    """One more running agreement, with another client, that excludes these."""
    other = world.client(f"Other {Agreement.objects.count()}")
    return world.signed(world.picked(world.proposal(other, competitors=competitors)), card="")


def confirm(world: World, proposal: Proposal) -> None:
    held_back.confirm_consent(proposal=proposal, actor="Nan", now=NOW, origin=HERE)


def request(paper: Agreement | Amendment, now: datetime = NOW) -> Signature:
    return sign.request_code(
        paper=paper,
        contact=paper.agreement.contact,
        name="Ploy",
        consented=True,
        now=now,
        origin=HERE,
    )


def sign_it(paper: Agreement | Amendment, begun: Signature) -> None:
    code, contact = links.code(begun.code_row), paper.agreement.contact
    sign.sign_with_code(paper=paper, contact=contact, code=code, now=NOW, origin=HERE)


def test_the_page_of_an_agreement_shows_its_notice_minimum_overage_and_exclusivity(
    world: World,
) -> None:
    agreement = world.signed(
        competitors=["Backhaus Nord"], overage_amount=120_00, overage_minutes=300
    )
    owner = logged_in(world.business.owner)
    page = owner.get(reverse("dashboard:agreement", args=[agreement.pk])).content.decode()
    for text in ("Backhaus Nord", "30 days", "3 months", "$120 an hour", "5 h a period"):
        assert text in page


def test_a_consent_of_one_client_is_not_that_of_another(world: World) -> None:
    world.signed(competitors=["Backhaus Nord"])
    draft = world.proposal(world.client(name="Backhaus Nord"), send=False)
    sent = lifecycle.send_proposal(
        proposal=draft, actor="Nan", now=NOW, origin=HERE, has_consent=True
    )
    later = world.signed(
        world.picked(world.proposal(world.client("Other"), competitors=["Backhaus Nord"])), card=""
    )
    shown = exclusivity.unconfirmed(sent, audit.chain(sent.pk))
    assert [conflict.agreement for conflict in shown] == [later]


def test_an_expired_proposal_is_opened_again_only_with_the_consent(world: World) -> None:
    owner = logged_in(world.business.owner)
    rival = world.proposal(world.client(name="Backhaus Nord"), expires_on=NOW.date())
    world.signed(competitors=["Backhaus Nord"])
    then = NOW + timedelta(days=5)
    lifecycle.expire_due(now=then)
    rival.refresh_from_db()
    with pytest.raises(Excluded):
        after_sending.extend_proposal(
            proposal=rival, until=then.date() + timedelta(days=9), actor="Nan", now=then
        )
    assert "I have that client" in text_of(owner, "dashboard:proposal", rival)
    confirm(world, rival)
    after_sending.extend_proposal(
        proposal=rival, until=then.date() + timedelta(days=9), actor="Nan", now=then
    )
    assert not OutboxEmail.objects.filter(kind="held_back_over").exists()


def exclude_meanwhile(monkeypatch: Any, owner: Any, name: str, world: World) -> None:
    """Another client gets exclusivity after the first check: while `owner.name` is at work."""
    once, original = iter([True]), getattr(owner, name)

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        if next(once, False):
            signed_elsewhere(world, ["Backhaus Nord"])
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, meanwhile)


def held_back_events(proposal: Proposal) -> list[str]:
    return [row.event for row in audit.chain(proposal.pk) if row.event == exclusivity.HELD_BACK]


def test_exclusivity_that_is_signed_while_a_tier_is_picked_holds_the_pick_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = world.proposal(world.client(name="Backhaus Nord"))
    exclude_meanwhile(monkeypatch, agreement_pdf, "unsigned_pdf", world)
    with pytest.raises(HeldBack):
        world.picked(sent)
    assert not sent.agreements.exists() and held_back_events(sent)
    assert OutboxEmail.objects.filter(kind="held_back").count() == 1


def test_exclusivity_that_is_signed_while_a_code_is_checked_holds_the_signature_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    picked = world.picked(world.proposal(world.client(name="Backhaus Nord")))
    begun = request(picked)
    exclude_meanwhile(monkeypatch, sign, "_check_code", world)
    with pytest.raises(HeldBack):
        sign_it(picked, begun)
    picked.refresh_from_db()
    assert picked.state == "sent" and held_back_events(picked.proposal)
    confirm(world, picked.proposal)
    sign_it(picked, request(picked))
    assert picked.state == "active"


def upgraded(agreement: Agreement, rung: int = 2, **more: Any) -> Amendment:
    tier = lifecycle.tiers_of(agreement.proposal)[rung]
    change = amend.Change(
        AmendmentKind.TIER,
        amend.effective_days(agreement, NOW.date())[0],
        tier=frozen_terms.freeze_tier(agreement.proposal, tier),
    )
    return amend.offer_amendment(agreement=agreement, change=change, actor="Nan", now=NOW, **more)


def test_a_larger_tier_for_an_excluded_client_is_offered_only_with_the_consent(
    world: World,
) -> None:
    rival = world.signed(world.picked(world.proposal(world.client(name="Backhaus Nord")), tier=1))
    signed_elsewhere(world, ["Backhaus Nord"])
    with pytest.raises(Excluded, match="Other"):
        upgraded(rival)
    assert not rival.amendments.exists()
    assert upgraded(rival, rung=0).amount == 3_000_00  # a smaller one takes nothing from anybody
    rival.amendments.all().update(state="withdrawn")
    owner = logged_in(world.business.owner)
    page = text_of(owner, "dashboard:agreement", rival)
    assert "Exclusivity: While this agreement runs" in page
    owner.post(
        reverse("dashboard:proposal_consent", args=[rival.proposal_id]), {"has_consent": "on"}
    )
    assert upgraded(rival).amount == 10_000_00
    assert "Confirm the consent" not in text_of(owner, "dashboard:agreement", rival)


def test_an_amendment_offered_before_the_exclusivity_waits_for_the_consent(world: World) -> None:
    rival = world.signed(world.picked(world.proposal(world.client(name="Backhaus Nord"))))
    offered = upgraded(rival)
    signed_elsewhere(world, ["Backhaus Nord"])
    with pytest.raises(HeldBack):
        request(offered)
    (told,) = OutboxEmail.objects.filter(kind="held_back")
    assert reverse("dashboard:agreement", args=[rival.pk]) in told.text
    assert "Otherwise take the change back" in told.text
    confirm(world, rival.proposal)
    (answer,) = OutboxEmail.objects.filter(kind="held_back_over")
    assert answer.to == rival.contact.email
    sign_it(offered, request(offered))
    assert offered.state == "signed"


def test_a_renewal_that_was_agreed_is_offered_and_held_back_at_the_signature(world: World) -> None:
    """The job offers it, and nobody would hear of it if it did not."""
    terms: dict[str, Any] = {"ends_on": date(2027, 11, 2), "renews": "signed"}
    rival = world.signed(world.picked(world.proposal(world.client("Backhaus Nord"), **terms)))
    signed_elsewhere(world, ["Backhaus Nord"])
    then = datetime(2027, 10, 20, tzinfo=UTC)
    renew.renew_due(now=then)
    offered = rival.amendments.get()
    with pytest.raises(HeldBack):
        request(offered, now=then)


def test_before_a_term_renews_the_owner_alone_is_told_who_excludes_it(world: World) -> None:
    terms: dict[str, Any] = {"ends_on": date(2027, 11, 2), "renews": "alone"}
    rival = world.signed(world.picked(world.proposal(world.client("Backhaus Nord"), **terms)))
    other = signed_elsewhere(world, ["Backhaus Nord"])
    renew.renew_due(now=datetime(2027, 9, 20, tzinfo=UTC))
    told = {row.to: row.text for row in OutboxEmail.objects.filter(kind="renewal_ahead")}
    sentence = f"with {other.client.name} excludes further work for Backhaus Nord"
    assert sentence in told[world.business.owner.email]
    assert sentence not in told[rival.contact.email]


def test_what_an_amendment_of_the_fee_changes_excludes_nobody(world: World) -> None:
    rival = world.signed(world.picked(world.proposal(world.client(name="Backhaus Nord"))))
    signed_elsewhere(world, ["Backhaus Nord"])
    day = amend.earliest_effective_day(rival, AmendmentKind.PRICE, NOW.date())
    assert day
    change = amend.Change(AmendmentKind.PRICE, day, amount=3_500_00)
    dearer = amend.offer_amendment(agreement=rival, change=change, actor="Nan", now=NOW)
    sign_it(dearer, request(dearer))
    assert dearer.state == "signed"
