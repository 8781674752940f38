"""The table above the clauses of an agreement: its labels and the picked tier, in each language."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import variables, wording


def cover_context(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Any]:
    """The labels by name, and the table's rows as pairs of a label and its values.

    In a bilingual agreement labels are joined with a slash and a row has a value for each language;
    what is the same in both languages is printed once.
    """
    sides = [_side(language, tier, terms) for language in wording.languages(terms)]
    labels = {name: _joined([side[0][name] for side in sides]) for name in sides[0][0]}
    rows = zip(*(side[1] for side in sides), strict=True)
    return {
        "labels": labels,
        "rows": [(_joined([cell[0] for cell in row]), _distinct(row)) for row in rows],
    }


def _side(
    language: str, tier: dict[str, Any], terms: dict[str, Any]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The labels and the rows in one language, without the rows that have no value."""
    with translation.override(language):
        labels = {
            "agreement": _("Agreement"),
            "provider": _("Service provider"),
            "client": _("Client"),
            "tax_id": _("Tax id"),
        }
        return labels, [row for row in _rows(tier, terms) if row[1]]


def _rows(tier: dict[str, Any], terms: dict[str, Any]) -> list[tuple[str, str]]:
    """The picked tier: its name, fee, included time, deliverables, response time and start."""
    values = variables.values(tier, terms)
    fee = _("%(fee)s %(rhythm)s (%(words)s)")
    deliverables = values["deliverables"]
    return [
        (_("Tier"), f"{tier['name']} · {tier['tagline']}" if tier["tagline"] else tier["name"]),
        (
            _("Fee"),
            fee
            % {"fee": values["fee"], "rhythm": values["rhythm"], "words": values["fee_in_words"]},
        ),
        (_("Included time"), str(values["hours"])),
        (_("Deliverables"), ", ".join(deliverables) if isinstance(deliverables, list) else ""),
        (_("Extras"), ", ".join(variables.extras(tier, terms))),
        (_("Response time"), str(values["response_time"])),
        (_("Starts"), str(values["starts_on"])),
    ]


def _joined(words: list[str]) -> str:
    return " / ".join(dict.fromkeys(words))


def _distinct(row: tuple[tuple[str, str], ...]) -> list[str]:
    return list(dict.fromkeys(value for _label, value in row))
