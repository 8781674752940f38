"""What web server, worker and beat do before they serve.

They refuse a dangerous configuration and a database that does not fit, and make their folders.
"""

import os
import sys

from django.conf import settings
from django.core.checks import run_checks

from retainer_hub import development

REFUSED = (
    3  # gunicorn ends at this exit code; at any other it would start the process again and again
)


def prepare() -> None:
    """Stop with one sentence for each error: servers do not run Django's checks by themselves.

    What they make is for their user alone. Raises SystemExit.
    """
    os.umask(0o077)
    messages = run_checks(tags=["start"], databases=["default"])
    refused = [message for message in messages if message.is_serious()]
    for error in refused:
        sys.stderr.write(f"{error.id}: {error.msg} {error.hint}\n")
    if refused:
        raise SystemExit(REFUSED)
    if not settings.DEBUG:
        development.forget(settings.VAR_DIR)
    make_folders()
    if settings.SENTRY_DSN:
        from retainer_hub.watching import errors

        errors.begin()


def make_folders() -> None:
    """The folders that libraries expect to be there."""
    for folder in settings.FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
