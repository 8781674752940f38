"""The numbered clauses of an agreement as people read them, and the text of the consent to sign."""

from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import wording
from agreements.models import Agreement

CONSENT_VERSION = "2026-11"


def consent_text() -> str:
    """What a signer agrees to by ticking the box; CONSENT_VERSION is stored with the signature."""
    return _(
        "I have read the agreement, I may sign for this company, and I agree to sign it "
        "electronically. My typed name has the same meaning as my handwritten one."
    )


def clauses(agreement: Agreement) -> list[dict[str, Any]]:
    """The clauses of an agreement in order, each with its number, title, body and blocks.

    In a bilingual agreement each clause also has `titles` and `rows` with both languages side by
    side.
    """
    terms = agreement.terms
    return numbered_clauses(
        terms.get("clauses", []), wording.languages(terms) if "language" in terms else []
    )


def numbered_clauses(
    written: list[wording.ClausePair], languages: list[str]
) -> list[dict[str, Any]]:
    """Written clauses in one language, or in two with `titles` and `rows` side by side."""
    if not languages:
        return []
    sides = [wording.numbered([clause[language] for clause in written]) for language in languages]
    if len(sides) == 1:
        return sides[0]
    return [
        {
            **first,
            "titles": list(zip(languages, (first["title"], second["title"]), strict=True)),
            "rows": [
                list(zip(languages, row, strict=True))
                for row in zip_longest(first["blocks"], second["blocks"])
            ],
        }
        for first, second in zip(*sides, strict=True)
    ]
