"""What Django and allauth say: sentence case, and Thai where they have none."""

import re

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse

FOLDER = settings.BASE_DIR / "locale" / "libraries"
PAGES = ("account_login", "account_signup", "account_reset_password", "account_request_login_code")
TITLE_CASE = re.compile(r">\s*[A-Z][a-z]+(?:[ -](?:[A-Z][a-z]+|a|the))*[ -][A-Z][a-z]+\s*<")


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_compiled_file_is_fresh(language: str) -> None:
    folder = FOLDER / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as po, (folder / "django.mo").open("rb") as mo:
        written, compiled = read_po(po), read_mo(mo)
    for message in written:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            assert message.string, key
            assert compiled.get(key), key


@pytest.mark.parametrize("name", PAGES)
def test_headings_and_buttons_are_in_sentence_case(db: None, name: str) -> None:
    page = Browser(HTTP_ACCEPT_LANGUAGE="en").get(reverse(name)).content.decode()
    found = [text for text in TITLE_CASE.findall(page) if "Retainer Hub" not in text]
    assert not found


def test_passwords_are_explained_in_thai(db: None) -> None:
    page = Browser(HTTP_ACCEPT_LANGUAGE="th").get(reverse("account_signup")).content.decode()
    assert "Your password" not in page and "รหัสผ่านต้องมีอย่างน้อย" in page


@pytest.mark.parametrize("name", PAGES)
def test_signing_in_has_one_word_in_thai(db: None, name: str) -> None:
    page = Browser(HTTP_ACCEPT_LANGUAGE="th").get(reverse(name)).content.decode()
    assert "ลงชื่อเข้า" not in page and "ลงชื่อออก" not in page
