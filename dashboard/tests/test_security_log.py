"""What touches an account's safety is written down and told (rule 84)."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from billing.gateways import accounts, registry
from core.audit import Origin
from core.models import ApiKey, Membership, OutboxEmail, SecurityEvent
from core.safety import devices, log
from core.team.roles import Role
from exports import requested_exports
from tests.browsers import logged_in
from tests.factories import BusinessFactory, UserFactory
from tests.safety_people import CHROME, FIREFOX, PASSWORD, signed_in, with_password
from tests.world import HERE, NOW, World

IBAN = "DE02120300000000202051"
BANK = {"which": "bank", "holder": "Nan", "bank": "N26", "account": IBAN}


def lines(world: World, *what: str) -> list[SecurityEvent]:
    found = SecurityEvent.objects.filter(business=world.business)
    return list(found.filter(what__in=what) if what else found)


def emails(world: World) -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind="security", to=world.business.owner.email))


def test_new_bank_details_are_a_line_and_one_email_that_hide_the_number(world: World) -> None:
    owner = logged_in(world.business.owner)
    for _twice in range(2):
        assert owner.post(reverse("dashboard:paying"), BANK).status_code == 302
    (line,) = lines(world, "bank_changed")
    assert line.facts == {"account": "Nan, N26, •••• 2051"} and line.ip == "127.0.0.1"
    (email,) = emails(world)
    assert "Clients now transfer to: Nan, N26, •••• 2051." in email.text
    assert IBAN not in email.text + email.html and reverse("dashboard:not_me") in email.text


def test_an_api_key_is_told_when_it_is_made_and_when_it_is_revoked(world: World) -> None:
    owner = logged_in(world.business.owner)
    shown = owner.post(reverse("dashboard:api"), {"name": "Script"})
    key = ApiKey.objects.get()
    for _twice in range(2):
        owner.post(reverse("dashboard:api_revoke", args=[key.pk]))
    assert len(lines(world, "api_key_made")) == len(lines(world, "api_key_revoked")) == 1
    written = [email.text + email.html for email in emails(world)]
    assert len(written) == 2 and shown.context["secret"] not in "".join(written)


def test_a_gateway_is_told_when_it_is_connected_and_when_its_key_changes(world: World) -> None:
    by = log.By("Nan", HERE)
    for secret in ("sk_test_first_secret", "sk_test_other_secret"):
        accounts.keep(
            business=world.business,
            gateway=registry.connectable()[0].name,
            secret=secret,
            webhook_secret="whsec_x",
            hint=f"{secret[:8]}…{secret[-4:]}",
            is_live=False,
            account_id="acct_1",
            by=by,
            now=NOW,
        )
    told = lines(world, "gateway_connected", "gateway_changed")
    assert [row.what for row in told] == ["gateway_changed", "gateway_connected"]
    everything = repr([row.facts for row in told]) + repr([email.text for email in emails(world)])
    assert "first_secret" not in everything and "whsec" not in everything


def test_what_was_not_saved_is_not_told(world: World) -> None:
    owner = logged_in(world.business.owner)
    assert owner.post(reverse("dashboard:paying"), BANK | {"account": "DE00"}).status_code == 422
    assert not lines(world, "bank_changed") and not emails(world)


def test_a_line_and_its_email_go_with_the_change_if_that_fails(world: World) -> None:
    with pytest.raises(PermissionDenied), transaction.atomic():
        log.write(what="bank_removed", person=world.business.owner, by=log.By("Nan"), now=NOW)
        raise PermissionDenied
    assert not lines(world) and not emails(world)


def test_every_sign_in_is_a_line_and_only_one_on_a_new_device_is_emailed(world: World) -> None:
    person = with_password(world.business.owner)
    known = signed_in(person)
    known.post(reverse("account_logout"))
    signed_in(person, browser=known)
    assert len(lines(world, "signed_in")) == 2 and not emails(world)
    signed_in(person, FIREFOX)
    (line,) = lines(world, "signed_in_new")
    assert line.device == "Firefox (Linux)"
    (email,) = emails(world)
    assert "from 127.0.0.1, with Firefox (Linux)." in email.text


def test_another_persons_device_is_a_new_one_for_this_person(world: World) -> None:
    thief = signed_in(with_password(BusinessFactory().owner))
    person = with_password(world.business.owner)
    signed_in(person)
    thief.post(reverse("account_logout"))
    signed_in(person, browser=thief)
    assert len(lines(world, "signed_in_new")) == len(emails(world)) == 1


def test_failed_sign_ins_of_an_hour_are_one_line_with_their_number(world: World) -> None:
    person = with_password(world.business.owner)
    for _try in range(3):
        Browser().post(reverse("account_login"), {"login": person.email, "password": "wrong"})
    hours = lines(world, "sign_in_failed")
    assert sum(line.count for line in hours) == 3 and len(hours) <= 2  # the hour may turn
    assert not emails(world), "anybody could fill a mailbox"


def test_an_unknown_address_leaves_no_line(db: None) -> None:
    Browser().post(reverse("account_login"), {"login": "x@nobody.example", "password": "wrong"})
    assert not SecurityEvent.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        "<script>alert(1)</script>",
        "Chrome\r\nBcc: thief@evil.example",
        "x" * 10_000,
        "\x1b[31m\x00\u202egnp.exe",
        "Mozilla/5.0 <b>Chrome/1</b> Windows",
        "%(ip)s {{ user }} [[link:1]]",
        "",
    ],
)
def test_no_browser_forges_a_line_by_what_it_claims_to_be(world: World, claims: str) -> None:
    words = devices.words(claims)
    assert len(words) <= 60 and not set(words) & set("<>\r\n\x1b\x00\u202e%{[")
    by = log.By("Nan", HERE.__class__("203.0.113.9", claims))
    log.write(what="bank_removed", person=world.business.owner, by=by, now=NOW)
    (email,) = emails(world)
    assert claims[:12] not in email.html or claims[:12] in ("", "x" * 12)
    page = logged_in(world.business.owner).get(reverse("dashboard:security_log"))
    assert page.status_code == 200


@pytest.mark.parametrize("ip", [None, "", "unknown", "fe80::1%eth0", "1.2.3.4, 5.6.7.8"])
def test_an_address_that_is_none_is_unknown_and_no_error(world: World, ip: Any) -> None:
    by = log.By("Nan", HERE.__class__(ip, CHROME))
    log.write(what="bank_removed", person=world.business.owner, by=by, now=NOW)
    assert lines(world, "bank_removed")[0].ip in (None, "fe80::1")


def test_the_database_refuses_to_change_or_delete_a_line(world: World) -> None:
    log.write(what="bank_removed", person=world.business.owner, by=log.By("Nan"), now=NOW)
    log.count_failure(person=world.business.owner, origin=HERE, now=NOW)
    changes: list[dict[str, Any]] = [{"what": "x"}, {"who": "x"}, {"ip": None}, {"business": None}]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            SecurityEvent.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        SecurityEvent.objects.filter(what="bank_removed").update(count=2)
    for line in SecurityEvent.objects.all():
        with pytest.raises(DatabaseError), transaction.atomic():
            SecurityEvent.objects.filter(pk=line.pk)._raw_delete("default")


def test_the_list_is_filtered_and_its_file_holds_the_same(world: World) -> None:
    owner = logged_in(world.business.owner)
    log.write(what="bank_removed", person=world.business.owner, by=log.By("Nan"), now=NOW)
    asked = {"state": "bank"}
    page = owner.get(reverse("dashboard:security_log"), asked).content.decode()
    assert "bank details on your invoices were removed" in page and "Signed in." not in page
    file = owner.get(reverse("dashboard:security_log_csv"), asked).content.decode()
    assert "bank details on your invoices were removed" in file and "Signed in." not in file


def test_another_business_does_not_see_a_line(world: World) -> None:
    log.write(what="bank_removed", person=world.business.owner, by=log.By("Nan"), now=NOW)
    other = logged_in(BusinessFactory().owner)
    for name in ("security_log", "security_log_csv", "security"):
        assert b"were removed" not in other.get(reverse(f"dashboard:{name}")).content


def test_a_wrong_code_of_the_second_factor_is_counted(world: World) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    person = with_password(world.business.owner)
    TOTP.activate(person, generate_totp_secret())
    browser = signed_in(person)
    browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert [line.count for line in lines(world, "sign_in_failed")] == [1]
    assert not lines(world, "signed_in")
    assert PASSWORD not in repr([line.facts for line in lines(world)])


def test_each_person_who_downloads_an_archive_is_told_of_by_name(world: World) -> None:
    business = world.business
    member = UserFactory(name="Mali", email="mali@desk.example")
    for person in (business.owner, business.owner, member, member):
        requested_exports.note_download(
            business=business,
            title="Everything",
            once="0" * 32,
            person=person,
            by=log.By(log.named(person), Origin("203.0.113.7", CHROME)),
            now=timezone.now(),
        )
    own, of_member = emails(world)
    assert own.to == of_member.to == business.owner.email
    assert "It was done by" not in own.text
    assert "It was done by Mali <mali@desk.example>." in of_member.text
    assert len(lines(world, "export_downloaded")) == 4


def test_what_a_member_does_to_their_account_is_in_the_log_of_the_business(world: World) -> None:
    member = with_password(UserFactory(email="mali@desk.example"))
    Membership.objects.create(business=world.business, user=member, role=Role.ASSISTANT)
    signed_in(member)
    Browser().post(reverse("account_login"), {"login": member.email, "password": "not it"})
    found = lines(world, "signed_in", "sign_in_failed")
    assert {one.what for one in found} == {"signed_in", "sign_in_failed"}
    assert {one.person for one in found} == {member.pk}
    assert member.email in logged_in(world.business.owner).get(reverse("dashboard:security")).text
