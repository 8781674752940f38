"""Several signers, in order or in any order: handing over, declining, reminders and expiry."""

from datetime import timedelta
from typing import Any

import pytest

from agreements.changing import trial
from agreements.models import Agreement, Signature, SignerChange
from agreements.proposals import lifecycle
from agreements.rules.errors import NotOpen, WrongCode
from agreements.signing import change_signer, seal, sign, unsigned_documents
from clients import client_records
from clients.models import Contact
from core import audit, links
from core.dates import local_instant
from core.documents import store
from core.errors import NotAllowedNow
from core.models import OutboxEmail
from tests.world import HERE, NOW, World


def sign_as(paper: Any, contact: Contact, now: Any = NOW, **also: Any) -> None:
    """Sign an agreement or amendment for a contact."""
    signature = sign.request_code(
        paper=paper,
        contact=contact,
        name=contact.name,
        consented=True,
        now=now,
        origin=HERE,
        **also,
    )
    assert signature.code_row
    sign.sign_with_code(
        paper=paper, contact=contact, code=links.code(signature.code_row), now=now, origin=HERE
    )


@pytest.fixture
def two_signers(world: World) -> tuple[World, Contact, Contact]:
    """A client for which a manager and a director sign."""
    client = world.client()
    manager = world.person(client)
    return (
        world,
        manager,
        client_records.add_contact(client=client, name="Mali", email="mali@baan.example", now=NOW),
    )


def offered(world: World, director: Contact, **terms: Any) -> Agreement:
    return world.picked(world.proposal(director.client, cosigners=[director], **terms))


def test_in_order_the_second_signer_is_invited_when_the_first_has_signed(two_signers: Any) -> None:
    world, manager, director = two_signers
    agreement = offered(world, director)
    with pytest.raises(NotOpen):
        sign.request_code(
            paper=agreement, contact=director, name="Mali", consented=True, now=NOW, origin=HERE
        )
    assert not OutboxEmail.objects.filter(kind="sign_invitation").exists()
    sign_as(agreement, manager)
    assert agreement.state == "sent"
    assert list(
        OutboxEmail.objects.filter(kind="sign_invitation").values_list("to", flat=True)
    ) == [director.email]
    sign_as(agreement, director)
    assert agreement.state == "active"


def test_without_an_order_anyone_may_sign_first(two_signers: Any) -> None:
    world, manager, director = two_signers
    agreement = offered(world, director, in_order=False)
    sign_as(agreement, director)
    sign_as(agreement, manager)
    assert agreement.state == "active"


def test_a_countersigned_agreement_applies_only_after_the_freelancer_has_signed_last(
    two_signers: Any,
) -> None:
    world, manager, director = two_signers
    agreement = offered(world, director, countersigns=True)
    with pytest.raises(NotOpen):
        sign.countersign(paper=agreement, actor="Nan", now=NOW, origin=HERE)
    sign_as(agreement, manager)
    sign_as(agreement, director)
    assert agreement.state == "sent"
    assert agreement.opens_at is None
    sign.countersign(paper=agreement, actor="Nan", now=NOW, origin=HERE)
    assert agreement.state == "active"
    with pytest.raises(NotOpen):
        sign.countersign(paper=agreement, actor="Nan", now=NOW, origin=HERE)


def test_everyone_who_signed_is_emailed_the_sealed_pdf(two_signers: Any) -> None:
    world, manager, director = two_signers
    agreement = offered(world, director)
    sign_as(agreement, manager, strokes=[[[10, 10], [200, 90]], [[30, 120]]])
    sign_as(agreement, director)
    assert seal.seal_signed(now=NOW) == 1
    agreement.refresh_from_db()
    assert agreement.signed_document
    assert store.read(agreement.signed_document).startswith(b"%PDF")
    to = set(OutboxEmail.objects.filter(kind="signed").values_list("to", flat=True))
    assert to == {manager.email, director.email, world.business.owner.email}


def ask_another(paper: Any, contact: Contact, email: str = "dao@baan.example") -> SignerChange:
    """Ask that Dao signs instead of a contact."""
    return change_signer.request_change(
        paper=paper, contact=contact, name="Dao", email=email, now=NOW, origin=HERE
    )


