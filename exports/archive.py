"""Writes a ZIP file with a manifest: safe names, a fixed order, and a hash of each file."""

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

LONGEST = 120  # bytes of one part of a path; file systems allow 255
# Characters and names that Windows does not allow in file names.
FORBIDDEN = frozenset('<>:"/\\|?*')
RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
MANIFEST, SUMS, README = "manifest.csv", "SHA256SUMS", "README.txt"


@dataclass(frozen=True)
class ManifestEntry:
    """One line of the manifest.

    `state` is empty for a file that is in the archive, otherwise it says why the file is not.
    """

    path: str
    kind: str
    sha256: str
    created: datetime
    state: str = ""


class Archive:
    """A ZIP file that is being written, with one file in memory at a time.

    `on_file` is called after each file.
    """

    def __init__(
        self, file: IO[bytes], *, now: datetime, on_file: Callable[[], None] = lambda: None
    ) -> None:
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.now, self.on_file = now, on_file
        self.entries: list[ManifestEntry] = []
        self.taken: set[str] = {MANIFEST.lower(), SUMS.lower(), README.lower()}

    def folder(self, inside: str, name: str) -> str:
        """Return the path of a new folder `name` below the folder `inside`."""
        return self._free_path(inside + safe_name(name), "") + "/"

    def add(
        self, path: str, body: Iterable[str | bytes], *, kind: str, created: datetime | None = None
    ) -> None:
        """Add a file made of the pieces in `body`.

        `path` is a folder returned by `folder`, and a name.
        """
        folder, _slash, name = path.rpartition("/")
        stem, dot, extension = name.rpartition(".")
        free_path = self._free_path(
            f"{folder}/{safe_name(stem)}" if folder else safe_name(stem), dot + extension
        )
        digest, timestamp = hashlib.sha256(), created or self.now
        with self.zip.open(_zip_header(free_path, timestamp), "w") as target:
            for piece in body:
                data = piece.encode() if isinstance(piece, str) else piece
                digest.update(data)
                target.write(data)
        self.entries.append(ManifestEntry(free_path, kind, digest.hexdigest(), timestamp))
        self.on_file()

    def add_document(self, folder: str, document: Document, on: date) -> None:
        """Add a stored document, named by its day, kind and title.

        A document whose bytes were altered is listed as damaged instead.
        """
        kind = str(document.get_kind_display())
        title = document.title if document.title.startswith(kind) else f"{kind}, {document.title}"
        path = f"{folder}{on.isoformat()} {safe_name(title)}.pdf"
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
        """Add a line to the manifest for something that could not be put into the archive."""
        self.entries.append(
            ManifestEntry(path, kind, document.sha256 if document else "", created, why)
        )
        self.on_file()

    def close(self, readme: str) -> None:
        """Write the manifest, the hashes and the readme, and close the archive."""
        heading = [_("File"), _("Kind"), "SHA-256", _("Created"), _("State")]
        rows = [
            [
                entry.path,
                entry.kind,
                entry.sha256,
                entry.created.astimezone(UTC).isoformat(),
                entry.state,
            ]
            for entry in self.entries
        ]
        manifest = "\ufeff" + "".join(spreadsheet.lines([heading, *rows]))
        self._write_text(MANIFEST, manifest)
        sums = [(entry.sha256, entry.path) for entry in self.entries if not entry.state]
        sums.append((hashlib.sha256(manifest.encode()).hexdigest(), MANIFEST))
        self._write_text(SUMS, "".join(f"{digest}  {path}\n" for digest, path in sums))
        self._write_text(README, readme)
        self.zip.close()

    def _write_text(self, name: str, text: str) -> None:
        """Write a text file that is not listed in the manifest."""
        self.zip.writestr(_zip_header(name, self.now), text)

    def _free_path(self, stem: str, extension: str) -> str:
        """Return a free path, numbered if the name is taken.

        Upper and lower case count as the same name, as they do on Windows and macOS.
        """
        path, number = stem + extension, 1
        while path.lower() in self.taken:
            number += 1
            path = f"{stem} ({number}){extension}"
        self.taken.add(path.lower())
        return path


def safe_name(name: str) -> str:
    """Return a name that is safe as one part of a path, in any script.

    Separators become hyphens; control and direction characters are removed, and reserved names get
    a prefix.
    """
    text = unicodedata.normalize("NFC", name)
    allowed = "".join(
        "-" if character in FORBIDDEN else character for character in text if _is_visible(character)
    )
    shortened = allowed.encode()[:LONGEST].decode(errors="ignore").strip(" .")
    return (
        f"_{shortened}"
        if not shortened or shortened.split(".")[0].lower() in RESERVED
        else shortened
    )


def _is_visible(character: str) -> bool:
    """Whether the character is visible: not a control, format or private character."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _zip_header(path: str, timestamp: datetime) -> zipfile.ZipInfo:
    """Return the ZIP header of a file.

    It is the same for the same file everywhere: it has the file's own time, and permissions that do
    not come from this machine.
    """
    utc = timestamp.astimezone(UTC)
    info = zipfile.ZipInfo(path, (max(utc.year, 1980), *utc.timetuple()[1:6]))
    info.compress_type, info.create_system, info.external_attr = (
        zipfile.ZIP_DEFLATED,
        3,
        0o644 << 16,
    )
    return info
