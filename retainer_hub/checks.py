"""Refuses to start on a misconfiguration that could cost money or secrets (docs/trust.md)."""

import ctypes.util
import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Critical, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from agreements.signing.seal_check import WARN_DAYS
from billing.gateways import registry
from core.database import schema
from core.documents import certificate
from core.system import invite
from portal.security_txt import contact

LOCAL = {"127.0.0.1", "localhost", "[::1]", "testserver"}
KNOWN = ("django-insecure", "changeme", "secret", "development")
OWN_KEY = "Set SECRET_KEY to 50 or more random characters of this installation's own."
WEAK = "Each key needs 50 or more random characters; what a weak one signed is not worth keeping."
NO_UPGRADE = "What a version before 0.1.0 kept cannot be upgraded."
LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")


@register("start")
def secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The key that signs every link must be there, and be ours alone."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's way to say that it is empty
        return [Critical("There is no SECRET_KEY.", hint=_how_to_get_a_key(), id="rh.E001")]
    if settings.DEBUG:
        return []
    if _is_development_key(key):
        hint = (
            f"{OWN_KEY} To go on with the development that bin/run began, start bin/run once more."
        )
        return [
            Critical(
                "SECRET_KEY is the one that bin/run made for development.", hint=hint, id="rh.E002"
            )
        ]
    if _is_weak(key):
        return [Critical("SECRET_KEY is short or known.", hint=OWN_KEY, id="rh.E002")]
    return [
        Critical(f"A key of {name} is short or known.", hint=WEAK, id="rh.E014")
        for name in ("SECRET_KEY_FALLBACKS", "VAULT_KEYS")
        if any(map(_is_weak, getattr(settings, name)))
    ]


def _is_weak(key: str) -> bool:
    return len(key) < 50 or key.lower().startswith(KNOWN)


def _how_to_get_a_key() -> str:
    if settings.VAR_DIR.exists() and not os.access(settings.VAR_DIR, os.W_OK | os.X_OK):
        return f"{settings.VAR_DIR} belongs to another user: run this as that user."
    return f"{OWN_KEY} bin/run makes one for development."


def _is_development_key(key: str) -> bool:
    return (
        os.access(settings.SECRET_FILE, os.R_OK) and settings.SECRET_FILE.read_text().strip() == key
    )


