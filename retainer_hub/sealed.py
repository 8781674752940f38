"""Every secret that is stored sealed, and how it is sealed anew with the present key."""

from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model

from billing.models import GatewayAccount
from core.database import vault
from core.system.second_factors import MARK


@dataclass(frozen=True)
class Binary:
    """A column of sealed bytes; empty where there is no secret."""

    model: type[Model]
    field: str

    def read(self, row: Any) -> bytes:
        """Return the sealed bytes of a row."""
        return bytes(getattr(row, self.field))

    def write(self, row: Any, text: str) -> None:
        """Seal the text in its place."""
        setattr(row, self.field, vault.seal(text))


@dataclass(frozen=True)
class Marked:
    """A text under `key` of a column of JSON; sealed if it begins with the mark."""

    model: type[Model]
    field: str
    key: str

    def read(self, row: Any) -> bytes:
        """Return the sealed bytes of a row, or a text that is not sealed yet."""
        return str(getattr(row, self.field).get(self.key, "")).removeprefix(MARK).encode()

    def write(self, row: Any, text: str) -> None:
        """Seal the text in its place."""
        getattr(row, self.field)[self.key] = MARK + vault.seal(text).decode()


SEALED = (
    Binary(GatewayAccount, "secret"),
    Binary(GatewayAccount, "webhook_secret"),
    Marked(Authenticator, "data", "secret"),  # of an authenticator app
    Marked(Authenticator, "data", "seed"),  # of recovery codes
)


@dataclass
class Found:
    """How many secrets the present key sealed, and an earlier one; `unreadable` names rows."""

    current: int = 0
    earlier: int = 0
    unreadable: list[str] = field(default_factory=list)


def reseal(*, change: bool) -> Found:
    """Count all secrets; with `change`, seal those anew that an earlier key sealed.

    Each row is a transaction of its own, so that a run which is killed is simply started again.
    """
    found = Found()
    for column in SEALED:
        for pk in column.model._default_manager.values_list("pk", flat=True):
            with transaction.atomic():
                rows = column.model._default_manager.select_for_update()
                if row := rows.filter(pk=pk).first():
                    _row(column, row, found, change)
    return found


def _row(column: Binary | Marked, row: Model, found: Found, change: bool) -> None:
    sealed = column.read(row)
    if not sealed:
        return
    if vault.is_current(sealed):
        found.current += 1
        return
    try:
        text = vault.unseal(sealed)
    except vault.Sealed:
        found.unreadable.append(f"{row._meta.verbose_name} {row.pk}, {column.field}")
        return
    found.earlier += 1
    if change:
        column.write(row, text)
        row.save(update_fields=[column.field])
