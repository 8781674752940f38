"""Signing up says to nobody which addresses have an account: not in words, and not in time."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse

from core import links
from core.models import Link, OutboxEmail, User
from tests.world import World

hashed: list[str] = []


class Counting(PBKDF2PasswordHasher):
    """Django's own hasher, which takes nearly all the time of signing up; it notes each use."""

    iterations = 1

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        hashed.append(password)
        return super().encode(password, salt, iterations)


def sign_up(email: str) -> Any:
    asked = {"name": "Mara Lindt", "email": email, "password1": "a quiet river 42"}
    return Browser().post(reverse("account_signup"), asked)


@pytest.mark.django_db
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_known_address_is_answered_like_a_new_one(settings: Any, is_confirmed: bool) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    hashed.clear()
    new = sign_up("mara@studio.example")
    work = list(hashed)
    User.objects.get().emailaddress_set.update(verified=is_confirmed)
    hashed.clear()
    cache.clear()  # the limit of emails to one address, long over when somebody tries it later
    known = sign_up("mara@studio.example")
    assert hashed == work == ["a quiet river 42"]
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_who_cannot_sign_up_reads_whether_an_invitation_would_help(
    settings: Any, world: World
) -> None:
    invited, nobody = "If you were invited", "This installation takes no new people."
    for mode, words, others in (("invite", invited, nobody), ("off", nobody, invited)):
        settings.SIGNUP = mode
        page = Browser().get(reverse("account_signup")).text
        assert words in page and others not in page


@pytest.mark.django_db
def test_the_code_page_says_where_the_email_is_and_sends_it_again(settings: Any) -> None:
    browser = Browser()
    asked = {"name": "Mara Lindt", "email": "mara@studio.example", "password1": "a quiet river 42"}
    page = browser.post(reverse("account_signup"), asked).headers["Location"]
    settings.DEBUG = settings.MAIL_IS_LOCAL = True
    assert f'href="{reverse("dashboard:mail")}"' in browser.get(page).content.decode()
    settings.DEBUG = False
    assert "no mail server" in browser.get(page).content.decode()
    settings.MAIL_IS_LOCAL = False
    shown = browser.get(page).content.decode()
    assert "no mail server" not in shown and "Send the code again" in shown
    cache.clear()  # one email a minute to one address
    assert browser.post(page, {"action": "resend"}).status_code == 302
    subjects = set(OutboxEmail.objects.values_list("subject", flat=True))
    assert OutboxEmail.objects.count() == 2 and subjects == {"Confirm your email for Retainer Hub"}


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["invite", "off"])
def test_a_stranger_signs_up_only_where_it_is_open(settings: Any, word: str) -> None:
    User.objects.create_user("first@studio.example")
    settings.SIGNUP = word
    page = sign_up("second@studio.example").content.decode()
    assert "signup" not in page.split("<main")[-1] and "If you" in page
    assert User.objects.count() == 1
    login = Browser().get(reverse("account_login")).content.decode()
    assert reverse("account_signup") not in login and "Send me a sign-in code" in login
    settings.SIGNUP = "open"
    assert reverse("account_signup") in Browser().get(reverse("account_login")).content.decode()
    assert sign_up("second@studio.example").status_code == 302
    assert User.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["invite", "off"])
def test_the_first_owner_comes_by_a_link_that_a_command_prints_and_nobody_after_them(
    settings: Any, word: str
) -> None:
    settings.SIGNUP, out = word, StringIO()
    assert "bin/manage first_owner" in sign_up("stranger@studio.example").text
    wrong = Browser().get(reverse("account_signup"), {"key": "x" * 32}).text
    assert "bin/manage first_owner" in wrong and not User.objects.exists()

    call_command("first_owner", stdout=out)
    path, browsers = out.getvalue().strip().removeprefix(settings.SITE_URL), [Browser(), Browser()]
    asked = {"name": "Mara Lindt", "password1": "a quiet river 42"}
    for browser in browsers:
        assert 'name="password1"' in browser.get(path).text
    for n, browser in enumerate(browsers):
        browser.post(reverse("account_signup"), asked | {"email": f"owner{n}@studio.example"})
    assert User.objects.get().email == "owner0@studio.example"
    assert 'name="password1"' not in Browser().get(path).text
    with pytest.raises(CommandError, match="Somebody has an account here already"):
        call_command("first_owner")


