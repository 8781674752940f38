"""Runs every case in every language, and collects the emails and documents that come out."""

import copy
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test.signals import template_rendered
from django.utils import translation

from core import links
from core.documents import render
from core.models import OutboxEmail
from core.outbox import emails
from tests.golden import fixed
from tests.golden.cases import CASES
from tests.golden.stage import LANGUAGES, Begin, Case, Stage


@dataclass(frozen=True)
class Email:
    """An email as it is sent. `templates` are those that it was made from."""

    kind: str
    to: str
    reply_to: str
    subject: str
    attached: str
    text: str
    html: str
    templates: frozenset[str]


@dataclass(frozen=True)
class Document:
    """A document: its bytes, and the HTML that they were made from."""

    pdf: bytes
    html: str
    templates: frozenset[str]


@dataclass
class Made:
    """By name and language."""

    emails: dict[tuple[str, str], Email] = field(default_factory=dict, repr=False)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict, repr=False)


class _Press:
    """Remembers from which templates each text was made, and each document from which text.

    Laying a document out takes long, and its words are those of its text: unless `prints`, its
    bytes are only a hash.
    """

    def __init__(self, patch: pytest.MonkeyPatch, prints: bool) -> None:
        self.templates: dict[str, frozenset[str]] = defaultdict(frozenset)
        self._html: dict[bytes, str] = {}
        self._prints, self._printed = prints, dict[str, bytes]()
        self._render, self._write = emails.render_to_string, render._write
        patch.setattr(emails, "render_to_string", self._rendered)
        patch.setattr(render, "render_to_string", self._rendered)
        patch.setattr(render, "_write", self._write_once)

    def document(self, pdf: bytes) -> Document:
        html = self._html[pdf]
        return Document(pdf, html, self.templates[html])

    def _rendered(self, name: str, context: Any) -> str:
        used: set[str] = set()

        def note(template: Any, **_more: Any) -> None:
            used.add(template.name)

        template_rendered.connect(note)
        try:
            text = self._render(name, context)
        finally:
            template_rendered.disconnect(note)
        for said in (text, " ".join(text.split())):  # a subject is written on one line
            self.templates[said] |= used
        return text

    def _write_once(
        self, html: str, identifier: str, files: Any, created: Any, **more: Any
    ) -> bytes:
        key = repr((html, identifier, sorted(files.items()), created))
        if key not in self._printed:
            made = (
                self._write(html, identifier, files, created, **more)
                if self._prints
                else _hashed(key)
            )
            self._printed[key], self._html[made] = made, html
        return self._printed[key]


def _hashed(key: str) -> bytes:
    return f"%PDF-1.7\n% {hashlib.sha256(key.encode()).hexdigest()}\n".encode()


def everything(
    folder: Path, *, prints: bool = False, languages: tuple[str, ...] = LANGUAGES
) -> Made:
    """All emails and documents. Needs a folder for files, and a database, which is left as it was.

    `prints`: PDFs are really laid out. A language besides LANGUAGES needs its own `WORDS`.
    """
    made = Made()
    with fixed.everything(folder) as repeating, pytest.MonkeyPatch.context() as patch:
        press, start = _Press(patch, prints), repeating.mark()
        for language in languages:
            repeating.go_back(start)
            with (
                _taken_back(),
                translation.override(settings.LANGUAGE_CODE),
            ):  # as in a job, whoever it writes to
                stage, mark = Stage(language=language), repeating.mark()
                for begins, cases in _by_beginning(language):
                    repeating.go_back(mark)
                    with _taken_back():
                        begins(stage)
                        OutboxEmail.objects.all().delete()
                        begun = repeating.mark()
                        for case in cases:
                            repeating.go_back(begun)
                            _play(case, stage, press, made)
    return made


def _by_beginning(language: str) -> Iterable[tuple[Begin, list[Case]]]:
    found: dict[Begin, list[Case]] = defaultdict(list)
    for case in CASES:
        if language in case.languages or case.languages == LANGUAGES:
            found[case.begins].append(case)
    return found.items()


def _play(case: Case, stage: Stage, press: _Press, made: Made) -> None:
    cache.clear()
    stage = copy.deepcopy(stage)  # what the case changes in its objects is gone with it
    with _taken_back():
        documents = case.act(stage) or {}
        for name, pdf in documents.items():
            _keep(made.documents, (name, stage.language), press.document(pdf))
        for name, row in _emails(case, stage):
            _keep(made.emails, (name, row.language), _as_sent(row, press))


def _emails(case: Case, stage: Stage) -> Iterator[tuple[str, OutboxEmail]]:
    """The emails that the case is about, each with its name."""
    for kind in case.kinds:
        rows = OutboxEmail.objects.filter(kind=kind).order_by("pk")
        found = [emails.compose(row, row.created_at) for row in rows]
        assert found, f"{case.act.__name__} wrote no email of the kind {kind}"
        sides = ["owner" if row.to == stage.business.owner.email else "client" for row in found]
        for row, side in zip(found, sides, strict=True):
            yield (
                "-".join(filter(None, (kind, case.variant, side if len(set(sides)) > 1 else ""))),
                row,
            )


def _as_sent(row: OutboxEmail, press: _Press) -> Email:
    templates = frozenset().union(
        *(press.templates[said] for said in (row.subject, row.text, row.html))
    )
    if row.kind == "account":
        templates = frozenset({row.ref.partition(":")[0]})  # allauth's name for it
    return Email(
        kind=row.kind,
        to=row.to,
        reply_to=row.reply_to,
        subject=row.subject,
        attached=row.attachment.title if row.attachment else "",
        text=links.fill(row.text, row.mark),
        html=links.fill(row.html, row.mark),
        templates=templates,
    )


def _keep(all_of_them: dict[tuple[str, str], Any], name: tuple[str, str], one: Any) -> None:
    assert name not in all_of_them, f"{name} is made twice"
    all_of_them[name] = one


@contextmanager
def _taken_back() -> Iterator[None]:
    """Nothing that happens in the block stays in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
