"""Nobody signs, by oversight, the competitor that a running agreement excludes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from agreements.contract import exclusivity
from agreements.models import Agreement
from agreements.proposals import after_sending, lifecycle
from agreements.rules.company_names import is_same_company
from agreements.rules.errors import Excluded
from agreements.signing import agreement_pdf, history
from core import audit
from core.models import OutboxEmail
from tests.test_tenancy import logged_in
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
    assert "consent of a client" not in str(certificate["rows"])


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


def test_what_was_sent_before_the_exclusivity_was_signed_is_pointed_out_until_it_is_answered(
    world: World,
) -> None:
    owner, rival = logged_in(world.business.owner), world.client(name="Backhaus Nord")
    sent = world.proposal(rival)
    world.signed(competitors=["Backhaus Nord GmbH"])
    page = reverse("dashboard:proposal", args=[sent.pk])
    assert "Another client has exclusivity" in owner.get(page).content.decode()
    picked = world.picked(sent)
    page = reverse("dashboard:agreement", args=[picked.pk])
    assert "excludes work for" in owner.get(page).content.decode()
    world.signed(picked)
    assert "excludes work for" not in owner.get(page).content.decode()


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
    rival = world.proposal(world.client(name="Backhaus Nord"), expires_on=NOW.date())
    world.signed(competitors=["Backhaus Nord"])
    then = NOW + timedelta(days=5)
    lifecycle.expire_due(now=then)
    rival.refresh_from_db()
    with pytest.raises(Excluded):
        after_sending.extend_proposal(
            proposal=rival, until=then.date() + timedelta(days=9), actor="Nan", now=then
        )
