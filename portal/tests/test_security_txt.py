"""Somebody who found something unsafe learns whom to tell, in the form that scanners read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

PAGE = "/.well-known/security.txt"


def read(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("safety@hub.example", "mailto:safety@hub.example"),
        ("https://hub.example/report", "https://hub.example/report"),
    ],
)
def test_it_names_whom_to_tell_and_ends_within_a_year(
    settings: Any, db: None, given: str, said: str
) -> None:
    settings.SECURITY_CONTACT, settings.SITE_URL = given, "https://hub.example"
    answer = Browser().get(PAGE)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    fields = read(answer.text)
    assert fields["Contact"] == said
    assert fields["Canonical"] == f"https://hub.example{PAGE}"
    assert fields["Preferred-Languages"] == "en, th"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(0) < left < timedelta(days=365)


def test_where_nobody_is_named_there_is_no_page(settings: Any, db: None) -> None:
    settings.SECURITY_CONTACT = ""
    assert Browser().get(PAGE).status_code == 404


def test_password_managers_find_where_the_password_is_changed(db: None) -> None:
    assert Browser().get("/.well-known/change-password")["Location"].endswith("/password/change/")
