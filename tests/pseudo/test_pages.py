"""No page, and no answer to a form, has a word that no translator can reach."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.test.signals import template_rendered
from pytest_django import DjangoDbBlocker

from tests.pseudo import language, outside, visits
from tests.world import lasting

pytestmark = [pytest.mark.django_db, pytest.mark.rendering, pytest.mark.proof]
#: What the rows of tests/test_tenancy.py have typed into them.
EMAILS_AND_PAPERS = ("emails/", "documents/", "account/email/")  # tests/pseudo/test_letters.py
ADMIN = ("admin_site/",)  # its frame is of others, who do not speak the pseudo-language
TYPED = {
    "nan-co",
    "A banner",
    "Why?",
    "“Why?”",
    "Which part could wait?",
    "Work",
    "· · Work",
    "plan.pdf",
    "h.csv",
    "Baan Coffee",
    "Baan Coffee · Retainer",
    "· Retainer",
    "VAT 7 %",
    "Nan",
    "· Nan",
    "· Nan ·",
    "Tests",
    "Mali",
    "NK",
    "SS",
}


@dataclass
class Read:
    """The words outside the marks, each with where it was first seen, and the templates used."""

    pages: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    doors: dict[str, str] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def read(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Read]:
    """Everything that was seen; made once for this module."""
    found = Read()

    def note(template: Any, **_more: Any) -> None:
        found.templates.add(template.name)

    memory = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with (
        lasting(django_db_blocker, tmp_path_factory.mktemp("pseudo")),
        override_settings(KEPT_PAPERS="/dev/null/nowhere", CACHES=memory),
        language.spoken(),
    ):
        rows = visits.world_of_everything()
        template_rendered.connect(note)
        found.pages = words(visits.pages(rows))
        found.answers = words(visits.answers(rows))
        found.doors = words(visits.doors(rows))
        template_rendered.disconnect(note)
    yield found


def words(seen: Iterator[visits.Visit]) -> dict[str, str]:
    """The words outside the marks, each with the first visit that showed it."""
    found: dict[str, str] = {}
    for name, answer in seen:
        for line in outside.of_html(_html(answer)):
            if (
                line.partition(": ")[2].removesuffix(" · Retainer Hub").removesuffix(" ·")
                not in TYPED
            ):
                found.setdefault(line, name)
    return found


def _html(answer: Any) -> str:
    """The HTML of an answer; "" where it is a file, or an email in a frame (test_letters.py)."""
    if isinstance(answer, str):
        return answer
    is_framed = "sandbox" in answer.get("Content-Security-Policy", "")
    is_page = "text/html" in answer.get("Content-Type", "") and not answer.streaming
    is_page = is_page and not is_framed
    return answer.content.decode() if is_page else ""


def test_every_word_of_every_page_can_be_translated(read: Read) -> None:
    outside.require_none([f"{name}: {line}" for line, name in read.pages.items()])


def test_every_word_of_every_answer_to_a_form_can_be_translated(read: Read) -> None:
    outside.require_none([f"{name}: {line}" for line, name in read.answers.items()])


def test_every_word_of_signing_in_and_of_errors_can_be_translated(read: Read) -> None:
    outside.require_none([f"{name}: {line}" for line, name in read.doors.items()])


def test_every_template_of_a_page_was_seen(read: Read) -> None:
    """Also those that others include or extend."""
    folder = Path(settings.BASE_DIR) / "templates"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    others = {name for name in there if name.startswith((*EMAILS_AND_PAPERS, *ADMIN))}
    unseen = sorted(there - others - read.templates)
    assert unseen == []
