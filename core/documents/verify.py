"""Verifies whether a file is a document of this installation: intact, altered or unknown (rule 30).

The public page /verify/ and the command verify_document both use it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import seal, store
from core.models import Document


class Word(models.TextChoices):
    """The result of a verification."""

    INTACT = "intact", gettext_lazy("Intact")
    ALTERED = "altered", gettext_lazy("Altered")
    UNKNOWN = "unknown", gettext_lazy("Unknown")


@dataclass(frozen=True)
class Finding:
    """The result (`word`), its reason (`why`, a translated sentence) and what is known of the file.

    `document` is set if the bytes are those of a stored document. `sealed_at` is the time that its
    seal states; `stamped_at` is that of its time stamp, and `stamped_by` the authority. All in UTC.
    """

    word: Word
    why: str
    document: Document | None = None
    sealed_at: datetime | None = None
    stamped_at: datetime | None = None
    stamped_by: str = ""

    @property
    def tone(self) -> str:
        """For a notice: good, bad or info."""
        return {Word.INTACT: "good", Word.ALTERED: "bad"}.get(self.word, "info")

    @property
    def icon(self) -> str:
        """The icon's name."""
        return {Word.INTACT: "circle-check", Word.ALTERED: "alert-triangle"}.get(
            self.word, "info-circle"
        )


def examine(pdf: bytes) -> Finding:
    """Verify a file. It is intact if its hash is known and its seal, if it has one, is valid.

    Only files with a known hash are parsed. Any other file is only searched for our certificate: if
    it contains it, the file is altered, otherwise unknown.
    """
    known = store.find_by_content(pdf)
    if known is None:
        return _unknown_bytes(seal.has_our_certificate(pdf))
    if not known.is_sealed:
        return Finding(
            Word.INTACT,
            _("This is the file that was issued, unchanged. It has no seal."),
            known,
        )
    status = seal.verify(pdf)
    if status.intact:
        why = _("This is the file that was sealed, unchanged.")
        return Finding(
            Word.INTACT, why, known, status.signed_at, status.stamped_at, status.stamped_by
        )
    return Finding(
        Word.UNKNOWN,
        _("This file was issued here, but its seal cannot be confirmed."),
        known,
    )


def examine_hash(sha256: str) -> Finding:
    """Verify the stored document with this SHA-256, for people who hashed their file themselves."""
    known = store.find_by_hash(sha256.lower())
    if known is None:
        return Finding(Word.UNKNOWN, _("No document that was issued here has this SHA-256."))
    try:
        return examine(store.read(known))
    except store.DocumentAltered:
        return Finding(
            Word.UNKNOWN,
            _("It was issued here, but the stored file is not there to be compared."),
            known,
        )


def sha256(pdf: bytes) -> str:
    """The SHA-256 of a file in lower-case hexadecimal, as documents print it."""
    return hashlib.sha256(pdf).hexdigest()


def _unknown_bytes(has_our_certificate: bool) -> Finding:
    """The result for a file whose hash is not known."""
    if has_our_certificate:
        return Finding(Word.ALTERED, _("This file was changed after it was sealed."))
    return Finding(Word.UNKNOWN, _("No document like this file was issued here."))
