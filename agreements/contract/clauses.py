"""The agreement's text as it is read: the numbered clauses that its terms hold; and the consent to sign."""

from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import wording
from agreements.models import Agreement

CONSENT_VERSION = "2026-11"


def consent_text() -> str:
    """What a signer agrees to by ticking the box; its version is kept with the signature."""
    return _(
        "I have read the agreement, I may sign for this company, and I agree to sign it electronically. "
        "My typed name has the same meaning as my handwritten one."
    )


def clauses(agreement: Agreement) -> list[dict[str, Any]]:
    """Number, title, body and blocks of every clause, in order; in a bilingual text with the pairs side by side."""
    terms = agreement.terms
    return shown(terms.get("clauses", []), wording.languages(terms) if "language" in terms else [])


def shown(written: list[wording.Pair], languages: list[str]) -> list[dict[str, Any]]:
    """Written clauses for reading: the first language alone, or with `rows` of paragraphs that stand together."""
    if not languages:
        return []
    sides = [wording.numbered([clause[language] for clause in written]) for language in languages]
    if len(sides) == 1:
        return sides[0]
    return [
        {
            **one,
            "titles": list(zip(languages, (one["title"], two["title"]), strict=True)),
            "rows": [
                list(zip(languages, row, strict=True))
                for row in zip_longest(one["blocks"], two["blocks"])
            ],
        }
        for one, two in zip(*sides, strict=True)
    ]