def confirm(paper: Any, contact: Contact, code: str, now: Any = NOW) -> Contact:
    return change_signer.confirm_change(
        paper=paper, contact=contact, code=code, now=now, origin=HERE
    )


def test_a_signer_hands_over_with_a_code_from_their_own_mailbox(world: World) -> None:
    agreement = world.picked()
    change = ask_another(agreement, agreement.contact, "DAO@baan.example")
    assert OutboxEmail.objects.get(kind="signer_change").to == agreement.contact.email
    assert not OutboxEmail.objects.filter(to__iexact="dao@baan.example").exists()
    other = confirm(agreement, agreement.contact, links.code(change.pk))
    assert other.email == "dao@baan.example"
    with pytest.raises(NotOpen):
        sign_as(agreement, agreement.contact)
    sign_as(agreement, other)
    assert agreement.state == "active"
    assert [event.data for event in audit.chain(agreement.pk) if event.event == "reassigned"] == [
        {"from": "ploy@baan.example", "to": "dao@baan.example"}
    ]


def test_both_sides_are_told_at_once_that_another_person_signs(world: World) -> None:
    agreement = world.picked()
    change = ask_another(agreement, agreement.contact)
    assert not OutboxEmail.objects.filter(kind="signer_changed").exists()
    confirm(agreement, agreement.contact, links.code(change.pk))
    told = {row.to: row.text for row in OutboxEmail.objects.filter(kind="signer_changed")}
    assert set(told) == {agreement.contact.email, world.business.owner.email}
    assert all("Dao (dao@baan.example)" in text for text in told.values())


def test_without_the_code_nobody_else_becomes_the_signer(world: World) -> None:
    agreement = world.picked()
    change = ask_another(agreement, agreement.contact)
    right = links.code(change.pk)
    wrong = "000000" if right != "000000" else "111111"
    with pytest.raises(WrongCode):
        confirm(agreement, agreement.contact, right, now=NOW + timedelta(minutes=16))
    for _ in range(5):
        with pytest.raises(WrongCode):
            confirm(agreement, agreement.contact, wrong)
    with pytest.raises(WrongCode):
        confirm(agreement, agreement.contact, right)
    assert not Contact.objects.filter(email="dao@baan.example").exists()
    sign_as(agreement, agreement.contact)


def test_a_code_hands_over_only_to_the_person_it_was_sent_for(world: World) -> None:
    agreement = world.picked()
    first = ask_another(agreement, agreement.contact)
    ask_another(agreement, agreement.contact, "thief@evil.example")
    with pytest.raises(WrongCode):
        confirm(agreement, agreement.contact, links.code(first.pk))


def test_a_code_hands_over_once(world: World) -> None:
    agreement = world.picked()
    change = ask_another(agreement, agreement.contact)
    confirm(agreement, agreement.contact, links.code(change.pk))
    with pytest.raises(NotOpen):
        confirm(agreement, agreement.contact, links.code(change.pk))


def test_signing_cannot_be_handed_over_to_someone_who_signs_already(two_signers: Any) -> None:
    world, manager, director = two_signers
    agreement = offered(world, director)
    with pytest.raises(NotOpen):
        ask_another(agreement, manager, director.email)


def test_a_declined_agreement_is_never_billed_and_the_freelancer_is_told_why(world: World) -> None:
    agreement = world.picked()
    unsigned_documents.decline(
        paper=agreement, contact=agreement.contact, reason="Too early", now=NOW, origin=HERE
    )
    agreement.proposal.refresh_from_db()
    assert (agreement.state, agreement.opens_at, agreement.proposal.state) == (
        "declined",
        None,
        "declined",
    )
    assert "Too early" in OutboxEmail.objects.get(kind="sign_declined").text
    with pytest.raises(NotOpen):
        sign_as(agreement, agreement.contact)


