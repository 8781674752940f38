"""What a new proposal starts with: the kind that the fit check named, and what the call brought."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements.models.reusable import TextKind
from agreements.rules.intervals import Interval
from clients.calls.call_notes import Answers
from clients.models import Client
from clients.rules import typed_figures
from core import formats, money
from core.documents.glyphs import printable

LENGTHS = {TextKind.TRIAL: timedelta(days=21), TextKind.ONCE: timedelta(days=28)}


def of_kind(kind: str, client: Client, said: Answers, today: date) -> dict[str, dict[str, Any]]:
    """The first values of a trial or of one-time work: {"form": …, "text": …}; empty otherwise.

    A trial succeeds when the client's first figure of the call is reached.
    """
    if kind not in (TextKind.TRIAL, TextKind.ONCE):
        return {"form": {}, "text": {}}
    is_trial = kind == TextKind.TRIAL
    title = _("Paid trial for %(client)s") if is_trial else _("Project for %(client)s")
    form = {
        "title": title % {"client": client.name},
        "interval": Interval.ONCE.value,
        "starts_on": today,
        "ends_on": today + LENGTHS[TextKind(kind)],
        "minimum_months": 0,
    }
    if is_trial and said.kpi_lines:
        form["trial_measure"] = printable(said.kpi_lines[0])
    return {"form": form, "text": {"wording": kind}}


def with_extras(tiers: Sequence[dict[str, Any]], extras: Sequence[str]) -> list[dict[str, Any]]:
    """The form's tiers with what was worth suggesting in the call, in the tiers above the first.

    The first half of it goes into the second tier and the rest into the highest. What a tier lists
    already is not added.
    """
    listed = "\n".join(str(tier.get("adds", "")) for tier in tiers).casefold()
    fresh = [text for one in extras if (text := printable(one)) and text.casefold() not in listed]
    if len(tiers) < 2 or not fresh:
        return list(tiers)
    half = (len(fresh) + 1) // 2
    parts = {1: fresh[:half]}
    parts[len(tiers) - 1] = parts.get(len(tiers) - 1, []) + fresh[half:]
    return [
        tier | {"adds": "\n".join(filter(None, [tier.get("adds", ""), *parts.get(place, [])]))}
        for place, tier in enumerate(tiers)
    ]


def budget_hint(heard: str, tiers: Sequence[Mapping[str, Any]], currency: str) -> str:
    """How the budget heard in a call compares with the fees of the form's tiers; "" if unknown.

    Only the freelancer reads it (rule 37).
    """
    budget = typed_figures.parse_budget(heard)
    fees = [(tier["fee"], tier["name"]) for tier in tiers if tier.get("fee")]
    if budget is None or not fees:
        return ""
    lowest = formats.money(money.parse(str(fees[0][0]), currency), currency)
    within = [name for fee, name in fees if fee <= budget]
    facts = {"heard": heard.strip(), "lowest": lowest, "tier": within[-1] if within else ""}
    if not within:
        return _("You heard “%(heard)s”; your lowest tier is %(lowest)s.") % facts
    return _("You heard “%(heard)s”. That is enough for “%(tier)s”.") % facts
