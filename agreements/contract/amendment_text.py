"""The text of an amendment: what changes, from when, and that everything else stays as signed.

All functions write in the active language; amounts in the text are formatted in the agreement's
currency.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from agreements.contract import wording
from agreements.models import Amendment, interval_words
from agreements.models.amendment import AmendmentKind
from agreements.rules.intervals import Interval
from core import formats
from core.templatetags.paper import exact


def clauses(amendment: Amendment) -> list[dict[str, Any]]:
    """The clauses of the amendment in order, each with its number, title, body and blocks."""
    written = [_subject_clause(amendment), _start_clause(amendment)]
    if amendment.kind != AmendmentKind.RENEWAL:
        written.insert(1, _services_clause(amendment))
    if amendment.now:
        written.append(_payment_clause(amendment, amendment.now))
    written.append(
        {
            "title": _("All the rest"),
            "text": _("Everything else in the agreement stays as it was signed."),
        }
    )
    return wording.numbered(written)


def changed_values(amendment: Amendment) -> list[tuple[str, str, str]]:
    """What changes, as rows of a name, the value before and the value after."""
    before = amendment.terms["before"]
    rows = [
        (_("Tier"), before["tier"]["name"], amendment.tier["name"]),
        (
            interval_words.fee(Interval(amendment.terms["interval"])),
            formats.money(before["amount"], amendment.terms["currency"]),
            formats.money(amendment.amount, amendment.terms["currency"]),
        ),
        (_("Included time"), formats.hours(before["minutes"]), formats.hours(amendment.minutes)),
        (
            _("Answers within working hours"),
            str(before["tier"].get("response_hours", "")),
            str(amendment.tier.get("response_hours", "")),
        ),
    ]
    if amendment.ends_on:
        ended = amendment.terms["ended_on"]
        last = formats.day(formats.last_day(date.fromisoformat(ended))) if ended else "—"
        rows.append((_("Last day"), last, formats.day(formats.last_day(amendment.ends_on))))
    return [(name, old, new) for name, old, new in rows if old != new]


def upgrade_lines(amendment: Amendment) -> list[tuple[str, int]]:
    """The lines of an upgrade that applies now, as pairs of a text and an amount.

    The text shows the whole calculation. Amounts are minor units before tax; the credit is
    negative, and left out where it is zero. Empty for any other amendment.
    """
    now, currency = amendment.now, amendment.terms["currency"]
    if now is None:
        return []
    credit = _share(now["days"], now["paid_days"], now["paid"], now["credit"], currency)
    charge = _share(now["days"], now["cycle_days"], now["fee"], now["charge"], currency)
    old_tier = {"tier": amendment.terms["before"]["tier"]["name"], "sum": credit}
    new_tier = {"tier": amendment.tier["name"], "sum": charge}
    lines = [
        (_("Credit for the unused days of “%(tier)s”: %(sum)s") % old_tier, -now["credit"]),
        (_("The same days of “%(tier)s”: %(sum)s") % new_tier, now["charge"]),
    ]
    return lines if now["credit"] else lines[1:]


def upgrade_calculation(amendment: Amendment) -> str:
    """The calculation of an upgrade that applies now, before tax (rule 8).

    For example "17 of 31 days × ฿20,000.00 = ฿10,967.74".
    """
    now, currency = amendment.now or {}, amendment.terms["currency"]
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
    facts = {
        "days": days,
        "whole": whole,
        "fee": exact(fee, currency),
        "amount": exact(amount, currency),
    }
    return _("%(days)s of %(whole)s days × %(fee)s = %(amount)s") % facts


def _payment_clause(amendment: Amendment, now: dict[str, Any]) -> dict[str, str]:
    """What is charged on the day of the signature, and the time that is added to this period."""
    currency = amendment.terms["currency"]
    amounts = {"sum": upgrade_calculation(amendment), "total": exact(now["total"], currency)}
    to_pay = (
        _("To pay: %(sum)s; with tax %(total)s")
        if now["total"] != now["amount"]
        else _("To pay: %(sum)s")
    ) % amounts
    span = {
        "first": formats.day(amendment.effective_on),
        "last": formats.day(formats.last_day(amendment.bills_from)),
        "next": formats.day(amendment.bills_from),
    }
    body = [
        _("For the days from %(first)s to %(last)s one more invoice is issued when this is signed:")
        % span,
        *(f"- {line}" for line, _amount in upgrade_lines(amendment)),
        f"- {to_pay}",
    ]
    if now["minutes"]:
        body.append(
            _("The included time of this period grows by %(hours)s.")
            % {"hours": formats.hours(now["minutes"])}
        )
    body.append("")
    body.append(
        _(
            "Deliverables that are counted in each period are those of the new tier from "
            "%(next)s on."
        )
        % span
    )
    return {"title": _("What is paid at once"), "text": "\n".join(body)}


def _subject_clause(amendment: Amendment) -> dict[str, str]:
    """Which agreement is amended, and why."""
    original = amendment.terms["original"]
    facts = {"title": original["title"], "day": formats.day(original["signed_at"])}
    body = [
        _("This amendment changes the agreement “%(title)s”, which was signed on %(day)s.") % facts
    ]
    if amendment.terms["reason"]:
        body.append(_("The reason: %(reason)s") % {"reason": amendment.terms["reason"]})
    return {"title": _("What it changes"), "text": " ".join(body)}


def _services_clause(amendment: Amendment) -> dict[str, str]:
    """What the tier contains from now on, or that the services stay the same."""
    if amendment.kind == AmendmentKind.PRICE:
        return {
            "title": _("Services"),
            "text": _("The services stay the same; the fee changes as shown above."),
        }
    deliverables = [
        f"{item['promised']} × {item['title']}" for item in amendment.tier.get("deliverables", [])
    ]
    first = _("The provider delivers the tier “%(tier)s”, which contains:") % {
        "tier": amendment.tier["name"]
    }
    items = [f"- {item}" for item in (*amendment.tier.get("lines", []), *deliverables)]
    return {"title": _("Services"), "text": "\n".join([first, *items])}


def _start_clause(amendment: Amendment) -> dict[str, str]:
    """From which day the amendment applies."""
    days = {"day": formats.day(amendment.effective_on)}
    if amendment.kind == AmendmentKind.RENEWAL:
        days["last"] = formats.day(formats.last_day(amendment.ends_on))
        body = (
            _("The agreement continues from %(day)s until %(last)s, on its current terms.") % days
        )
    elif amendment.now:
        days["next"] = formats.day(amendment.bills_from)
        body = (
            _(
                "It applies from %(day)s, within the current period, and can be signed on that "
                "day only, because its amounts are calculated for that day. The new fee is "
                "charged with every period from %(next)s on."
            )
            % days
        )
    else:
        body = _("It applies from %(day)s, with the period that begins on that day.") % days
    return {"title": _("From when"), "text": body}
