"""A document that somebody asks for again and again is rendered and stored once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from core.models import Document
from tests.test_nasty_input import doors
from tests.test_tenancy import Two, folder, standing, two  # noqa: F401 - the fixtures

OTHERS = {"portal:statement": {"as": "pdf"}}  # pages that are a document if they are asked so


def documents(pages: list[tuple[str, str, Browser]]) -> dict[tuple[str, str], bytes]:
    """Every document that a person may ask for, by the name of its page and its address."""
    asked = [page for page in pages if page[0].endswith("_pdf") or page[0] in OTHERS]
    answers = {
        (name, path): browser.get(path, OTHERS.get(name, {})) for name, path, browser in asked
    }
    return {key: b"".join(answer) for key, answer in answers.items() if answer.status_code == 200}


@pytest.mark.proof
def test_a_document_asked_for_again_is_the_same_and_nothing_new_is_stored(
    two: Two,  # noqa: F811
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.KEPT_PAPERS = tmp_path
    pages = list(doors(two))
    first = documents(pages)
    rendered, stored = set(tmp_path.rglob("*")), Document.objects.count()
    made_anew = {"dashboard:statement_pdf", "portal:statement", "dashboard:proposal_pdf"}
    assert made_anew <= {name for name, _path in first}
    soon = timezone.now() + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: soon)
    again = documents(pages)
    assert [key for key, pdf in first.items() if again[key] != pdf] == []
    assert set(tmp_path.rglob("*")) == rendered
    assert Document.objects.count() == stored
