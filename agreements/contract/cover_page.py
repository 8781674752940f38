"""What stands above an agreement's clauses: its labels and the table of what was picked, in each of its languages."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from agreements.contract import variables, wording


def cover(tier: dict[str, Any], terms: dict[str, Any]) -> dict[str, Any]:
    """Labels by name and the table's rows; where a bilingual text says the same twice it stands there once."""
    spoken = [_in(language, tier, terms) for language in wording.languages(terms)]
    labels = {name: _both([side[0][name] for side in spoken]) for name in spoken[0][0]}
    rows = zip(*(side[1] for side in spoken), strict=True)
    return {
        "labels": labels,
        "rows": [(_both([one[0] for one in row]), _once(row)) for row in rows],
    }


def _in(
    language: str, tier: dict[str, Any], terms: dict[str, Any]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    with translation.override(language):
        labels = {
            "agreement": _("Agreement"),
            "provider": _("Service provider"),
            "client": _("Client"),
            "tax_id": _("Tax id"),
        }
        return labels, [row for row in _rows(tier, terms) if row[1]]


def _rows(tier: dict[str, Any], terms: dict[str, Any]) -> list[tuple[str, str]]:
    """What was picked: its name, fee, time, deliverables and days; empty ones are left out above."""
    said = variables.values(tier, terms)
    fee = _("%(fee)s %(rhythm)s (%(words)s)")
    counted = said["deliverables"]
    return [
        (_("Tier"), f"{tier['name']} · {tier['tagline']}" if tier["tagline"] else tier["name"]),
        (
            _("Fee"),
            fee % {"fee": said["fee"], "rhythm": said["rhythm"], "words": said["fee_in_words"]},
        ),
        (_("Included time"), str(said["hours"])),
        (_("Deliverables"), ", ".join(counted) if isinstance(counted, list) else ""),
        (_("Answers"), str(said["response_time"])),
        (_("Starts"), str(said["starts_on"])),
    ]


def _both(words: list[str]) -> str:
    return " / ".join(dict.fromkeys(words))


def _once(row: tuple[tuple[str, str], ...]) -> list[str]:
    return list(dict.fromkeys(value for _label, value in row))
