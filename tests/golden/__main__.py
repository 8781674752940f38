"""Prints a SHA-256 for each email and PDF, to show whether a change leaves every byte as it was.

python -m tests.golden --fingerprint > before
(format templates, take a newer WeasyPrint, ...)
python -m tests.golden --fingerprint > after
diff before after
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django

FOLDER = (
    Path(tempfile.gettempdir()) / "golden-fingerprint"
)  # a PDF with a logo depends on where the logo lies
RAW = argparse.RawDescriptionHelpFormatter


def fingerprints() -> Iterator[tuple[str, bytes]]:
    """Every file by its name, with its bytes."""
    from tests.golden.made import everything

    FOLDER.mkdir()  # fails while another run is under way; remove it after a run that was killed
    try:
        made = everything(FOLDER, prints=True)
    finally:
        shutil.rmtree(FOLDER)
    for (name, language), email in made.emails.items():
        yield f"emails/{name}.{language}.txt", f"{email.subject}\n\n{email.text}".encode()
        yield f"emails/{name}.{language}.html", email.html.encode()
    for (name, language), document in made.documents.items():
        yield f"documents/{name}.{language}.pdf", document.pdf


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.golden", description=__doc__, formatter_class=RAW
    )
    parser.add_argument(
        "--fingerprint", action="store_true", required=True, help="print a line for each file"
    )
    parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
    os.environ.setdefault("SECRET_KEY", "for-tests-only-not-a-secret")
    os.environ.pop("DATABASE_URL", None)  # in memory, and gone with the process
    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    connection.creation.create_test_db(verbosity=0)
    for name, body in sorted(fingerprints()):
        sys.stdout.write(f"{hashlib.sha256(body).hexdigest()}  {name}\n")


if __name__ == "__main__":
    main()
