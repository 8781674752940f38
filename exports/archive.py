"""A ZIP on the disk, written file by file with a manifest: safe names, a fixed order, and a hash for each file."""

import hashlib
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO

from django.utils.translation import gettext as _

from core.documents import store
from core.models import Document
from core.tables import spreadsheet

LONGEST = 120  # bytes of one part of a path: file systems take 255
FORBIDDEN = frozenset('<>:"/\\|?*')
RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
MANIFEST, SUMS, README = "manifest.csv", "SHA256SUMS", "README.txt"


@dataclass(frozen=True)
class Entry:
    """One line of the manifest. `state` is empty where the file is there, else why it is not."""

    path: str
    kind: str
    sha256: str
    created: datetime
    state: str = ""


class Archive:
    """Holds one file in memory at a time. `on_file` is called after each."""

    def __init__(
        self, file: IO[bytes], *, now: datetime, on_file: Callable[[], None] = lambda: None
    ) -> None:
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.now, self.on_file = now, on_file
        self.entries: list[Entry] = []
        self.taken: set[str] = {MANIFEST.lower(), SUMS.lower(), README.lower()}

    def folder(self, inside: str, name: str) -> str:
        """A folder of this name that nothing else is in, below another one, as the beginning of a path."""
        return self._free(inside + safe(name), "") + "/"

    def add(
        self, path: str, body: Iterable[str | bytes], *, kind: str, created: datetime | None = None
    ) -> None:
        """A file made of these pieces. `path` is folders of `folder` and a name."""
        folder, _slash, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        where = self._free(f"{folder}/{safe(stem)}" if folder else safe(stem), dot + ending)
        digest, at = hashlib.sha256(), created or self.now
        with self.zip.open(_info(where, at), "w") as out:
            for piece in body:
                data = piece.encode() if isinstance(piece, str) else piece
                digest.update(data)
                out.write(data)
        self.entries.append(Entry(where, kind, digest.hexdigest(), at))
        self.on_file()

    def add_document(self, folder: str, document: Document, on: date) -> None:
        """A stored paper under its day, kind and title. One that was damaged is listed as such."""
        kind = str(document.get_kind_display())
        title = document.title if document.title.startswith(kind) else f"{kind}, {document.title}"
        path = f"{folder}{on.isoformat()} {safe(title)}.pdf"
        try:
            pdf = store.read(document)
        except store.DocumentAltered:
            self.miss(
                path,
                kind,
                document.created_at,
                _("damaged: its bytes are not the ones that were stored"),
                document,
            )
        else:
            self.add(path, [pdf], kind=kind, created=document.created_at)

    def miss(
        self, path: str, kind: str, created: datetime, why: str, document: Document | None = None
    ) -> None:
        """A line of the manifest for what could not be put in."""
        self.entries.append(Entry(path, kind, document.sha256 if document else "", created, why))
        self.on_file()

    def close(self, readme: str) -> None:
        """Manifest, hashes and the words that explain them."""
        head = [_("File"), _("Kind"), "SHA-256", _("Created"), _("State")]
        rows = [
            [e.path, e.kind, e.sha256, e.created.astimezone(UTC).isoformat(), e.state]
            for e in self.entries
        ]
        manifest = "\ufeff" + "".join(spreadsheet.lines([head, *rows]))
        self._plain(MANIFEST, manifest)
        sums = [(e.sha256, e.path) for e in self.entries if not e.state]
        sums.append((hashlib.sha256(manifest.encode()).hexdigest(), MANIFEST))
        self._plain(SUMS, "".join(f"{digest}  {path}\n" for digest, path in sums))
        self._plain(README, readme)
        self.zip.close()

    def _plain(self, name: str, text: str) -> None:
        self.zip.writestr(_info(name, self.now), text)

    def _free(self, stem: str, ending: str) -> str:
        """The name, with a number where it is taken; upper and lower case are one, as on other systems."""
        found, n = stem + ending, 1
        while found.lower() in self.taken:
            n += 1
            found = f"{stem} ({n}){ending}"
        self.taken.add(found.lower())
        return found


def safe(name: str) -> str:
    """One part of a path, of any language: without separators, control or direction marks, and reserved names."""
    text = unicodedata.normalize("NFC", name)
    kept = "".join("-" if sign in FORBIDDEN else sign for sign in text if _is_writing(sign))
    short = kept.encode()[:LONGEST].decode(errors="ignore").strip(" .")
    return f"_{short}" if not short or short.split(".")[0].lower() in RESERVED else short


def _is_writing(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _info(path: str, at: datetime) -> zipfile.ZipInfo:
    """The same bytes for the same content: its own time, and rights of no particular machine."""
    moment = at.astimezone(UTC)
    info = zipfile.ZipInfo(path, (max(moment.year, 1980), *moment.timetuple()[1:6]))
    info.compress_type, info.create_system, info.external_attr = (
        zipfile.ZIP_DEFLATED,
        3,
        0o644 << 16,
    )
    return info
