"""Reads settings that hold a secret from files: SECRET_KEY_FILE names the file of SECRET_KEY.

Containers and systemd hand secrets over as files, which no list of processes shows.
"""

import sys
from collections.abc import MutableMapping
from pathlib import Path

NAMES = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "VAULT_KEYS",
    "SEAL",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "STORAGE_KEY",
    "STORAGE_SECRET",
    "METRICS_TOKEN",
    "SENTRY_DSN",
)
REFUSED = 3  # gunicorn ends at this exit code, and does not start again (retainer_hub.start)


def read(environ: MutableMapping[str, str]) -> None:
    """Put what the files hold into the environment, in their stead.

    Stops with a sentence if a file cannot be read, or if a secret is given twice: nobody would know
    which one counts. Raises SystemExit.
    """
    for name in NAMES:
        path = environ.pop(f"{name}_FILE", "")
        if not path:
            continue
        if environ.get(name):
            _refuse(f"{name} and {name}_FILE are both set. Set one of them.")
        try:
            environ[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            _refuse(f"{name}_FILE names {path}, which cannot be read ({type(error).__name__}).")


def _refuse(sentence: str) -> None:
    sys.stderr.write(f"rh.E017: {sentence}\n")
    raise SystemExit(REFUSED)
