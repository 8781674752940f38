"""Emails about signing up and signing in: allauth writes them, through its own pages."""

from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from billing.bank_transfer import bank_details
from billing.models import BankDetails
from core.audit import Origin
from core.models import Link, TeamInvitation, User
from core.safety import log
from core.safety.code_email import email_code
from core.system import invite
from core.team import invitations, joining
from tests.golden.stage import Stage, case
from tests.world import NOW

PASSWORD = "a long and simple sentence"


def browser(stage: Stage) -> Browser:
    """One that asks for pages in this language."""
    return Browser(SERVER_NAME="hub.example", HTTP_ACCEPT_LANGUAGE=stage.language)


def post(stage: Stage, page: str, at: Browser | None = None, **fields: str) -> None:
    answer = (at or browser(stage)).post(reverse(page), fields, secure=True)
    assert answer.status_code == 302, answer.content.decode()


def verified(stage: Stage) -> User:
    """The freelancer, who has confirmed their email."""
    owner = stage.business.owner
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    return owner


@case("account", variant="sign_up")
def somebody_signs_up(stage: Stage) -> None:
    post(stage, "account_signup", name="Nan", email="new@studio.example", password1=PASSWORD)


@case("account", variant="sign_up_again")
def somebody_signs_up_who_has_an_account(stage: Stage) -> None:
    post(stage, "account_signup", name="Nan", email=verified(stage).email, password1=PASSWORD)


@case("account", variant="sign_in_code")
def somebody_asks_for_a_code(stage: Stage) -> None:
    post(stage, "account_request_login_code", email=verified(stage).email)


@case("account", variant="unknown")
def somebody_asks_for_a_code_who_has_no_account(stage: Stage) -> None:
    post(stage, "account_request_login_code", email="stranger@studio.example")


@case("account", variant="unknown_closed")
def somebody_asks_for_a_code_where_nobody_can_sign_up(stage: Stage) -> None:
    with override_settings(SIGNUP="invite"):
        post(stage, "account_request_login_code", email="stranger@studio.example")


@case("invited")
def an_administrator_invites_somebody(stage: Stage) -> None:
    invite.invite(
        email="new@studio.example",
        name="Mara",
        language=stage.language,
        by="Nan Kittisak",
        now=NOW,
    )


@case("team_invitation")
def the_owner_invites_somebody_into_the_team(stage: Stage) -> None:
    invited(stage)


@case("team_joined")
def somebody_joins_the_team(stage: Stage) -> None:
    row = invited(stage)
    joining.join_as_new(
        link=Link.objects.get(subject_id=row.pk), name="Mali", password=PASSWORD, now=NOW
    )


def invited(stage: Stage) -> TeamInvitation:
    return invitations.invite(
        business=stage.business,
        email="mali@desk.example",
        role="assistant",
        by=stage.business.owner,
        now=NOW,
    )


@case("account", variant="password_reset")
def somebody_forgot_their_password(stage: Stage) -> None:
    post(stage, "account_reset_password", email=verified(stage).email)


@case("account", variant="another_email")
def somebody_adds_an_email(stage: Stage) -> None:
    at = browser(stage)
    at.force_login(verified(stage))
    post(stage, "account_email", at, email="second@studio.example", action_add="")


HERE = Origin("203.0.113.7", "Firefox/145.0 (Windows NT 10.0)")


def _by(owner: User) -> log.By:
    return log.By(log.named(owner), HERE)


@case("security")
def somebody_changes_their_password(stage: Stage) -> None:
    owner = stage.business.owner
    log.write(what="account/email/password_changed", person=owner, by=_by(owner), now=NOW)


@case("security", variant="bank")
def somebody_changes_the_bank_details(stage: Stage) -> None:
    bank = BankDetails(
        business=stage.business, holder="Nan Kittisak", account="DE02120300000000202051"
    )
    bank_details.change(bank=bank, by=_by(stage.business.owner), now=NOW)


@case("security", variant="new_device")
def somebody_signs_in_on_a_new_device(stage: Stage) -> None:
    log.write(
        what="signed_in_new", person=stage.business.owner, by=_by(stage.business.owner), now=NOW
    )


@case("confirm_code")
def somebody_confirms_by_email(stage: Stage) -> None:
    email_code(user=stage.business.owner, now=NOW)
