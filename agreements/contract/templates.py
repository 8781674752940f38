"""A business's agreement templates: copied from a built-in text, changed, archived (rule 32)."""

import uuid
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from agreements.contract import library, wording
from agreements.contract.wording import ClausePair, side
from agreements.models import Template
from agreements.models.reusable import TextKind
from agreements.rules.errors import BadWording, NotOpen
from core.languages import DEFAULT, LANGUAGES
from core.models import Business

MOST_CLAUSES = 60  # clauses of one template


def copy(*, business: Business, kind: TextKind, name: str, now: datetime) -> Template:
    """Create a template that starts as a copy of the built-in text of this kind."""
    return Template.objects.create(
        business=business, kind=kind, name=name, clauses=library.built_in(kind), created_at=now
    )


def change(
    *, template: Template, name: str, clauses: list[ClausePair], confirmed: set[str], version: int
) -> Template:
    """Save the name and the clauses of a template over its version `version`.

    `confirmed` are the keys of clauses whose languages the person has confirmed to match. A
    clause that was changed in one language only then waits for the others to be confirmed.
    Raises BadWording where the text could never be sent, and NotOpen where someone else has saved a
    newer version.
    """
    require_sendable(clauses)
    before = {pair["key"]: pair for pair in template.clauses}
    stored = [
        {
            **pair,
            "waits": _unconfirmed(before.get(pair["key"]), pair, pair["key"] in confirmed),
        }
        for pair in clauses
    ]
    unchanged = Template.objects.filter(pk=template.pk, version=version)
    if not unchanged.update(name=name, clauses=stored, version=F("version") + 1):
        raise NotOpen(
            _("This template was changed in another tab in the meantime. Please reload it.")
        )
    template.refresh_from_db()
    return template


def missing(template: Template) -> list[ClausePair]:
    """The clauses of the built-in text of this kind that the template does not have."""
    there = {pair["key"] for pair in template.clauses}
    return [pair for pair in library.built_in(TextKind(template.kind)) if pair["key"] not in there]


def add_missing(*, template: Template) -> Template:
    """Add the built-in clauses that the template does not have, each after the one it follows.

    Raises BadWording where the text becomes too long, and NotOpen where someone else has saved a
    newer version.
    """
    clauses, before = list(template.clauses), ""
    for pair in library.built_in(TextKind(template.kind)):
        keys = [row["key"] for row in clauses]
        if pair["key"] not in keys:
            clauses.insert(keys.index(before) + 1 if before in keys else 0, pair)
        before = pair["key"]
    return change(
        template=template,
        name=template.name,
        clauses=clauses,
        confirmed=set(),
        version=template.version,
    )


def archive(*, template: Template, now: datetime) -> None:
    """Archive a template: it is no longer offered, and drafts that use it keep it."""
    Template.objects.filter(pk=template.pk, retired_at__isnull=True).update(retired_at=now)


def new_key() -> str:
    """A new key for a clause that a business writes itself."""
    return f"own-{uuid.uuid4().hex[:12]}"


def require_sendable(clauses: list[ClausePair]) -> None:
    """Raise BadWording where no proposal could ever be sent with these clauses."""
    if not 1 <= len(clauses) <= MOST_CLAUSES:
        raise BadWording(_("A template has between 1 and %(n)s clauses.") % {"n": MOST_CLAUSES})
    for pair in clauses:
        for fault in clause_faults(pair):
            facts = {"clause": wording.title_of(pair, DEFAULT), "fault": fault}
            raise BadWording(_("Clause “%(clause)s”: %(fault)s") % facts)
    for language in LANGUAGES:
        if sum(len(side(pair, language)["text"]) for pair in clauses) > wording.LONGEST_TEXT:
            raise wording.too_long()


def clause_faults(pair: ClausePair) -> list[str]:
    """What is wrong with a clause in any proposal, as sentences.

    A language that is still completely empty is not a fault: it can be written later.
    """
    sides = [side(pair, language) for language in LANGUAGES]
    written = [one for one in sides if one["title"].strip() or one["text"].strip()] or sides[:1]
    return list(dict.fromkeys(fault for one in written for fault in wording.side_faults(one)))


def _unconfirmed(before: ClausePair | None, now: ClausePair, confirmed: bool) -> str:
    """The languages of a clause that still have to be confirmed, separated by spaces, or "".

    Nothing has to be confirmed where the person has confirmed it, where the clause is new
    (`before` is None), or where it is written in one language only. Changing a language that was
    still to be confirmed counts as confirming it; after any other change every language that was
    not changed has to be confirmed.
    """
    written = [language for language in LANGUAGES if side(now, language)["text"]]
    if confirmed or before is None or len(written) < 2:
        return ""
    changed = {code for code in written if side(before, code) != side(now, code)}
    waited = set(before["waits"].split())
    waits = waited - changed if changed <= waited else set(written) - changed
    return " ".join(language for language in written if language in waits)