def test_an_agreement_withdrawn_while_the_code_is_typed_is_not_signed(world: World) -> None:
    agreement = world.picked()
    signature = sign.request_code(
        paper=agreement, contact=agreement.contact, name="P", consented=True, now=NOW, origin=HERE
    )
    unsigned_documents.withdraw(paper=agreement, reason="A mistake", actor="Nan", now=NOW)
    assert signature.code_row
    with pytest.raises(NotOpen):
        sign.sign_with_code(
            paper=agreement,
            contact=agreement.contact,
            code=links.code(signature.code_row),
            now=NOW,
            origin=HERE,
        )
    assert not Signature.objects.filter(contact__isnull=False, signed_at__isnull=False).exists()


def test_an_agreement_withdrawn_while_the_code_is_compared_is_not_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement, check = world.picked(), sign._check_code

    def then_withdrawn(*asked: Any) -> None:
        check(*asked)
        unsigned_documents.withdraw(paper=agreement, reason="A mistake", actor="Nan", now=NOW)

    monkeypatch.setattr(sign, "_check_code", then_withdrawn)
    with pytest.raises(NotOpen):
        world.signed(agreement)
    assert not Signature.objects.filter(contact__isnull=False, signed_at__isnull=False).exists()


def test_a_signed_agreement_cannot_be_withdrawn(world: World) -> None:
    agreement = world.signed()
    with pytest.raises(NotAllowedNow):
        unsigned_documents.withdraw(paper=agreement, reason="", actor="Nan", now=NOW)


def test_after_its_last_day_an_agreement_cannot_be_signed_and_expires(world: World) -> None:
    agreement = world.picked()
    assert agreement.sign_by
    on_time, late = NOW + timedelta(days=14), NOW + timedelta(days=15)
    assert unsigned_documents.expire_due(now=on_time) == 0
    with pytest.raises(NotOpen):
        sign.request_code(
            paper=agreement,
            contact=agreement.contact,
            name="P",
            consented=True,
            now=late,
            origin=HERE,
        )
    assert unsigned_documents.expire_due(now=late) == 1
    agreement.refresh_from_db()
    assert agreement.state == "expired"


def test_the_last_day_ends_at_the_clients_midnight(world: World) -> None:
    agreement = world.picked(world.proposal(world.client(time_zone="Asia/Bangkok")))
    assert agreement.sign_by
    midnight = local_instant(agreement.sign_by + timedelta(days=1), 0, "Asia/Bangkok")
    instants = (midnight - timedelta(minutes=1), midnight)
    assert [sign.is_in_time(agreement, now) for now in instants] == [True, False]


def test_a_signer_gets_three_reminders_at_most(world: World) -> None:
    world.picked()
    sent = [
        unsigned_documents.remind_due(now=NOW + timedelta(days=day, hours=1))
        for day in range(14)
        for _ in "ab"
    ]
    assert sum(sent) == 3
    assert OutboxEmail.objects.filter(kind="sign_reminder").count() == 3


def test_a_signed_agreement_has_no_reminders(world: World) -> None:
    world.signed()
    assert unsigned_documents.remind_due(now=NOW + timedelta(days=3)) == 0


def test_without_a_countersignature_sending_the_proposal_is_the_signature(world: World) -> None:
    proposal = world.proposal(send=False)
    lifecycle.send_proposal(proposal=proposal, actor="Nan", now=NOW, origin=HERE)
    agreement = world.picked(proposal)
    own = Signature.objects.get(agreement=agreement, contact__isnull=True)
    assert (own.signed_at, own.ip) == (NOW, HERE.ip)


def test_a_trial_is_decided_once_and_never_becomes_a_retainer_automatically(world: World) -> None:
    ends_on = NOW.date() + timedelta(days=28)
    agreement = world.signed(
        interval="once", ends_on=ends_on, trial_measure="two posts do well", card=""
    )
    assert [
        trial.is_decision_due(agreement, ends_on - timedelta(days=days)) for days in (8, 7)
    ] == [
        False,
        True,
    ]
    trial.record_decision(
        agreement=agreement, succeeded=True, words="Three did", actor="Nan", now=NOW
    )
    assert not trial.is_decision_due(agreement, ends_on)
    with pytest.raises(NotOpen):
        trial.record_decision(agreement=agreement, succeeded=False, words="", actor="Nan", now=NOW)
    assert Agreement.objects.count() == 1
