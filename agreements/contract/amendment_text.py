"""The amendment's text: what it changes, from when, and that all the rest stays, in the language that is active."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import wording
from agreements.models import Amendment
from agreements.models.amendment import AmendmentKind
from agreements.rules.schedule import Interval
from core import formats
from core.templatetags.paper import exact


def clauses(row: Amendment) -> list[dict[str, Any]]:
    """Number, title, body and blocks of every clause, in order."""
    made = [_what(row), _from(row)]
    if row.kind != AmendmentKind.RENEWAL:
        made.insert(1, _tier(row))
    if row.now:
        made.append(_at_once(row, row.now))
    made.append(
        {
            "title": _("All the rest"),
            "text": _("Everything else in the agreement stays as it was signed."),
        }
    )
    return wording.numbered(made)


def figures(row: Amendment) -> list[tuple[str, str, str]]:
    """What changes, one row each: its name, before and after, in words."""
    before = row.terms["before"]
    names = {Interval.QUARTERLY: _("Fee every quarter"), Interval.YEARLY: _("Fee every year")}
    fee = names.get(Interval(row.terms["interval"]), _("Fee every month"))
    found = [
        (_("Tier"), before["tier"]["name"], row.tier["name"]),
        (
            fee,
            formats.money(before["amount"], row.terms["currency"]),
            formats.money(row.amount, row.terms["currency"]),
        ),
        (_("Included time"), formats.hours(before["minutes"]), formats.hours(row.minutes)),
        (
            _("Answers within working hours"),
            str(before["tier"].get("response_hours", "")),
            str(row.tier.get("response_hours", "")),
        ),
    ]
    if row.ends_on:
        ended = row.terms["ended_on"]
        last = formats.day(formats.last_day(date.fromisoformat(ended))) if ended else "—"
        found.append((_("Last day"), last, formats.day(formats.last_day(row.ends_on))))
    return [one for one in found if one[1] != one[2]]


def sums(row: Amendment) -> list[tuple[str, int]]:
    """The lines of an upgrade that applies now: words with the whole sum in them, and the amount."""
    now, currency = row.now, row.terms["currency"]
    if now is None:
        return []
    credit = _share(now["days"], now["paid_days"], now["paid"], now["credit"], currency)
    charge = _share(now["days"], now["cycle_days"], now["fee"], now["charge"], currency)
    old = {"tier": row.terms["before"]["tier"]["name"], "sum": credit}
    new = {"tier": row.tier["name"], "sum": charge}
    lines = [
        (_("Credit for the unused days of “%(tier)s”: %(sum)s") % old, -now["credit"]),
        (_("The same days of “%(tier)s”: %(sum)s") % new, now["charge"]),
    ]
    return lines if now["credit"] else lines[1:]


def sum_in_words(row: Amendment) -> str:
    """What an upgrade that applies now costs, before tax: 17 of 31 days × 20,000.00 = 10,967.74 (rule 8)."""
    now, currency = row.now or {}, row.terms["currency"]
    if now["difference"] is not None:
        return _share(now["days"], now["cycle_days"], now["difference"], now["amount"], currency)
    return " ".join(
        (
            exact(now["charge"], currency),
            "−",
            exact(now["credit"], currency),
            "=",
            exact(now["amount"], currency),
        )
    )


def _share(days: int, whole: int, fee: int, amount: int, currency: str) -> str:
    words = {
        "days": days,
        "whole": whole,
        "fee": exact(fee, currency),
        "amount": exact(amount, currency),
    }
    return _("%(days)s of %(whole)s days × %(fee)s = %(amount)s") % words


def _at_once(row: Amendment, now: dict[str, Any]) -> dict[str, str]:
    """What is charged on the day it is signed, and what grows with it."""
    currency = row.terms["currency"]
    words = {"sum": sum_in_words(row), "total": exact(now["total"], currency)}
    pay = (
        _("To pay: %(sum)s; with tax %(total)s")
        if now["total"] != now["amount"]
        else _("To pay: %(sum)s")
    ) % words
    span = {
        "first": formats.day(row.effective_on),
        "last": formats.day(formats.last_day(row.bills_from)),
        "next": formats.day(row.bills_from),
    }
    body = [
        _("For the days from %(first)s to %(last)s one more invoice is issued when this is signed:")
        % span,
        *(f"- {line}" for line, _amount in sums(row)),
        f"- {pay}",
    ]
    if now["minutes"]:
        body.append(
            _("The included time of this period grows by %(hours)s.")
            % {"hours": formats.hours(now["minutes"])}
        )
    body.append("")
    body.append(
        _(
            "Deliverables that are counted in each period are those of the new tier from %(next)s on."
        )
        % span
    )
    return {"title": _("What is paid at once"), "text": "\n".join(body)}


def _what(row: Amendment) -> dict[str, str]:
    original = row.terms["original"]
    words = {"title": original["title"], "day": formats.day(original["signed_at"])}
    body = [
        _("This amendment changes the agreement “%(title)s”, which was signed on %(day)s.") % words
    ]
    if row.terms["reason"]:
        body.append(_("The reason: %(reason)s") % {"reason": row.terms["reason"]})
    return {"title": _("What it changes"), "text": " ".join(body)}


def _tier(row: Amendment) -> dict[str, str]:
    if row.kind == AmendmentKind.PRICE:
        return {
            "title": _("Services"),
            "text": _("The services stay the same; the fee changes as shown above."),
        }
    counts = [f"{item['promised']} × {item['title']}" for item in row.tier.get("deliverables", [])]
    first = _("The provider delivers the tier “%(tier)s”, which contains:") % {
        "tier": row.tier["name"]
    }
    items = [f"- {item}" for item in (*row.tier.get("lines", []), *counts)]
    return {"title": _("Services"), "text": "\n".join([first, *items])}


def _from(row: Amendment) -> dict[str, str]:
    words = {"day": formats.day(row.effective_on)}
    if row.kind == AmendmentKind.RENEWAL:
        words["last"] = formats.day(formats.last_day(row.ends_on))
        body = (
            _("The agreement goes on from %(day)s until %(last)s, on the terms that apply now.")
            % words
        )
    elif row.now:
        words["next"] = formats.day(row.bills_from)
        body = (
            _(
                "It applies from %(day)s, inside the period that runs, and is signed on that day only: its sums are "
                "those of that day. The new fee is charged with every period from %(next)s on."
            )
            % words
        )
    else:
        body = _("It applies from %(day)s, with the period that begins on that day.") % words
    return {"title": _("From when"), "text": body}