@register("start")
def exposure(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """DEBUG pages show source and settings to whoever can reach them."""
    public = sorted(set(settings.ALLOWED_HOSTS) - LOCAL)
    if settings.DEBUG and public:
        hint = "Set DEBUG=off, or keep ALLOWED_HOSTS to this machine."
        return [
            Critical(
                f"DEBUG is on while {', '.join(public)} may be asked.", hint=hint, id="rh.E003"
            )
        ]
    return []


@register("start")
def charging(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Pretended money and real money never meet."""
    if settings.CHARGING not in ("sandbox", "real", "off"):
        hint = 'Use "sandbox", "real" or "off".'
        return [Critical(f"CHARGING is {settings.CHARGING!r}.", hint=hint, id="rh.E004")]
    kinds = registry.kinds()
    if settings.GATEWAY not in kinds:
        hint = f"Use one of {', '.join(kinds)}."
        return [Critical(f"There is no gateway {settings.GATEWAY!r}.", hint=hint, id="rh.E005")]
    if settings.CHARGING == "real" and kinds[settings.GATEWAY].is_pretended:
        hint = "Choose a real GATEWAY, or set CHARGING=sandbox."
        message = f"CHARGING is real with the gateway {settings.GATEWAY!r}, which only pretends."
        return [Critical(message, hint=hint, id="rh.E006")]
    return []


@register("start")
def signing_up(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Who may come in is said in one of three words, and a fourth one lets nobody start."""
    if settings.SIGNUP in list(invite.SignUp):
        return []
    hint = f"Use one of {', '.join(invite.SignUp)}."
    return [Critical(f"SIGNUP is {settings.SIGNUP!r}.", hint=hint, id="rh.E013")]


@register("start")
def watching(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A log in another form than its reader expects is lost; a token that is guessed tells all."""
    found: list[CheckMessage] = []
    if settings.LOG_FORMAT not in ("text", "json"):
        message = f"LOG_FORMAT is {settings.LOG_FORMAT!r}."
        found.append(Critical(message, hint='Use "text" or "json".', id="rh.E015"))
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 20:
        hint = "Use 20 or more random characters."
        found.append(Critical("METRICS_TOKEN is short.", hint=hint, id="rh.E016"))
    return found


@register("start")
def stored_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Half an object store would keep files where no other machine finds them."""
    is_used = settings.STORAGE_BUCKET or settings.BACKUP_TO.startswith("s3://")
    wrong = list(_about_store() if is_used else _about_no_store())
    if settings.STORAGE_BUCKET and not settings.SEAL:
        wrong.append(
            (
                "Files are in an object store, and SEAL is not set: each machine would make a "
                "seal of its own.",
                "bin/manage renew_seal --print > FILE makes one; set SEAL_FILE to the file's path.",
            )
        )
    return [Critical(why, hint=hint, id="rh.E018") for why, hint in wrong]


def _about_no_store() -> Iterator[tuple[str, str]]:
    others = ("STORAGE_ENDPOINT", "STORAGE_KEY", "STORAGE_SECRET", "STORAGE_REGION")
    if found := [name for name in others if getattr(settings, name)]:
        yield (
            f"{', '.join(found)} without STORAGE_BUCKET.",
            "Set STORAGE_BUCKET to the bucket's name, or take the others away.",
        )


def _about_store() -> Iterator[tuple[str, str]]:
    """What is wrong with the settings of the object store, and what to do."""
    if bool(settings.STORAGE_KEY) != bool(settings.STORAGE_SECRET):
        yield "One of STORAGE_KEY and STORAGE_SECRET is missing.", "Set both."
    elif settings.STORAGE_ENDPOINT and not settings.STORAGE_KEY:
        yield "There is no key for STORAGE_ENDPOINT.", "Set STORAGE_KEY and STORAGE_SECRET."
    if settings.STORAGE_ENDPOINT and urlsplit(settings.STORAGE_ENDPOINT).scheme not in (
        "http",
        "https",
    ):
        yield "STORAGE_ENDPOINT is no address.", "Like https://s3.your.example."
    if not settings.STORAGE_ENDPOINT and not settings.STORAGE_REGION:
        yield "There is neither STORAGE_ENDPOINT nor STORAGE_REGION.", "Set one of them."


@register("start")
def given_seal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A seal that cannot be read would be noticed at the first signature."""
    if not settings.SEAL or certificate.own():
        return []
    hint = "It is a private key and its certificate as PEM, then those it has replaced."
    return [Critical("SEAL cannot be read.", hint=hint, id="rh.E019")]


@register("start")
def whom_to_tell(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Somebody who found a hole finds whom to tell, or hears that nobody is named."""
    try:
        if settings.SECURITY_CONTACT:
            contact(settings.SECURITY_CONTACT)
    except ValidationError:
        hint = "Use an email address, or one that begins with https://."
        return [Critical("SECURITY_CONTACT cannot be written to.", hint=hint, id="rh.E020")]
    return []


@register("start")
def answers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An address's local part may have 64 signs, of which the signed mark takes 46."""
    local, at, domain = settings.REPLY_ADDRESS.partition("@")
    if not settings.REPLY_ADDRESS or (at and domain and 0 < len(local) <= 18 and "+" not in local):
        return []
    hint = (
        "Like reply@your.example, with at most 18 signs and no + before the @; or leave it empty."
    )
    return [Error("REPLY_ADDRESS cannot carry the mark of a request.", hint=hint, id="rh.E008")]


@register()
def libraries(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint needs Pango; without HarfBuzz's subsetter it is more than twice as slow."""
    missing = [name for name in LIBRARIES if ctypes.util.find_library(name) is None]
    if not missing:
        return []
    hint = (
        "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. "
        "macOS: brew install pango."
    )
    return [
        Warning(
            f"PDFs need libraries that are not here: {', '.join(missing)}.", hint=hint, id="rh.W001"
        )
    ]


@register(deploy=True)
def seal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Signed papers wait while nothing can seal them; a certificate's end is known years before."""
    now, hint = (
        timezone.now(),
        "bin/manage renew_seal makes a new pair; back up the seal folder afterwards.",
    )
    if why := certificate.trouble(now):
        return [Warning(why, hint=hint, id="rh.W002")]
    days = certificate.days_left(now)
    if days is not None and days <= WARN_DAYS:
        return [
            Warning(f"The certificate of the seal ends in {days} days.", hint=hint, id="rh.W003")
        ]
    return []


@register(deploy=True)
def private_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Documents, uploads and a database of SQLite are for the user of the servers alone."""
    folder = settings.VAR_DIR
    if not folder.exists() or not folder.stat().st_mode & 0o077:
        return []
    hint = f"chmod -R go-rwx {folder}"
    return [Warning("Other users of this machine can read the data.", hint=hint, id="rh.W004")]


@register("start", "database")
def durability(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """A charge that was committed must survive a power cut (docs/charging.md)."""
    if not databases or not schema.is_there():
        return []
    question = "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            answer = cursor.fetchone()[0]
    except DatabaseError:
        return []
    if answer in (2, 3, "on", "remote_apply", "remote_write", "local"):
        return []
    hint = "Switch synchronous (SQLite: FULL) or synchronous_commit (PostgreSQL: on) back on."
    return [Error("The database may forget what it committed.", hint=hint, id="rh.E007")]


@register("start", "database")
def schema_fits(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """A database of another version would answer every page with an error (docs/upgrading.md).

    It is asked only if a database is named: by the servers, and by `bin/manage check --database
    default`. A database that does not answer may do so later: /health/ reports it.
    """
    if not databases:
        return []
    try:
        found = schema.difference()
    except DatabaseError:
        return []
    if found is None:
        return []
    words, hint = about_schema(*found)
    return [Critical(words, hint=hint, id="rh.E009")]


def about_schema(kind: schema.Kind, details: list[str]) -> tuple[str, str]:
    """What is wrong and what to do."""
    first = _first(details)
    match kind:
        case schema.Kind.EMPTY:
            return "The database has no tables yet.", "Run bin/manage migrate."
        case schema.Kind.BEHIND:
            return (
                f"The database is older than this version: {first} must be applied.",
                "Make a backup, then run bin/manage migrate.",
            )
        case schema.Kind.FOREIGN:
            return (
                f"The database was made by another version, newer than this one or older than "
                f"0.1.0: this version does not have the migration {first}.",
                "Install the version that made it, or restore a backup that fits this version. "
                f"{NO_UPGRADE}",
            )
        case schema.Kind.DIFFERENT:
            return (
                "The database was made by a version older than 0.1.0, or changed by hand: "
                f"{first}.",
                "Restore a backup that fits this version, or begin with a new database. "
                f"{NO_UPGRADE}",
            )


def _first(details: list[str]) -> str:
    """The first one, and how many more there are."""
    rest = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return "".join(details[:1]) + rest
