"""What each {{variable}} of an agreement's text says, from the frozen tier and terms, in the active language."""

from datetime import date
from typing import Any

from babel import Locale
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from agreements.models.proposal import TRANSFER_DAYS, CollectBy, Renews, Rollover, Unreviewed
from agreements.models.reusable import TextKind
from agreements.rules import in_words
from agreements.rules.placeholders import Value
from agreements.rules.schedule import Interval
from core import formats
from core.models.tax_rate import TaxMode

#: Places whose English name needs its article: "the law of the United States".
THE = frozenset(
    (
        "AE",
        "BS",
        "CD",
        "CF",
        "CG",
        "CZ",
        "DO",
        "GB",
        "GM",
        "KM",
        "KY",
        "MH",
        "MV",
        "NL",
        "PH",
        "SB",
        "SC",
        "US",
        "VG",
    )
)
#: What is promised must stand in the text: a proposal that fills one of these needs a clause that prints it.
PROMISED = (
    "kpis",
    "expectations",
    "value_adds",
    "competitors",
    "overage",
    "governing_law",
    "trial_measure",
    "after_trial",
)


def meanings() -> dict[str, str]:
    """Every variable that a text may use, and what it is, for whoever writes one."""
    return {
        "provider": _("your business, as on papers"),
        "client": _("the client, as on papers"),
        "client_signer": _("who picks the tier for the client"),
        "tier": _("the tier's name"),
        "services": _("list: what the tier contains, with its deliverables"),
        "deliverables": _("list: the tier's deliverables alone"),
        "fee": _("the fee in figures"),
        "fee_in_words": _("the fee in words"),
        "rhythm": _("how often: every month"),
        "tax": _("tax that is added or included"),
        "payment": _("how and when it is paid"),
        "hours": _("the included time"),
        "rollover": _("what happens with time that is not used"),
        "overage": _("work beyond the included time, and its fee"),
        "response_time": _("within how many working hours you answer"),
        "report": _("when the report of a period comes, and what if it was not reviewed"),
        "starts_on": _("the first day"),
        "term": _("minimum term, end and renewal"),
        "notice": _("how long before an end it must be said"),
        "decision_day": _("a trial's day of decision, or the day when one-time work is done"),
        "trial_measure": _("when a trial is a success"),
        "after_trial": _(
            "the tier that was agreed for after a trial, and whether its fee is credited"
        ),
        "kpis": _("list: goals and measures"),
        "expectations": _("list: what the client provides"),
        "value_adds": _("list: what is added for a time"),
        "competitors": _("list: for whom you do not work at the same time"),
        "governing_law": _("the country whose law applies"),
        "prevailing_language": _("the language that counts where both differ"),
    }


