"""The words in which a business opens an email: its own, where it wrote some (rule 60).

Own words replace the subject and the greeting. Sums, days, links and legal texts are in the rest of
the email, which is always ours. Words with a gap are left out: a name that is not known, or has no
value in this email. The email then has our words, and is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.models import Business, EmailWording
from core.texts import placeholders


@dataclass(frozen=True)
class OwnWords:
    """The subject and the paragraphs of an opening, filled in; an empty one leaves ours."""

    subject: str = ""
    paragraphs: tuple[str, ...] = ()


OURS = OwnWords()


class Worded(Protocol):
    """What an email says of itself: core.outbox.emails.Letter."""

    @property
    def worded(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def language(self) -> str: ...
    @property
    def business(self) -> Business | None: ...


def words_of(contents: Worded) -> OwnWords:
    """The business's own words for an email, filled in; OURS where there are none."""
    if not contents.worded or contents.business is None:
        return OURS
    row = EmailWording.objects.filter(
        business=contents.business, key=contents.worded, language=contents.language
    ).first()
    return filled(row.subject, row.opening, contents.values) if row else OURS


def filled(subject: str, opening: str, values: Mapping[str, str]) -> OwnWords:
    """Own words with the values that they name; OURS where one of them has a gap."""
    named = placeholders.names(f"{subject}\n{opening}")
    if not all(values.get(name, "").strip() for name in named):
        return OURS
    text = placeholders.fill(opening.replace("\r\n", "\n"), values)
    paragraphs = (part.strip() for part in text.split("\n\n"))
    return OwnWords(
        " ".join(placeholders.fill(subject, values).split()), tuple(filter(None, paragraphs))
    )
