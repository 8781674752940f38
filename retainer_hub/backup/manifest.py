"""What an archive says about itself: its version, its contents, and what it takes to use it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from django.utils.translation import gettext as _

from retainer_hub.backup.errors import BackupError

FORMAT = 1  # of the archive; a later one is refused
#: Settings whose value may be written down: docs/operations.md says what each does.
PLAIN = (
    "DEBUG",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "CSRF_TRUSTED_ORIGINS",
    "TRUSTED_PROXIES",
    "DATABASE_CONN_MAX_AGE",
    "GATEWAY",
    "CHARGING",
    "DEFAULT_FROM_EMAIL",
    "REPLY_ADDRESS",
    "EMAILS_A_DAY",
    "EMAILS_A_DAY_NEW",
    "SECURITY_CONTACT",
    "BACKUP_TO",
    "BACKUP_KEY",
    "BACKUP_DRILL",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "SIGNUP",
    "CONFIRM_MINUTES",
    "SESSION_IDLE_HOURS",
    "STAFF_SECOND_FACTOR",
    "STORAGE_BUCKET",
    "STORAGE_ENDPOINT",
    "STORAGE_REGION",
)
#: Settings that hold a password: only whether they were set is written down.
SECRET = (
    "SECRET_KEY_FALLBACKS",
    "VAULT_KEYS",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "TIMESTAMP_URL",
    "METRICS_TOKEN",
    "SENTRY_DSN",
    "SEAL",
    "STORAGE_KEY",
    "STORAGE_SECRET",
)

#: By table: the number of its rows under "", and the sum of each column of whole numbers.
Tally = dict[str, dict[str, int]]


@dataclass(frozen=True)
class Manifest:
    """The last member of an archive. Instants are UTC in ISO 8601.

    `engine` is the database's vendor, `migrations` those of our apps that are applied, and `files`
    the SHA-256 of every other member by its name. `missing` are files that the database names and
    that were not there. `mark` is how far the installation had come (core.continuity), and
    `secret_key` a hash by which SECRET_KEY is recognised.
    """

    made_at: str
    version: str
    engine: str
    migrations: list[str]
    tally: Tally
    files: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    secret_key: str = ""
    mark: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> bytes:
        """Return the bytes that are stored."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False).encode()


def parse(body: bytes) -> Manifest:
    """Return the manifest of these bytes. Raises BackupError."""
    try:
        found = json.loads(body)
        if found["format"] > FORMAT:
            raise BackupError(_("This archive was made by a newer version of Retainer Hub."))
        return Manifest(**{each.name: found[each.name] for each in fields(Manifest)})
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError(_("This archive is damaged: it does not say what is in it.")) from error


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of an environment that hold no secret."""
    return {name: environment[name] for name in PLAIN if environment.get(name)}


def secrets_of(environment: Mapping[str, str]) -> list[str]:
    """Return the names of the settings of an environment that hold one."""
    return [name for name in SECRET if environment.get(name)]


def recognise(key: str) -> str:
    """Return a hash of a SECRET_KEY, so costly to compute that nobody can guess it back."""
    hashed = hashlib.scrypt(key.encode(), salt=b"rh.backup", n=2**14, r=8, p=1, dklen=16)
    return hashed.hex()
