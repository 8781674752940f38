"""What servers do before they start: refuse a dangerous configuration, and make their folders."""

import sys

from django.conf import settings
from django.core.checks import run_checks

from retainer_hub import development

REFUSED = (
    3  # gunicorn ends at this exit code; at any other it would start the process again and again
)


def prepare() -> None:
    """Stop with one sentence for each error of the configuration; servers skip Django's checks.

    Raises SystemExit.
    """
    errors = [message for message in run_checks(tags=["start"]) if message.is_serious()]
    for error in errors:
        sys.stderr.write(f"{error.id}: {error.msg} {error.hint}\n")
    if errors:
        raise SystemExit(REFUSED)
    if not settings.DEBUG:
        development.forget(settings.VAR_DIR)
    make_folders()


def make_folders() -> None:
    """The folders that libraries expect to be there."""
    for folder in settings.FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
