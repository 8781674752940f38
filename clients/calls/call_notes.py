"""Saves the notes that are typed during a sales call, and answers what a proposal needs of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from clients import client_records
from clients.models import Call, Client, Contact
from clients.models.sales import kpi_figures
from core.web.tab_saves import ChangedElsewhere, Tab

#: The fields of Call that hold notes; all of them are saved together.
TYPED = ("needs", "goals", "kpis", "load", "extras", "budget", "outcome", "next_step", "next_on")


@dataclass(frozen=True)
class Answers:
    """What the calls with a client brought, for a proposal.

    `kpis` holds {"name", "unit", "kind", "direction", "baseline", "target"}: the direction is "up"
    or "down", and the last two are plain decimals as text, or "" if none was given. `minutes` is
    the estimated work per month, or 0 if there is no estimate. Budget and outcome are left out,
    because they are private to the freelancer (rule 37).
    """

    needs: str
    goals: str
    kpis: list[dict[str, str]]
    minutes: int
    extras: list[str]
    decision_maker: Contact | None

    @property
    def kpi_lines(self) -> list[str]:
        """The KPIs as a proposal prints them: "Followers: from 1000 to 5000"."""
        return [_kpi_line(row) for row in self.kpis]


def write(
    *, call: Call, typed: dict[str, Any], revision: int, now: datetime, tab: Tab | None = None
) -> Call:
    """Save all notes of a call that was read at `revision`.

    Raises ChangedElsewhere if another tab or device has saved since. A tab that did not receive the
    answer to its last save may save again over the old revision; its delayed requests change
    nothing, because their count is lower.
    """
    tab = tab or Tab()
    unchanged = Q(revision=revision)
    if tab.mark:
        unchanged |= Q(writer=tab.mark, save_count__lt=tab.count)
    values = {name: typed[name] for name in TYPED}
    saved = Call.objects.filter(unchanged, pk=call.pk).update(
        **values, revision=F("revision") + 1, writer=tab.mark, save_count=tab.count, written_at=now
    )
    call.refresh_from_db()
    if not saved:
        raise ChangedElsewhere(_("This call was changed in another tab or on another device."))
    return call


def answers(client: Client) -> Answers:
    """Each answer comes from the newest call that has one, of the last 20 calls with the client."""
    calls = _newest_calls(client)
    kpis: list[dict[str, str]] = next((call.kpis for call in calls if call.kpis), [])
    extras = _first(calls, "extras").splitlines()
    return Answers(
        needs=_first(calls, "needs"),
        goals=_first(calls, "goals"),
        kpis=[_clean_kpi(row) for row in kpis if row["name"].strip()],
        minutes=next((call.monthly_minutes for call in calls if call.monthly_minutes), 0),
        extras=[line.strip() for line in extras if line.strip()],
        decision_maker=client_records.decision_maker(client),
    )


def has_notes(client: Client) -> bool:
    """Whether something was written down in a call with the client, so that there was one."""
    return Call.objects.filter(client=client, written_at__isnull=False).exists()


def budget_heard(client: Client) -> str:
    """The budget of the newest call that names one, as it was typed; "" if none does.

    Private to the freelancer (rule 37), so it is not part of the answers that fill a proposal.
    """
    return _first(_newest_calls(client), "budget")


def _newest_calls(client: Client) -> list[Call]:
    return list(Call.objects.filter(client=client).order_by("-starts_at", "-id")[:20])


def _first(calls: list[Call], name: str) -> str:
    """The first non-empty text of the field `name`."""
    return next((text for call in calls if (text := getattr(call, name).strip())), "")


def _clean_kpi(row: dict[str, str]) -> dict[str, str]:
    """A KPI with plain decimals; a figure that cannot be read becomes ""."""
    baseline, target = ("" if value is None else f"{value:f}" for value in kpi_figures(row))
    return {**row, "name": row["name"].strip(), "baseline": baseline, "target": target}


def _kpi_line(row: dict[str, str]) -> str:
    values = {name: row[name] for name in ("name", "baseline", "target")}
    values |= {
        name: f"{row[name]} {row['unit']}".strip() for name in ("baseline", "target") if row[name]
    }
    if row["baseline"] and row["target"]:
        return _("%(name)s: from %(baseline)s to %(target)s") % values
    if row["target"]:
        return _("%(name)s: %(target)s") % values
    return row["name"]