@pytest.mark.django_db
def test_where_it_is_closed_no_email_offers_to_sign_up(settings: Any) -> None:
    sign_up("first@studio.example")
    cache.clear()
    settings.SIGNUP = "invite"
    Browser().post(reverse("account_request_login_code"), {"email": "nobody@studio.example"})
    email = OutboxEmail.objects.get(to="nobody@studio.example")
    for text in (email.text, email.html):
        assert "There is no account" in text
        assert reverse("account_signup") not in text and "sign up" not in text.lower()


@pytest.fixture
def keeper(db: None, settings: Any) -> Browser:
    """The browser of a member of staff who has a business; people come by invitation."""
    settings.SIGNUP = "invite"
    browser = Browser()
    browser.force_login(World().business.owner)
    User.objects.update(is_staff=True)
    return browser


ASKED = {"name": "Mara Lindt", "email": "Mara@Studio.example", "language": "th"}


def test_an_administrator_invites_a_person_who_comes_in_by_the_link(keeper: Browser) -> None:
    assert reverse("dashboard:invite") in keeper.get(reverse("dashboard:jobs")).content.decode()
    assert keeper.post(reverse("dashboard:invite"), ASKED).status_code == 302
    person = User.objects.get(email="mara@studio.example")
    assert person.name == "Mara Lindt" and person.emailaddress_set.get().verified
    assert OutboxEmail.objects.get(kind="invited").language == "th"
    address = links.url(Link.objects.get(subject_id=person.pk))
    newcomer = Browser()
    assert newcomer.post(address).url == reverse("dashboard:home")
    assert newcomer.get(reverse("dashboard:home")).url == reverse("dashboard:welcome")
    assert newcomer.get(reverse("dashboard:invite")).status_code in (302, 403)
    assert Browser().post(address).status_code == 410, "it works once"


def test_who_never_came_is_invited_again_and_who_came_is_not(keeper: Browser) -> None:
    keeper.post(reverse("dashboard:invite"), ASKED)
    first = links.url(Link.objects.get(purpose="sign_in"))
    keeper.post(reverse("dashboard:invite"), ASKED)
    assert Browser().post(first).status_code == 410
    person = User.objects.get(email="mara@studio.example")
    Browser().post(links.url(Link.objects.get(subject_id=person.pk, revoked_at=None)))
    again = keeper.post(reverse("dashboard:invite"), ASKED)
    assert again.status_code == 422 and "has an account here already" in again.content.decode()
    assert OutboxEmail.objects.filter(kind="invited").count() == 2


def test_only_those_who_look_after_the_installation_invite_and_start_runs(
    keeper: Browser, settings: Any
) -> None:
    other = Browser()
    other.force_login(World().business.owner)
    assert other.post(reverse("dashboard:invite"), ASKED).status_code == 403
    assert other.post(reverse("dashboard:jobs")).status_code == 403
    page = other.get(reverse("dashboard:jobs")).content.decode()
    assert "Run now" not in page and reverse("dashboard:invite") not in page
    settings.SIGNUP = "off"
    refused = keeper.post(reverse("dashboard:invite"), ASKED)
    assert refused.status_code == 422
    assert not User.objects.filter(email__icontains="mara").exists()


@pytest.mark.django_db
def test_the_command_invites_and_prints_the_link(settings: Any, capsys: Any) -> None:
    settings.SIGNUP = "invite"
    call_command("invite", "mara@studio.example", "--name", "Mara Lindt")
    assert Browser().post(capsys.readouterr().out.strip()).status_code == 302
    settings.SIGNUP = "off"
    with pytest.raises(CommandError, match="Signing up is off"):
        call_command("invite", "nils@studio.example")
