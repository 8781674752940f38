"""The values of the {{variables}} in an agreement's text, from its frozen tier and terms.

All functions write in the active language. `tier` and `terms` are the JSON of
agreements.contract.frozen_terms; terms of older agreements may lack keys that were added later.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.contract import governing_laws
from agreements.models import interval_words
from agreements.models.proposal import TRANSFER_DAYS
from agreements.models.reusable import TextKind
from agreements.rules import in_words
from agreements.rules.intervals import Interval
from agreements.rules.terms import CollectBy, Renews, Rollover, Unreviewed
from core import formats
from core.models.tax_rate import TaxMode
from core.places import countries, public_holidays
from core.texts.placeholders import Value

#: Countries whose name needs an article in English: "the law of the United States".
COUNTRIES_WITH_ARTICLE = frozenset(
    (
        "AE",
        "AU-ACT",
        "AU-NT",
        "BS",
        "CA-NT",
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
        "US-DC",
        "VG",
    )
)
#: Variables that some clause must print if the proposal gives them a value.
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
    """Every variable that a text may use, with its meaning, for people who write templates."""
    return {
        "provider": _("your business, as on documents"),
        "client": _("the client, as on documents"),
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
        "working_days": _("which days are working days"),
        "report": _("when a period's report comes, and what happens if it was not reviewed"),
        "starts_on": _("the first day"),
        "term": _("minimum term, end and renewal"),
        "notice": _("the notice period"),
        "decision_day": _("a trial's decision day, or the day when one-time work is done"),
        "trial_measure": _("when a trial is a success"),
        "after_trial": _(
            "the tier that was agreed for after a trial, and whether its fee is credited"
        ),
        "kpis": _("list: goals and measures"),
        "expectations": _("list: what the client provides"),
        "value_adds": _("list: what is added for a time"),
        "competitors": _("list: competitors you will not work for"),
        "governing_law": _("the country or state whose law applies"),
        "prevailing_language": _("the language that counts where both differ"),
    }


def values(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    """The value of every variable; empty where it does not apply to this tier and these terms.

    Besides the variables of `meanings` there is `service_<key>`, on which the clause of that kind
    of work depends.
    """
    result: dict[str, Value] = {
        "provider": terms["seller"]["legal_name"],
        "client": terms["buyer"]["legal_name"],
        "client_signer": terms["buyer"]["signer"],
        "tier": tier["name"],
        "services": [*tier["lines"], *_deliverables(tier), *extras(tier, terms)],
        "deliverables": _deliverables(tier),
        "response_time": _response_time(tier["response_hours"]),
        "working_days": _working_days(terms.get("holidays") or {}),
        "report": _report(terms),
        **_money_values(tier, terms),
        **_time_values(tier, terms),
        **_date_values(terms),
        **{name: terms.get(name) or [] for name in ("kpis", "expectations", "competitors")},
        "value_adds": [_value_add(value_add) for value_add in terms.get("value_adds") or []],
        "governing_law": law(terms.get("governing_law") or ""),
        "prevailing_language": (
            formats.language_name(terms["language"]) if terms.get("is_bilingual") else ""
        ),
    }
    if terms.get("service"):
        result[f"service_{terms['service']}"] = terms["service"]
    return result


def law(code: str) -> str:
    """Whose law applies, by its code (governing_laws), with an article; "" for no code."""
    name = governing_laws.name(code)
    if name and code in COUNTRIES_WITH_ARTICLE:
        # Translators: a country whose English name has an article; leave "the" out otherwise.
        return _("the %(country)s") % {"country": name}
    return name


def _deliverables(tier: dict[str, Any]) -> list[str]:
    return [f"{item['promised']} × {item['title']}" for item in tier["deliverables"]]


def extras(tier: dict[str, Any], terms: dict[str, Any]) -> list[str]:
    """What the client added to the tier, with what each costs and when."""
    sentences = {
        True: _("%(title)s: %(amount)s, once, with the first invoice"),
        False: _("%(title)s: %(amount)s, which the fee contains"),
    }
    return [
        sentences[row["once"]]
        % {"title": row["title"], "amount": formats.money(row["amount"], terms["currency"])}
        for row in tier.get("extras", [])
    ]


def _value_add(value_add: dict[str, Any]) -> str:
    return _("%(what)s, until %(day)s") % {
        "what": value_add["title"],
        "day": formats.day(value_add["ends_on"]),
    }


def _response_time(hours: int) -> str:
    return ngettext("within one working hour", "within %(n)s working hours", hours) % {"n": hours}


def _working_days(holidays: dict[str, str]) -> str:
    """The working days; `holidays` says whose public holidays are none, if any."""
    if not holidays:
        return _("Monday to Friday, public holidays included")
    place = countries.names().get(holidays["country"], holidays["country"])
    if holidays["country"] in COUNTRIES_WITH_ARTICLE:
        place = _("the %(country)s") % {"country": place}
    if part := public_holidays.parts(holidays["country"]).get(holidays["part"]):
        place = f"{place} ({part})"
    return _("Monday to Friday, except public holidays in %(place)s") % {"place": place}


def _report(terms: dict[str, Any]) -> str:
    """When the report of a period is due, and whether it may come without commentary (rule 40).

    Empty for terms that do not mention reports.
    """
    days = terms.get("report_days")
    if not days:
        return ""
    due = ngettext("within one day of its end", "within %(n)s days of its end", days) % {"n": days}
    if terms.get("report_unreviewed") == Unreviewed.WAIT:
        return due
    return _("%(within)s, if need be with the numbers alone") % {"within": due}


def _money_values(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    return {
        "fee": formats.money(tier["amount"], terms["currency"]),
        "fee_in_words": in_words.amount(tier["amount"], terms["currency"], formats.language().code),
        "rhythm": interval_words.rhythm(Interval(terms["interval"])),
        "tax": " ".join(_tax(terms["tax"])),
        "payment": _payment(terms),
    }


def _tax(tax: dict[str, Any]) -> list[str]:
    """Sentences about the tax that is added or included, and about withholding."""
    is_included = tax["mode"] == TaxMode.INCLUSIVE
    sentences = [
        (
            _("%(name)s of %(percent)s is included.")
            if is_included
            else _("%(name)s of %(percent)s is added.")
        )
        % {"name": rate["name"], "percent": formats.percent(rate["percent"])}
        for rate in tax["rates"]
    ]
    if tax["mode"] == TaxMode.REVERSE:
        sentences.append(_("The client accounts for the tax (reverse charge)."))
    elif not sentences:
        sentences.append(_("No tax is added."))
    if _is_positive(tax["withholding_percent"]):
        percent = {"percent": formats.percent(tax["withholding_percent"])}
        sentences.append(
            _(
                "The client may withhold %(percent)s of the fee before tax and sends the "
                "certificate for it."
            )
            % percent
        )
    return sentences


def _is_positive(percent: str) -> bool:
    """Whether a stored percentage, such as "3" or "0.00", is above zero."""
    return percent.strip("0.") != ""


def _payment(terms: dict[str, Any]) -> str:
    """How and when the fee is paid (rule 20)."""
    if terms["collect_by"] == CollectBy.TRANSFER:
        return _(
            "An invoice is sent on the first day of each paid span and is paid by bank transfer "
            "within %(n)s days."
        ) % {"n": TRANSFER_DAYS}
    if terms["interval"] == Interval.ONCE:
        return _("It is charged once to the client's saved payment method.")
    if terms["interval"] == Interval.MONTHLY:
        return _(
            "It is charged automatically to the client's saved payment method on day %(day)s of "
            "the month, or on the month's last day where the month is shorter. A receipt follows "
            "every charge."
        ) % {"day": date.fromisoformat(terms["starts_on"]).day}
    return _(
        "It is charged automatically to the client's saved payment method on the first day of "
        "each paid period. A receipt follows every charge."
    )


def _time_values(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Value]:
    return {
        "hours": formats.hours(tier["minutes"]) if tier["minutes"] else "",
        "rollover": _rollover(terms),
        "overage": _overage(terms),
    }


def _rollover(terms: dict[str, Any]) -> str:
    """What happens to unused time, and to time that was used beyond the allowance (rule 25)."""
    if terms["rollover"] == Rollover.NONE:
        return _("Time that is not used ends with its period.")
    figures = {"percent": terms["rollover_percent"], "n": terms["rollover_periods"]}
    sentence = ngettext(
        "Time that is not used carries over into the next period, up to %(percent)s percent of "
        "a period's time, and ends there.",
        "Time that is not used may be used in the next %(n)s periods, up to %(percent)s percent "
        "of a period's time.",
        figures["n"],
    )
    sentence = sentence % figures
    if terms["rollover"] == Rollover.BOTH:
        sentence += " " + _(
            "Time that was used beyond it, and is not paid separately, is deducted from the "
            "next period's time."
        )
    return sentence


def _overage(terms: dict[str, Any]) -> str:
    """The fee for work beyond the allowance, and how much of it is approved already (rule 27).

    Empty where no such fee was agreed.
    """
    amount, minutes = terms.get("overage_amount") or 0, terms.get("overage_minutes") or 0
    if not amount:
        return ""
    figures = {"fee": formats.money(amount, terms["currency"]), "hours": formats.hours(minutes)}
    cost = (
        _("Work beyond the reserved time costs %(fee)s an hour and is billed on the next invoice.")
        % figures
    )
    if not minutes:
        return cost + " " + _("It begins when the client has approved it.")
    permission = _(
        "The client permits up to %(hours)s of it in each period without being asked; more needs "
        "approval."
    )
    return cost + " " + permission % figures


def _date_values(terms: dict[str, Any]) -> dict[str, Value]:
    is_once = terms["interval"] == Interval.ONCE
    return {
        "starts_on": formats.day(terms["starts_on"]),
        "term": " ".join(_term(terms)),
        "notice": _notice(terms["notice_days"]),
        "decision_day": formats.day(terms["ends_on"]) if is_once and terms["ends_on"] else "",
        "trial_measure": terms["trial_measure"] if terms.get("kind") == TextKind.TRIAL else "",
        "after_trial": _after_trial(terms),
    }


def _after_trial(terms: dict[str, Any]) -> str:
    """The tier that was agreed for after a trial, and whether the trial's fee is credited.

    Empty where none was agreed.
    """
    tier = terms.get("next_tier")
    if not tier:
        return ""
    facts = {"tier": tier["name"], "fee": formats.money(tier["amount"], terms["currency"])}
    facts["hours"] = formats.hours(tier["minutes"])
    follows = _("the tier “%(tier)s” for %(fee)s every month") % facts
    if tier["minutes"]:
        follows = _("the tier “%(tier)s” for %(fee)s every month, with %(hours)s") % facts
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
    """Sentences about the minimum term, the end and the renewal; at least one."""
    sentences, months = [], terms["minimum_months"]
    if months:
        minimum = ngettext(
            "It runs for at least one month.", "It runs for at least %(n)s months.", months
        )
        sentences.append(minimum % {"n": months})
    if not terms["ends_on"]:
        return sentences or [_("It runs until one side ends it.")]
    day = {"day": formats.day(terms["ends_on"])}
    renews = terms.get("renews", Renews.NO)
    if renews == Renews.ALONE:
        months = terms["term_months"]
        sentences.append(_("Its term runs up to the start of %(day)s.") % day)
        renewal = ngettext(
            "It then renews automatically for one month at a time, unless one side objects in "
            "writing at least its notice period before the end.",
            "It then renews automatically for %(n)s months at a time, unless one side objects "
            "in writing at least its notice period before the end.",
            months,
        )
        sentences.append(renewal % {"n": months})
    else:
        sentences.append(
            _("It ends at the start of %(day)s, unless both sides sign a new one before.") % day
        )
    return sentences
