"""Says what a restored installation lacks: files, keys, settings."""

import os
from datetime import datetime

from core.documents import seal
from retainer_hub.backup import files, manifest
from retainer_hub.backup.manifest import Manifest


def sentences(about: Manifest, *, now: datetime) -> list[str]:
    """Return a sentence for each thing that is missing or different here."""
    found = [f"Missing already when the backup was made: {name}" for name in about.missing]
    found += [
        f"Missing: {files.place_of(name)}, which the database names."
        for name in sorted(files.named() - set(about.missing))
        if not files.place_of(name).exists()
    ]
    if about.secret_key != manifest.recognise_key():
        found.append(
            "SECRET_KEY is not the one of the backup. Without that one, emailed links do not work, "
            "people have to sign in again, and the keys of payment gateways cannot be read."
        )
    if files.SEAL_KEY not in about.files:
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
