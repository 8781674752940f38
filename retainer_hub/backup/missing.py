"""Says what a restored installation lacks: files, keys, settings."""

import os
from datetime import datetime

from django.conf import settings

from core.documents import seal
from retainer_hub import sealed
from retainer_hub.backup import files, manifest
from retainer_hub.backup.manifest import Manifest


def sentences(about: Manifest, *, now: datetime) -> list[str]:
    """Return a sentence for each thing that is missing or different here."""
    found = [f"Missing already when the backup was made: {name}" for name in about.missing]
    found += [
        f"Missing: {files.shown(name)}, which the database names."
        for name in sorted(files.named() - set(about.missing) - files.there())
    ]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if about.secret_key not in map(manifest.recognise, keys):
        found.append(
            "SECRET_KEY is not the one of the backup. Without that one, emailed links do not work "
            "and people have to sign in again."
        )
    if unreadable := len(sealed.reseal(change=False).unreadable):
        found.append(
            f"{unreadable} stored secrets cannot be read: keys of payment gateways or second "
            "factors. They need the SECRET_KEY or VAULT_KEYS that the installation had."
        )
    if files.SEAL_KEY not in about.files and not settings.SEAL:
        found.append(
            "The key of the seal is not in the archive, which is not encrypted. Put "
            f"{files.place_of(files.SEAL_KEY)} back from where you keep it."
        )
    elif trouble := seal.not_ready(now):
        found.append(trouble)
    return found + _settings(about)


def _settings(about: Manifest) -> list[str]:
    found = [
        f"{name} was set and is not set here." for name in about.secrets if not os.environ.get(name)
    ]
    here = manifest.settings_of(os.environ)
    return found + [
        f"{name} was {value!r} and is {here.get(name, '')!r} here."
        for name, value in sorted(about.settings.items())
        if here.get(name) != value
    ]