def values(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    """Each variable's value; an empty one has nothing to say for this tier and these terms."""
    found: dict[str, Value] = {
        "provider": terms["seller"]["legal_name"],
        "client": terms["buyer"]["legal_name"],
        "client_signer": terms["buyer"]["signer"],
        "tier": tier["name"],
        "services": [*tier["lines"], *_counted(tier)],
        "deliverables": _counted(tier),
        "response_time": _response(tier["response_hours"]),
        "report": _report(terms),
        **_money(tier, terms),
        **_time(tier, terms),
        **_dates(terms),
        **{name: terms.get(name) or [] for name in ("kpis", "expectations", "competitors")},
        "value_adds": [_value_add(one) for one in terms.get("value_adds") or []],
        "governing_law": country(terms.get("governing_law") or ""),
        "prevailing_language": _language(terms) if terms.get("is_bilingual") else "",
    }
    if terms.get("service"):
        found[f"service_{terms['service']}"] = terms["service"]
    return found


def rhythm(interval: str) -> str:
    """How often a fee is due."""
    return {
        Interval.MONTHLY: _("every month"),
        Interval.QUARTERLY: _("every quarter"),
        Interval.YEARLY: _("every year"),
        Interval.ONCE: _("once"),
    }[Interval(interval)]


def country(code: str) -> str:
    """A country's name, with its article in English; empty for none."""
    language = _locale()
    name = Locale.parse(language).territories.get(code, "") if code else ""
    return f"the {name}" if name and language == "en" and code in THE else str(name)


def _locale() -> str:
    return "th" if (get_language() or "en").startswith("th") else "en"


def _language(terms: dict[str, Any]) -> str:
    return {"en": _("English"), "th": _("Thai")}[terms["language"]]


def _counted(tier: dict[str, Any]) -> list[str]:
    return [f"{item['promised']} × {item['title']}" for item in tier["deliverables"]]


def _value_add(one: dict[str, Any]) -> str:
    return _("%(what)s, until %(day)s") % {"what": one["title"], "day": formats.day(one["ends_on"])}


def _response(hours: int) -> str:
    return ngettext("within one working hour", "within %(n)s working hours", hours) % {"n": hours}


def _report(terms: dict[str, Any]) -> str:
    """By which day a report is there, and in which shape (rule 40); empty in texts from before it was agreed."""
    days = terms.get("report_days")
    if not days:
        return ""
    said = ngettext("within one day of its end", "within %(n)s days of its end", days) % {"n": days}
    if terms.get("report_unreviewed") == Unreviewed.WAIT:
        return said
    return _("%(within)s, if need be with the figures alone") % {"within": said}


def _money(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    return {
        "fee": formats.money(tier["amount"], terms["currency"]),
        "fee_in_words": in_words.amount(tier["amount"], terms["currency"], _locale()),
        "rhythm": rhythm(terms["interval"]),
        "tax": " ".join(_tax(terms["tax"])),
        "payment": _payment(terms),
    }


def _tax(tax: dict[str, Any]) -> list[str]:
    """What is added, what is inside, or why there is none; and what the client may withhold."""
    inside = tax["mode"] == TaxMode.INCLUSIVE
    words = [
        (
            _("%(name)s of %(percent)s is included.")
            if inside
            else _("%(name)s of %(percent)s is added.")
        )
        % {"name": rate["name"], "percent": formats.percent(rate["percent"])}
        for rate in tax["rates"]
    ]
    if tax["mode"] == TaxMode.REVERSE:
        words.append(_("The client accounts for the tax (reverse charge)."))
    elif not words:
        words.append(_("No tax is added."))
    if _is_some(tax["withholding_percent"]):
        percent = {"percent": formats.percent(tax["withholding_percent"])}
        words.append(
            _(
                "The client may withhold %(percent)s of the fee before tax and sends the certificate for it."
            )
            % percent
        )
    return words


def _is_some(percent: str) -> bool:
    """Whether a stored percentage is more than nothing."""
    return percent.strip("0.") != ""


def _payment(terms: dict[str, Any]) -> str:
    if terms["collect_by"] == CollectBy.TRANSFER:
        return _(
            "An invoice is sent on the first day of each paid span and is paid by bank transfer within %(n)s days."
        ) % {"n": TRANSFER_DAYS}
    if terms["interval"] == Interval.ONCE:
        return _("It is charged once to the client's saved payment method.")
    if terms["interval"] == Interval.MONTHLY:
        return _(
            "It is charged automatically to the client's saved payment method on day %(day)s of the month, "
            "or on the month's last day where the month is shorter. A receipt follows every charge."
        ) % {"day": date.fromisoformat(terms["starts_on"]).day}
    return _(
        "It is charged automatically to the client's saved payment method on the first day of each paid period. "
        "A receipt follows every charge."
    )


def _time(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    return {
        "hours": formats.hours(tier["minutes"]) if tier["minutes"] else "",
        "rollover": _rollover(terms),
        "overage": _overage(terms),
    }


def _rollover(terms: dict[str, Any]) -> str:
    """What becomes of time that is left, and of time that was used too much (rule 25)."""
    if terms["rollover"] == Rollover.NONE:
        return _("Time that is not used ends with its period.")
    words = {"percent": terms["rollover_percent"], "n": terms["rollover_periods"]}
    kept = ngettext(
        "Time that is not used goes on into the next period, up to %(percent)s percent of a period's time, and "
        "ends there.",
        "Time that is not used may be used in the next %(n)s periods, up to %(percent)s percent of a period's time.",
        words["n"],
    )
    kept = kept % words
    if terms["rollover"] == Rollover.BOTH:
        kept += " " + _(
            "Time that was used beyond it, and is not paid by itself, is taken from the next period's."
        )
    return kept


def _overage(terms: dict[str, Any]) -> str:
    """What an hour beyond costs, and up to where the client has said yes already (rule 27); empty: nothing agreed."""
    amount, minutes = terms.get("overage_amount") or 0, terms.get("overage_minutes") or 0
    if not amount:
        return ""
    words = {"fee": formats.money(amount, terms["currency"]), "hours": formats.hours(minutes)}
    cost = (
        _("Work beyond the reserved time costs %(fee)s an hour and stands on the next invoice.")
        % words
    )
    if not minutes:
        return cost + " " + _("It begins when the client has approved it.")
    allowed = _(
        "The client permits up to %(hours)s of it in each period without being asked; more needs approval."
    )
    return cost + " " + allowed % words


def _dates(terms: dict[str, Any]) -> dict[str, Value]:
    once = terms["interval"] == Interval.ONCE
    return {
        "starts_on": formats.day(terms["starts_on"]),
        "term": " ".join(_term(terms)),
        "notice": _notice(terms["notice_days"]),
        "decision_day": formats.day(terms["ends_on"]) if once and terms["ends_on"] else "",
        "trial_measure": terms["trial_measure"] if terms.get("kind") == TextKind.TRIAL else "",
        "after_trial": _after_trial(terms),
    }


def _after_trial(terms: dict[str, Any]) -> str:
    """The tier that follows where both sides say so, and what becomes of the fee; empty: none was agreed."""
    tier = terms.get("next_tier")
    if not tier:
        return ""
    words = {"tier": tier["name"], "fee": formats.money(tier["amount"], terms["currency"])}
    words["hours"] = formats.hours(tier["minutes"])
    follows = _("the tier “%(tier)s” for %(fee)s every month") % words
    if tier["minutes"]:
        follows = _("the tier “%(tier)s” for %(fee)s every month, with %(hours)s") % words
    if terms.get("credits_trial"):
        return _("%(follows)s; the fee of this trial is credited to its first invoices") % {
            "follows": follows
        }
    return _("%(follows)s; the fee of this trial is not credited") % {"follows": follows}


def _notice(days: int) -> str:
    if not days:
        return _("at any time")
    return ngettext("with one day's notice", "with %(n)s days' notice", days) % {"n": days}


def _term(terms: dict[str, Any]) -> list[str]:
    """The minimum, the end, and what happens then; never empty."""
    words, months = [], terms["minimum_months"]
    if months:
        least = ngettext(
            "It runs for at least one month.", "It runs for at least %(n)s months.", months
        )
        words.append(least % {"n": months})
    if not terms["ends_on"]:
        return words or [_("It runs until one side ends it.")]
    day = {"day": formats.day(terms["ends_on"])}
    renews = terms.get("renews", Renews.NO)
    if renews == Renews.ALONE:
        months = terms["term_months"]
        words.append(_("Its term runs up to the start of %(day)s.") % day)
        again = ngettext(
            "It then renews by itself for one month at a time, unless one side says no in writing "
            "as long before as its notice is.",
            "It then renews by itself for %(n)s months at a time, unless one side says no in writing "
            "as long before as its notice is.",
            months,
        )
        words.append(again % {"n": months})
    else:
        words.append(
            _("It ends at the start of %(day)s, unless both sides sign a new one before.") % day
        )
    return words
