"""The verdict on a file: intact, altered or unknown. One rule, for the public page and the command (rule 30)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.documents import seal, store
from core.models import Document


class Word(models.TextChoices):
    """What is said of a file."""

    INTACT = "intact", gettext_lazy("Intact")
    ALTERED = "altered", gettext_lazy("Altered")
    UNKNOWN = "unknown", gettext_lazy("Unknown")


@dataclass(frozen=True)
class Finding:
    """The word, why, the document if its bytes are known, when its seal says that it was sealed, and by whom that
    time was confirmed."""

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
    """Intact is what we know by the hash of the whole file and, where it was sealed, whose seal holds to its end.

    Only bytes that we issued are ever parsed: of any other file it is only asked whether our seal stands in it.
    """
    known = store.find(pdf)
    if known is None:
        return _stranger(seal.is_ours(pdf))
    if not known.is_sealed:
        return Finding(
            Word.INTACT,
            _("It is the file that was issued, byte for byte. It carries no seal."),
            known,
        )
    verdict = seal.verify(pdf)
    if verdict.intact:
        why = _("It is the file that was sealed, byte for byte.")
        return Finding(
            Word.INTACT, why, known, verdict.signed_at, verdict.stamped_at, verdict.stamped_by
        )
    return Finding(
        Word.UNKNOWN,
        _("These bytes were issued here, but the seal on them cannot be confirmed."),
        known,
    )


def examine_hash(sha256: str) -> Finding:
    """The same about the stored file with this SHA-256, for whoever has hashed their file themselves."""
    known = store.with_hash(sha256.lower())
    if known is None:
        return Finding(Word.UNKNOWN, _("No document of this installation has this SHA-256."))
    try:
        return examine(store.read(known))
    except store.DocumentAltered:
        return Finding(
            Word.UNKNOWN,
            _("It was issued here, but the stored file is not there to be compared."),
            known,
        )


def sha256(pdf: bytes) -> str:
    """The fingerprint of a file, as papers print it."""
    return hashlib.sha256(pdf).hexdigest()


def _stranger(is_ours: bool) -> Finding:
    if is_ours:
        return Finding(Word.ALTERED, _("It carries our seal, but not the bytes that were sealed."))
    return Finding(Word.UNKNOWN, _("No document of this installation has these bytes."))
