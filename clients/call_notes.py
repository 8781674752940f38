"""Keeps what is typed during a call, and gives its answers to whoever composes the proposal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from clients import client_records
from clients.models import Call, Client, Contact
from clients.models.sales import kpi_figures
from core.errors import RuleError

TYPED = ("needs", "goals", "kpis", "load", "extras", "budget", "outcome", "next_step", "next_on")


class ChangedElsewhere(RuleError):
    """Another tab or another device saved this call meanwhile; nothing was written."""


@dataclass(frozen=True)
class Tab:
    """Who writes: the tab's own mark and the number of its request; no mark without a script."""

    mark: str = ""
    count: int = 0


@dataclass(frozen=True)
class Answers:
    """What the calls with a client brought, for the proposal. Budgets and outcomes are not in it (rule 37).

    `kpis` are {"name", "unit", "kind", "direction", "baseline", "target"}: direction is "up" or "down", the last two
    are plain decimals as text, empty where none was said. `minutes` a month is 0 where it was not estimated.
    """

    needs: str
    goals: str
    kpis: list[dict[str, str]]
    minutes: int
    extras: list[str]
    decision_maker: Contact | None

    @property
    def kpi_lines(self) -> list[str]:
        """The same as a proposal prints them: "Followers: 1000 to 5000"."""
        return [_line(row) for row in self.kpis]


def write(
    *, call: Call, typed: dict[str, Any], revision: int, now: datetime, tab: Tab | None = None
) -> Call:
    """Save the whole guide over `revision`. Raises ChangedElsewhere where somebody else saved since.

    A tab that never heard that its own save arrived may save again; its late requests change nothing.
    """
    tab = tab or Tab()
    fits = Q(revision=revision)
    if tab.mark:
        fits |= Q(writer=tab.mark, save_count__lt=tab.count)
    values = {name: typed[name] for name in TYPED}
    won = Call.objects.filter(fits, pk=call.pk).update(
        **values, revision=F("revision") + 1, writer=tab.mark, save_count=tab.count, written_at=now
    )
    call.refresh_from_db()
    if not won:
        raise ChangedElsewhere(_("This call was changed in another tab or on another device."))
    return call


def answers(client: Client) -> Answers:
    """Each answer from the newest call that has one."""
    calls = list(Call.objects.filter(client=client).order_by("-starts_at", "-id")[:20])
    kpis: list[dict[str, str]] = next((call.kpis for call in calls if call.kpis), [])
    extras = _first(calls, "extras").splitlines()
    return Answers(
        needs=_first(calls, "needs"),
        goals=_first(calls, "goals"),
        kpis=[_kpi(row) for row in kpis if row["name"].strip()],
        minutes=next((call.monthly_minutes for call in calls if call.monthly_minutes), 0),
        extras=[line.strip() for line in extras if line.strip()],
        decision_maker=client_records.decision_maker(client),
    )


def _first(calls: list[Call], name: str) -> str:
    return next((text for call in calls if (text := getattr(call, name).strip())), "")


def _kpi(row: dict[str, str]) -> dict[str, str]:
    baseline, target = ("" if value is None else f"{value:f}" for value in kpi_figures(row))
    return {**row, "name": row["name"].strip(), "baseline": baseline, "target": target}


def _line(row: dict[str, str]) -> str:
    words = {name: row[name] for name in ("name", "baseline", "target")}
    words |= {
        name: f"{row[name]} {row['unit']}".strip() for name in ("baseline", "target") if row[name]
    }
    if row["baseline"] and row["target"]:
        return _("%(name)s: from %(baseline)s to %(target)s") % words
    if row["target"]:
        return _("%(name)s: %(target)s") % words
    return row["name"]
