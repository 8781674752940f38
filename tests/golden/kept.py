"""The golden files: how emails and documents are written in them, and how they are compared."""

import difflib
from pathlib import Path

from tests.golden import text
from tests.golden.made import Email, Made

HERE = Path(__file__).parent
FOLDERS = (HERE / "emails", HERE / "documents")


def files(made: Made) -> dict[Path, str]:
    """Every file with what belongs in it."""
    emails, documents = FOLDERS
    found: dict[Path, str] = {}
    for (name, language), email in made.emails.items():
        found[emails / f"{name}.{language}.txt"] = _headers(email) + email.text
        if email.html:
            found[emails / f"{name}.{language}.html"] = email.html
    for (name, language), document in made.documents.items():
        found[documents / f"{name}.{language}.txt"] = text.of_html(document.html)
    return found


def _headers(email: Email) -> str:
    rows = {
        "Subject": email.subject,
        "To": email.to,
        "Reply-To": email.reply_to,
        "Attached": email.attached,
    }
    return "".join(f"{name}: {said}\n" for name, said in rows.items() if said) + "\n"


def there() -> set[Path]:
    """Every file in the two folders."""
    return {path for folder in FOLDERS for path in folder.glob("*")}


def read(path: Path) -> str:
    """What is kept; "" where there is no such file."""
    return path.read_bytes().decode() if path.exists() else ""


def difference(path: Path, said: str) -> str:
    """A unified diff from the golden file to what was made; "" if they are the same bytes."""
    before, name = read(path), f"{path.parent.name}/{path.name}"
    if path.exists() and before == said:
        return ""
    lines = [part.splitlines(keepends=True) for part in (before, said)]
    found = difflib.unified_diff(*lines, f"kept/{name}", f"made/{name}", n=2)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in found
    )


def accept(wanted: dict[Path, str]) -> None:
    """Make the folders hold these files and no others."""
    for folder in FOLDERS:
        folder.mkdir(exist_ok=True)
    for path, said in wanted.items():
        path.write_bytes(said.encode())
    for path in there() - set(wanted):
        path.unlink()
