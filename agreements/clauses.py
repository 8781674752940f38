"""The agreement's text: numbered clauses made from the frozen terms, in the language that is active."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Agreement
from agreements.models.proposal import TRANSFER_DAYS, CollectBy
from agreements.schedule import Interval
from clients.models.tax_rate import TaxMode
from core.templatetags import rh

CONSENT_VERSION = "2026-11"


def consent_text() -> str:
    """What a signer agrees to by ticking the box; its version is kept with the signature."""
    return _(
        "I have read the agreement, I may sign for this company, and I agree to sign it electronically. "
        "My typed name has the same meaning as my handwritten one."
    )


def clauses(agreement: Agreement) -> list[dict[str, Any]]:
    """Number, title, body and list items of every clause, in order."""
    made = [
        _services(agreement),
        _fee(agreement),
        _trial(agreement) if agreement.is_trial else _term(agreement),
        _time(agreement),
        _response(agreement),
        {"title": _("Ownership"), "body": _ownership()},
        {"title": _("Confidentiality"), "body": _confidentiality()},
        {"title": _("Electronic signature"), "body": _signature()},
    ]
    return [{"number": number, "items": [], **clause} for number, clause in enumerate(made, start=1)]


def fee_words(agreement: Agreement) -> str:
    """The fee and how often: "$3,000 every month"."""
    sums = {"fee": rh.money(agreement.amount, agreement.currency)}
    return {
        Interval.MONTHLY: _("%(fee)s every month"),
        Interval.QUARTERLY: _("%(fee)s every quarter"),
        Interval.YEARLY: _("%(fee)s every year"),
        Interval.ONCE: _("%(fee)s once"),
    }[Interval(agreement.interval)] % sums


def _services(agreement: Agreement) -> dict[str, Any]:
    counts = [f"{item['promised']} × {item['title']}" for item in agreement.tier["deliverables"]]
    return {
        "title": _("Services"),
        "body": _("The provider delivers the tier “%(tier)s”, which contains:") % {"tier": agreement.tier["name"]},
        "items": [*agreement.tier["lines"], *counts],
    }


def _tax(agreement: Agreement) -> list[str]:
    """What is added, what is inside, or why there is none; and what the client may withhold."""
    words = []
    for rate in agreement.taxes:
        tax = {"name": rate["name"], "percent": rh.percent(rate["percent"])}
        inside = agreement.tax_mode == TaxMode.INCLUSIVE
        words.append(
            (_("%(name)s of %(percent)s is included.") if inside else _("%(name)s of %(percent)s is added.")) % tax
        )
    if agreement.tax_mode == TaxMode.REVERSE:
        words.append(_("The client accounts for the tax (reverse charge)."))
    if agreement.withholding_percent:
        percent = {"percent": rh.percent(agreement.withholding_percent)}
        words.append(
            _("The client may withhold %(percent)s of the fee before tax and sends the certificate for it.") % percent
        )
    return words


def _fee(agreement: Agreement) -> dict[str, Any]:
    body = [_("The fee is %(fee)s, paid in advance.") % {"fee": fee_words(agreement)}]
    body += _tax(agreement)
    if agreement.collect_by == CollectBy.TRANSFER:
        body.append(
            _("An invoice is sent on the first day of each paid span and is paid by bank transfer within %(n)s days.")
            % {"n": TRANSFER_DAYS}
        )
    elif agreement.is_trial:
        body.append(_("It is charged once to the client's saved payment method."))
    else:
        body.append(
            _(
                "It is charged automatically to the client's saved payment method on day %(day)s of the month, "
                "or on the month's last day where the month is shorter. A receipt follows every charge."
            )
            % {"day": agreement.anchor_day}
        )
    return {"title": _("Fee and payment"), "body": " ".join(body)}


def _term(agreement: Agreement) -> dict[str, Any]:
    body = [_("The agreement begins on %(day)s.") % {"day": rh.day(agreement.starts_on)}]
    if agreement.minimum_months:
        body.append(
            ngettext(
                "It runs for at least one month.",
                "It runs for at least %(n)s months.",
                agreement.minimum_months,
            )
            % {"n": agreement.minimum_months}
        )
    if agreement.terms["ends_on"]:
        body.append(
            _("It ends at the start of %(day)s, unless both sides sign a new one before.")
            % {"day": rh.day(agreement.terms["ends_on"])}
        )
    body.append(
        _("Either side may end it in writing with %(n)s days' notice to the end of a paid period.")
        % {"n": agreement.notice_days}
    )
    return {"title": _("Term and notice"), "body": " ".join(body)}


def _trial(agreement: Agreement) -> dict[str, Any]:
    body = [_("This is a paid trial that begins on %(day)s.") % {"day": rh.day(agreement.starts_on)}]
    if agreement.terms["ends_on"]:
        body.append(_("Both sides decide by %(day)s.") % {"day": rh.day(agreement.terms["ends_on"])})
    if agreement.terms["trial_measure"]:
        body.append(_("It succeeds when: %(measure)s.") % {"measure": agreement.terms["trial_measure"]})
    body.append(_("It does not turn into a retainer by itself: that needs a new signature."))
    return {"title": _("Trial and decision"), "body": " ".join(body)}


def _time(agreement: Agreement) -> dict[str, Any]:
    body = _("%(hours)s are reserved for the client in each period.") % {"hours": rh.hours(agreement.minutes)}
    if agreement.rollover == "none":
        body += " " + _("Time that is not used ends with its period.")
    else:
        body += " " + _("Time that is not used goes on into the next period, up to a quarter of it, and ends there.")
    return {
        "title": _("Reserved time"),
        "body": body + " " + _("More work needs the client's approval first."),
    }


def _response(agreement: Agreement) -> dict[str, Any]:
    hours = agreement.tier["response_hours"]
    body = ngettext(
        "The provider answers within one working hour.",
        "The provider answers within %(n)s working hours.",
        hours,
    ) % {"n": hours}
    return {"title": _("Answers"), "body": body}


def _ownership() -> str:
    return _("What is delivered and paid for belongs to the client. The provider keeps its methods and tools.")


def _confidentiality() -> str:
    return _("Both sides keep to themselves what they learn about the other's business, also after the end.")


def _signature() -> str:
    return _(
        "This agreement is signed with a simple electronic signature. The platform seals the signed file, so that "
        "any later change to it can be detected."
    )
