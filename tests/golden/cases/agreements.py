"""Emails about agreements: signing, changing, pausing, renewing and ending them, and the seal."""

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from agreements.changing import amend, end, give_value_add, pause, renew, trial
from agreements.changing.amend import Change
from agreements.models import Agreement, Amendment, Pause
from agreements.models.amendment import AmendmentKind
from agreements.rules.errors import HeldBack
from agreements.rules.intervals import Interval
from agreements.signing import (
    agreement_pdf,
    change_signer,
    held_back,
    seal,
    seal_check,
    sign,
    unsigned_documents,
)
from clients.models import Contact
from core import links
from core.documents import certificate, store
from core.jobs.queues import QUEUES
from core.models import Heartbeat
from core.system import alerts
from tests.golden.stage import Documents, Stage, a_running_period, case
from tests.world import HERE, NOW

DECEMBER, MAY = date(2026, 12, 2), date(2027, 5, 2)


def an_agreement_to_sign(stage: Stage) -> None:
    stage.agreement = stage.picked()


def a_sealed_agreement(stage: Stage) -> None:
    signed = stage.signed()
    seal.seal_signed(now=NOW)
    stage.agreement = Agreement.objects.select_related("contact").get(pk=signed.pk)


def with_a_colleague(stage: Stage, **terms: Any) -> tuple[Agreement, Contact]:
    """Picked, and to be signed by two people of the client's."""
    client = stage.client()
    colleague = stage.colleague(client)
    return stage.picked(stage.proposal(client, cosigners=[colleague], **terms)), colleague


def dearer(stage: Stage) -> Amendment:
    """Another fee is offered."""
    change = Change(
        AmendmentKind.PRICE, DECEMBER, amount=stage.sum(4_000), reason=stage.words.reason
    )
    return amend.offer_amendment(agreement=stage.agreement, change=change, actor="Nan", now=NOW)


@case("sign_code", begins=an_agreement_to_sign)
def a_client_signs(stage: Stage) -> None:
    row, name = stage.agreement, stage.words.contact
    sign.request_code(
        paper=row, contact=row.contact, name=name, consented=True, now=NOW, origin=HERE
    )


@case("held_back", "held_back_over")
def a_choice_waits_for_the_consent_of_another_client(stage: Stage) -> None:
    held = stage.proposal(stage.client("Backhaus Nord", legal_name=""))
    stage.signed(stage.picked(stage.proposal(competitors=["Backhaus Nord"])))
    with suppress(HeldBack):
        stage.picked(held)
    held_back.confirm_consent(proposal=held, actor="Nan", now=NOW, origin=HERE)


@case("signer_change", "signer_changed", begins=an_agreement_to_sign)
def a_client_names_another_signer(stage: Stage) -> None:
    row = stage.agreement
    change = change_signer.request_change(
        paper=row,
        contact=row.contact,
        name=stage.words.colleague,
        email="dao@baan.example",
        now=NOW,
        origin=HERE,
    )
    change_signer.confirm_change(
        paper=row, contact=row.contact, code=links.code(change.pk), now=NOW, origin=HERE
    )


@case("sign_invitation", "signed_one")
def two_people_and_the_freelancer_sign_in_turn(stage: Stage) -> None:
    agreement, colleague = with_a_colleague(stage, countersigns=True)
    stage.put(agreement, agreement.contact)
    stage.put(agreement, colleague)


@case("sign_reminder")
def both_sides_are_reminded_to_sign(stage: Stage) -> None:
    agreement = stage.picked(countersigns=True)
    unsigned_documents.remind(paper=agreement, now=NOW)
    stage.put(agreement, agreement.contact)
    unsigned_documents.remind(paper=agreement, now=NOW + timedelta(days=2))


def declined(stage: Stage, reason: str) -> None:
    contact = stage.agreement.contact
    unsigned_documents.decline(
        paper=stage.agreement, contact=contact, reason=reason, now=NOW, origin=HERE
    )


@case("sign_declined", begins=an_agreement_to_sign)
def a_client_declines_to_sign(stage: Stage) -> None:
    declined(stage, stage.words.reason)


@case("sign_declined", variant="no_reason", begins=an_agreement_to_sign)
def a_client_declines_to_sign_and_does_not_say_why(stage: Stage) -> None:
    declined(stage, "")


@case("sign_void", begins=an_agreement_to_sign)
def an_agreement_is_taken_back(stage: Stage) -> None:
    unsigned_documents.withdraw(
        paper=stage.agreement, reason=stage.words.reason, actor="Nan", now=NOW
    )


