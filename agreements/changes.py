"""The amendment's text: what it changes, from when, and that all the rest stays, in the language that is active."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements import wording
from agreements.models import Amendment
from agreements.models.amendment import AmendmentKind
from agreements.schedule import Interval
from core.templatetags import rh


def clauses(row: Amendment) -> list[dict[str, Any]]:
    """Number, title, body and blocks of every clause, in order."""
    made = [_what(row), _from(row)]
    if row.kind != AmendmentKind.RENEWAL:
        made.insert(1, _tier(row))
    made.append({"title": _("All the rest"), "text": _("Everything else in the agreement stays as it was signed.")})
    return wording.numbered(made)


def figures(row: Amendment) -> list[tuple[str, str, str]]:
    """What changes, one row each: its name, before and after, in words."""
    before = row.terms["before"]
    names = {Interval.QUARTERLY: _("Fee every quarter"), Interval.YEARLY: _("Fee every year")}
    fee = names.get(Interval(row.terms["interval"]), _("Fee every month"))
    found = [
        (_("Tier"), before["tier"]["name"], row.tier["name"]),
        (fee, rh.money(before["amount"], row.terms["currency"]), rh.money(row.amount, row.terms["currency"])),
        (_("Included time"), rh.hours(before["minutes"]), rh.hours(row.minutes)),
        (
            _("Answers within working hours"),
            str(before["tier"].get("response_hours", "")),
            str(row.tier.get("response_hours", "")),
        ),
    ]
    if row.ends_on:
        ended = row.terms["ended_on"]
        last = rh.day(rh.last_day(date.fromisoformat(ended))) if ended else "—"
        found.append((_("Last day"), last, rh.day(rh.last_day(row.ends_on))))
    return [one for one in found if one[1] != one[2]]


def _what(row: Amendment) -> dict[str, str]:
    original = row.terms["original"]
    words = {"title": original["title"], "day": rh.day(original["signed_at"])}
    body = [_("This amendment changes the agreement “%(title)s”, which was signed on %(day)s.") % words]
    if row.terms["reason"]:
        body.append(_("The reason: %(reason)s") % {"reason": row.terms["reason"]})
    return {"title": _("What it changes"), "text": " ".join(body)}


def _tier(row: Amendment) -> dict[str, str]:
    if row.kind == AmendmentKind.PRICE:
        return {"title": _("Services"), "text": _("The services stay the same; the fee changes as shown above.")}
    counts = [f"{item['promised']} × {item['title']}" for item in row.tier.get("deliverables", [])]
    first = _("The provider delivers the tier “%(tier)s”, which contains:") % {"tier": row.tier["name"]}
    items = [f"- {item}" for item in (*row.tier.get("lines", []), *counts)]
    return {"title": _("Services"), "text": "\n".join([first, *items])}


def _from(row: Amendment) -> dict[str, str]:
    words = {"day": rh.day(row.effective_on)}
    if row.kind == AmendmentKind.RENEWAL:
        words["last"] = rh.day(rh.last_day(row.ends_on))
        body = _("The agreement goes on from %(day)s until %(last)s, on the terms that apply now.") % words
    else:
        body = _("It applies from %(day)s, with the period that begins on that day.") % words
    return {"title": _("From when"), "text": body}
