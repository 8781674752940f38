"""The texts of the sample clients, in the active language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from clients.calls.call_notes import TYPED


@dataclass(frozen=True)
class Sample:
    """One sample client: who it is, and what was said in its call."""

    name: str
    person: str
    mailbox: str
    role: str
    source: str
    note: str
    notes: Mapping[str, Any] = field(default_factory=dict)
    objection: str = ""
    sections: Sequence[tuple[str, str]] = ()
    extra: str = ""
    added: str = ""


def title(client: str) -> str:
    """The title of a sample proposal."""
    return _("Retainer for %(client)s") % {"client": client}


def bakery() -> Sample:
    """A lead that has a call soon."""
    return Sample(
        name=_("Morning Bakery (sample)"),
        person=_("Anna Baker"),
        mailbox="anna",
        role=_("Owner"),
        source=_("Recommendation"),
        note=_("Two shops, opens a third one in spring. Posts now and then, without a plan."),
    )


def clinic() -> Sample:
    """A prospect after the call, with notes that fill a proposal."""
    typed: dict[str, Any] = dict.fromkeys(TYPED, "")
    typed |= {
        "needs": _("Articles that answer what patients ask, and a newsletter each month."),
        "goals": _("More first appointments through the website."),
        "kpis": [
            {
                "name": _("First appointments a month"),
                "unit": "",
                "kind": "conversion",
                "direction": "up",
                "baseline": "20",
                "target": "35",
            }
        ],
        "load": "20",
        "extras": _("A page for each treatment"),
        "outcome": "options",
        "next_step": _("Send three options"),
        "next_on": None,
    }
    return Sample(
        name=_("Harbour Clinic (sample)"),
        person=_("Daniel Reed"),
        mailbox="daniel",
        role=_("Managing director"),
        source=_("Website"),
        note=_("Decides with the head doctor. Wants one person who knows the practice."),
        notes=typed,
        objection=_("The agency before you was cheaper."),
    )


def tours() -> Sample:
    """A prospect with a proposal that is ready to be sent."""
    return Sample(
        name=_("Northern Tours (sample)"),
        person=_("Mia Lund"),
        mailbox="mia",
        role=_("Head of marketing"),
        source=_("Trade fair"),
        note=_("Season begins in May. Everything has to be ready by then."),
        sections=[
            (
                _("How we begin"),
                _("In the first week we look at last season together, and plan the first month."),
            )
        ],
        extra=_("A video each month"),
        added=_("An hour of advice each month"),
    )
