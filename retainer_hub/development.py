"""What bin/run decided for its folder, so that commands in another shell match its server.

Development mode is never taken from a file where somebody decided otherwise: see
docs/decisions/0016.
"""

from collections.abc import MutableMapping
from pathlib import Path

FILE = "development.env"  # in RH_VAR_DIR
REMEMBERED = ("DEBUG", "SITE_URL")
# Every setting but RH_VAR_DIR, SITE_URL and LOG_LEVEL, which do not make it another installation.
BY_HAND = (
    "DEBUG",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "VAULT_KEYS",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "HSTS_SUBDOMAINS",
    "TRUSTED_PROXIES",
    "DATABASE_URL",
    "DATABASE_CONN_MAX_AGE",
    "REDIS_URL",
    "CELERY_ALWAYS_EAGER",
    "GATEWAY",
    "CHARGING",
    "BACKUP_TO",
    "BACKUP_KEY",
    "BACKUP_DRILL",
    "TIMESTAMP_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "REPLY_ADDRESS",
    "EMAILS_A_DAY",
    "EMAILS_A_DAY_NEW",
    "SECURITY_CONTACT",
    "SIGNUP",
    "LOG_FORMAT",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "CONFIRM_MINUTES",
    "SESSION_IDLE_HOURS",
    "SESSION_DAYS",
    "STAFF_SECOND_FACTOR",
    "STATIC_ROOT",
    "SEAL",
    "STORAGE_BUCKET",
    "STORAGE_ENDPOINT",
    "STORAGE_KEY",
    "STORAGE_SECRET",
    "STORAGE_REGION",
)
NOTE = "# Written by bin/run for manage.py. Web server, worker and beat never read it.\n"


def folder(environ: MutableMapping[str, str]) -> Path:
    """Where the installation keeps its files, before there are any settings to ask."""
    return Path(environ.get("RH_VAR_DIR") or Path(__file__).resolve().parent.parent / "var")


def remember(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Keep what bin/run chose; where anything was chosen by hand, keep nothing."""
    if environ.get("DEBUG") == "on" and not any(
        name in environ for name in BY_HAND if name != "DEBUG"
    ):
        lines = [f"{name}={environ[name]}\n" for name in REMEMBERED if name in environ]
        (folder / FILE).write_text(NOTE + "".join(lines))
    else:
        forget(folder)


def recall(folder: Path, environ: MutableMapping[str, str]) -> None:
    """Put what bin/run chose into an environment that sets up nothing by hand."""
    if any(name in environ for name in BY_HAND):
        return
    try:
        lines = (folder / FILE).read_text().splitlines()
    except OSError:
        return
    for line in lines:
        name, _, value = line.partition("=")
        if name in REMEMBERED:
            environ.setdefault(name, value)


def forget(folder: Path) -> None:
    """A folder that is served in production is no development folder any more."""
    (folder / FILE).unlink(missing_ok=True)
