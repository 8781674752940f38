"""Every email and document says what it is known to say.

    pytest tests/golden             compares what is made with the files in emails/ and documents/
    pytest tests/golden --accept    rewrites the files after an intended change: read `git diff`

An email has a .txt file (its headers and its text) and a .html file, as they are sent; a document
has its text, read from the HTML that its PDF is made from. Names are
<kind>-<variant>-<side>.<language>. What must not change a byte (a template that is only formatted,
a new WeasyPrint) is shown by `python -m tests.golden` before and after, see there.
"""

import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings

from tests.golden import kept, kinds
from tests.golden.made import Made
from tests.golden.stage import LANGUAGES

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rendering,
    pytest.mark.proof,
    pytest.mark.whole_documents,
]
SHOWN = 300  # lines of a failure
TO_KEEPERS = {
    "audit",
    "health",
    "seal_ends",
    "seal_waits",
    "set_aside_today",
}  # whoever looks after an installation is written to in English
NOT_SENT = {"password_reset_code"}  # passwords are reset by a link


def test_everything_is_as_it_was_kept(made: Made, request: pytest.FixtureRequest) -> None:
    wanted = kept.files(made)
    if request.config.getoption("--accept", default=False):
        kept.accept(wanted)
    order = sorted(
        wanted, key=lambda path: (path.suffix == ".html", path)
    )  # texts are easier to read
    lines = [line for path in order for line in kept.difference(path, wanted[path]).splitlines()]
    lines += [f"Nothing makes {path.name} any more." for path in sorted(kept.there() - set(wanted))]
    if len(lines) > SHOWN:
        lines[SHOWN:] = [f"… and {len(lines) - SHOWN} more lines"]
    if lines:
        pytest.fail(
            "\n".join([*lines, "", "If this is meant: pytest tests/golden --accept"]), pytrace=False
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_is_in_it(made: Made, language: str) -> None:
    """Also those that others include or extend."""
    folder = Path(settings.BASE_DIR) / "templates"
    paths = [path for room in ("emails", "documents") for path in (folder / room).rglob("*.*")]
    there = {path.relative_to(folder).as_posix() for path in paths}
    kept_ones = [*made.emails.items(), *made.documents.items()]
    used = {
        name for (_name, spoken), one in kept_ones if spoken == language for name in one.templates
    }
    assert sorted(there - used - {"documents/document.css"}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_email_is_in_it(made: Made, language: str) -> None:
    sent = {email.kind for (_name, spoken), email in made.emails.items() if spoken == language}
    assert sent == kinds.written() - (TO_KEEPERS if language != "en" else set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_email_of_allauth_is_in_it(made: Made, language: str) -> None:
    """That something of an account was changed is said in emails of our own (rule 81)."""
    folder = Path(allauth.__file__).parent / "templates" / "account" / "email"
    there = {path.name.removesuffix("_subject.txt") for path in folder.glob("*_subject.txt")}
    notices = {
        name
        for name in there
        if "base_notification" in (folder / f"{name}_message.txt").read_text()
    }
    sent = {
        name
        for (_name, spoken), email in made.emails.items()
        if spoken == language
        for name in email.templates
    }
    assert sent & there == there - notices - NOT_SENT


def test_every_email_to_the_owner_leads_to_its_page(made: Made) -> None:
    to_owner = {name: email for name, email in made.emails.items() if "nan@" in email.to}
    assert len(to_owner) > 50
    assert [name for name, email in to_owner.items() if "<a " not in email.html] == [
        (name, language)
        for language in LANGUAGES
        for name in ("account-sign_in_code", "confirm_code")  # a code is typed
    ]


def test_an_email_is_readable_and_joins_its_sentences(made: Made) -> None:
    """White letters have a colour behind them, a sentence a space, a greeting a name."""
    wrong = re.compile(r"(background|solid ?):?;|background: *;|[a-z]\.[A-Z][a-z]|Hello ,|เรียน <")
    said = {name: wrong.search(email.html) for name, email in made.emails.items()}
    assert {name: found[0] for name, found in said.items() if found} == {}


def test_every_language_of_the_product_is_in_it() -> None:
    assert set(LANGUAGES) == {code for code, _name in settings.LANGUAGES}
