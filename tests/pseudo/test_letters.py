"""No email and no document has a word that no translator can reach."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.golden.made import Made, everything
from tests.pseudo import language, outside

pytestmark = [pytest.mark.django_db, pytest.mark.rendering, pytest.mark.proof]
#: What the tests type into evidence and history: a browser, an actor, a sentence of a clause.
TYPED = {
    "Tests",
    "Nan",
    "· Nan",
    "Nothing else is agreed.",
    "Bank & Co",
    "DE89 3704 0044 0532 0130 00",
    "COBADEFFXXX",
}


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Made]:
    """All emails and documents in the pseudo-language."""
    with django_db_blocker.unblock(), language.spoken():
        yield everything(tmp_path_factory.mktemp("pseudo"), languages=(language.CODE,))


def test_every_word_of_every_email_can_be_translated(made: Made) -> None:
    found: list[str] = []
    for (name, _language), email in made.emails.items():
        texts = [email.subject, email.attached, email.text]
        said = [line for text in texts for line in outside.of_text(text)]
        found += [f"{name}: {line}" for line in (*said, *outside.of_html(email.html))]
    assert len(made.emails) > 50
    outside.require_none(found)


def test_every_word_of_every_document_can_be_translated(made: Made) -> None:
    found = [
        f"{name}: {line}"
        for (name, _language), document in made.documents.items()
        for line in outside.of_html(document.html)
        if line.partition(": ")[2] not in TYPED
    ]
    assert len(made.documents) > 20
    outside.require_none(found)
