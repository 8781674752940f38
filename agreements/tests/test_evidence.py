"""A signature proves who signed what, and nothing that happens later can change that."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from agreements.changing.end import finish_ended, give_notice
from agreements.models import Agreement, Signature
from agreements.rules.errors import NotOpen, WrongCode
from agreements.signing import seal, sign
from core import audit, links
from core.documents.glyphs import MissingGlyphs
from core.models import OutboxEmail
from tests.world import HERE, NOW, World

LATER = NOW + timedelta(minutes=2)


def begin(agreement: Agreement, name: str = "Ploy Srisuk", now: datetime = NOW) -> Signature:
    contact = agreement.contact
    return sign.request_code(
        paper=agreement, contact=contact, name=name, consented=True, now=now, origin=HERE
    )


def confirm(agreement: Agreement, code: str) -> Agreement:
    return sign.sign_with_code(
        paper=agreement, contact=agreement.contact, code=code, now=LATER, origin=HERE
    )


def test_an_old_tab_cannot_change_the_name_on_a_signed_agreement(world: World) -> None:
    agreement = world.picked()
    old_tab = Agreement.objects.get(pk=agreement.pk)
    world.signed(agreement)
    with pytest.raises(NotOpen):
        begin(old_tab, name="Somebody Else", now=LATER)
    assert Signature.objects.get(agreement=agreement, contact__isnull=False).name == "Ploy Srisuk"
    assert OutboxEmail.objects.filter(kind="sign_code").count() == 1


def test_a_code_signs_only_the_name_it_was_sent_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = world.picked()
    code = links.code(begin(agreement).code_row)
    check_code = sign._check_code

    def then_another_name(*args: Any) -> None:
        check_code(*args)
        begin(Agreement.objects.get(pk=agreement.pk), name="Somebody Else", now=LATER)

    monkeypatch.setattr(sign, "_check_code", then_another_name)
    with pytest.raises(WrongCode):
        confirm(agreement, code)
    agreement.refresh_from_db()
    assert agreement.state == "sent"
    assert "signed" not in [event.event for event in audit.chain(agreement.pk)]


def test_a_new_code_invalidates_the_previous_one(world: World) -> None:
    agreement = world.picked()
    first, second = begin(agreement), begin(agreement, now=LATER)
    assert first.pk == second.pk
    with pytest.raises(WrongCode):
        confirm(agreement, links.code(first.code_row))
    assert confirm(agreement, links.code(second.code_row)).state == "active"


def test_a_double_click_sends_one_code(world: World) -> None:
    agreement = world.picked()
    assert begin(agreement).code_row == begin(agreement, now=NOW + timedelta(seconds=2)).code_row
    assert OutboxEmail.objects.filter(kind="sign_code").count() == 1


def test_the_audit_chain_holds_every_step_in_order(world: World) -> None:
    agreement = world.picked()
    sign.record_opened(paper=agreement, contact=agreement.contact, now=NOW, origin=HERE)
    sign.record_opened(paper=agreement, contact=agreement.contact, now=LATER, origin=HERE)
    world.sealed(agreement=agreement)
    events = [*audit.chain(agreement.proposal_id), *audit.chain(agreement.pk)]
    assert [event.event for event in events] == [
        "offered",
        "accepted",
        "opened",
        "consented",
        "code_confirmed",
        "signed",
        "sealed",
    ]
    assert audit.is_whole(audit.chain(agreement.pk))


def test_a_chain_is_not_whole_any_more_if_an_event_was_changed_or_taken_out(world: World) -> None:
    agreement = world.sealed()
    changed, without = audit.chain(agreement.pk), audit.chain(agreement.pk)
    changed[1].actor = "Somebody else"
    del without[1]
    assert [audit.is_whole(events) for events in (changed, without)] == [False, False]


def test_of_two_workers_that_seal_an_agreement_the_first_ones_file_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = world.signed()
    signed_pdf, began = seal.agreement_pdf.signed_pdf, list[Agreement]()

    def another_worker_is_faster(signable: Agreement) -> bytes:
        began.append(signable)
        if len(began) == 1:
            assert seal.seal_signed(now=NOW) == 1
        return signed_pdf(signable)

    monkeypatch.setattr(seal.agreement_pdf, "signed_pdf", another_worker_is_faster)
    assert seal.seal_signed(now=LATER) == 0
    assert [event.event for event in audit.chain(agreement.pk)].count("sealed") == 1


def test_a_document_that_cannot_be_sealed_does_not_hold_up_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = (
        world.signed(),
        world.signed(world.picked(world.proposal(world.client("Another")))),
    )
    signed_pdf = seal.agreement_pdf.signed_pdf

    def fails_for_one(agreement: Agreement) -> bytes:
        if agreement.pk == broken.pk:
            raise MissingGlyphs("no such letter")
        return signed_pdf(agreement)

    monkeypatch.setattr(seal.agreement_pdf, "signed_pdf", fails_for_one)
    assert seal.seal_signed(now=NOW) == 1
    sound.refresh_from_db()
    assert sound.signed_document
    assert seal.why_late(broken, NOW + timedelta(hours=1)) == "no such letter"
    monkeypatch.undo()
    assert seal.seal_signed(now=NOW + timedelta(minutes=5)) == 1


def test_an_agreement_that_ended_before_it_was_sealed_is_still_sealed(world: World) -> None:
    agreement = world.signed(minimum_months=0, notice_days=0)
    give_notice(agreement=agreement, ends_on=date(2026, 12, 2), actor="Nan", now=NOW)
    assert finish_ended(now=NOW + timedelta(days=40)) == 1
    assert seal.seal_signed(now=NOW + timedelta(days=40)) == 1