@case("signed", begins=an_agreement_to_sign)
def an_agreement_is_signed_and_sealed(stage: Stage) -> None:
    stage.signed(stage.agreement)
    seal.seal_signed(now=NOW)


@case("sign_invitation", "signed", variant="amendment", begins=a_sealed_agreement)
def an_amendment_is_signed_and_sealed(stage: Stage) -> Documents:
    row = dearer(stage)
    stage.put(row, stage.agreement.contact)
    seal.seal_signed(now=NOW)
    assert row.document
    return {
        "amendment-price": store.read(row.document),
        "amendment-price-signed": agreement_pdf.signed_pdf(row),
    }


@case("notice", "notice_given", begins=a_running_period)
def a_client_gives_notice(stage: Stage) -> None:
    agreement = stage.agreement
    end.give_notice(
        agreement=agreement,
        ends_on=DECEMBER,
        actor=agreement.contact,
        now=NOW,
        reason=stage.words.reason,
    )


@case("notice_given", variant="no_reason", begins=a_running_period)
def a_client_gives_notice_and_does_not_say_why(stage: Stage) -> None:
    agreement = stage.agreement
    end.give_notice(agreement=agreement, ends_on=DECEMBER, actor=agreement.contact, now=NOW)


@case("paused", "resumed", begins=a_running_period)
def an_agreement_is_paused_and_goes_on(stage: Stage) -> None:
    agreement = stage.agreement
    pause.pause_agreement(
        agreement=agreement, resumes_on=None, reason=stage.words.reason, actor="Nan", now=NOW
    )
    pause.resume_agreement(agreement=agreement, actor="Nan", now=NOW + timedelta(days=5))


@case("paused", variant="until", begins=a_running_period)
def an_agreement_is_paused_until_a_day(stage: Stage) -> None:
    day = DECEMBER + timedelta(days=40)
    pause.pause_agreement(
        agreement=stage.agreement, resumes_on=day, reason=stage.words.reason, actor="Nan", now=NOW
    )


@case("skipped", begins=a_running_period)
def a_period_is_skipped(stage: Stage) -> None:
    pause.skip_next_period(
        agreement=stage.agreement, reason=stage.words.reason, actor="Nan", now=NOW
    )


@case("skip_taken_back", begins=a_running_period)
def a_skipped_period_is_taken_up_again(stage: Stage) -> None:
    a_period_is_skipped(stage)
    pause.take_up_skipped(skip=Pause.objects.get(), actor="Nan", now=NOW)


@case("value_added", "value_add_taken_back", begins=a_running_period)
def something_is_added_for_a_time_and_taken_back(stage: Stage) -> None:
    row = give_value_add.give(
        agreement=stage.agreement,
        title=stage.words.work,
        minutes=60,
        starts_on=DECEMBER,
        ends_on=DECEMBER + timedelta(days=59),
        reason="",
        actor="Nan",
        now=NOW,
    )
    give_value_add.take_back(row=row, actor="Nan", now=NOW)


@case("renewal_ahead", "renewed")
def a_term_renews(stage: Stage) -> None:
    stage.running(ends_on=MAY, renews="alone", term_months=6)
    for day in (date(2027, 3, 3), date(2027, 4, 3)):
        renew.renew_due(now=NOW + (day - NOW.date()))


@case("trial_decision")
def a_trial_is_nearly_over(stage: Stage) -> None:
    last = NOW.date() + timedelta(days=21)
    stage.signed(interval=Interval.ONCE, ends_on=last, trial_measure=stage.words.goal)
    trial.remind_due(now=NOW + timedelta(days=19))


@case(
    "seal_ends", languages=("en",)
)  # whoever looks after the installation is written to in English
def the_certificate_of_the_seal_ends(stage: Stage) -> None:
    certificate.load_signer(NOW)
    seal_check.check_seal(now=NOW + certificate.LIFE - timedelta(days=30))


@case("health", languages=("en",))
def a_check_has_failed_for_a_while(stage: Stage) -> None:
    for name in ("beat", "worker", *(queue.name for queue in QUEUES)):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": NOW})
    Heartbeat.objects.filter(name="beat").update(at=NOW - timedelta(hours=1))
    alerts.watch(now=NOW)
    alerts.watch(now=NOW + alerts.LASTS)


@case("seal_waits", languages=("en",))
def nothing_can_be_sealed(stage: Stage) -> None:
    certificate.load_signer(NOW)
    key = Path(settings.RH_VAR_DIR) / "seal" / certificate.KEY
    body = key.read_bytes()
    key.unlink()
    stage.signed()
    seal_check.check_seal(now=NOW + timedelta(days=1))
    key.write_bytes(body)
