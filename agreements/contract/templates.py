"""A business's own texts: copied from a built-in one, changed pair by pair, and put away (rule 32)."""

import uuid
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from agreements.contract import library, wording
from agreements.contract.wording import LANGUAGES, Pair
from agreements.models import Template
from agreements.models.reusable import TextKind
from agreements.rules.errors import BadWording, NotOpen
from core.models import Business

MOST = 60  # clauses


def copy(*, business: Business, kind: TextKind, name: str, now: datetime) -> Template:
    """A text of one's own that begins as the built-in one."""
    return Template.objects.create(
        business=business, kind=kind, name=name, clauses=library.built_in(kind), created_at=now
    )


def change(
    *, template: Template, name: str, clauses: list[Pair], confirmed: set[str], version: int
) -> Template:
    """Save the pairs over `version`; `confirmed` are keys whose two sides were said to match.

    A pair of which one side alone was changed waits for the other one. Raises BadWording where a text can never be
    sent as it is, NotOpen where somebody saved in between.
    """
    check(clauses)
    before = {pair["key"]: pair for pair in template.clauses}
    kept = [
        {**pair, "waits": _waits(before.get(pair["key"]), pair, pair["key"] in confirmed)}
        for pair in clauses
    ]
    mine = Template.objects.filter(pk=template.pk, version=version)
    if not mine.update(name=name, clauses=kept, version=F("version") + 1):
        raise NotOpen(_("This template was changed meanwhile, in another tab say. Load it again."))
    template.refresh_from_db()
    return template


def retire(*, template: Template, now: datetime) -> None:
    """Offer it no longer; drafts that use it keep it."""
    Template.objects.filter(pk=template.pk, retired_at__isnull=True).update(retired_at=now)


def new_key() -> str:
    """What a clause of the business's own is known by."""
    return f"own-{uuid.uuid4().hex[:12]}"


def check(clauses: list[Pair]) -> None:
    """Raise BadWording where no proposal could ever be sent with these pairs."""
    if not 1 <= len(clauses) <= MOST:
        raise BadWording(_("A template has between 1 and %(n)s clauses.") % {"n": MOST})
    for pair in clauses:
        for said in faults(pair):
            named = {"clause": pair["en"]["title"] or pair["th"]["title"], "fault": said}
            raise BadWording(_("Clause “%(clause)s”: %(fault)s") % named)
    for language in LANGUAGES:
        if sum(len(pair[language]["text"]) for pair in clauses) > wording.LONGEST_TEXT:
            raise wording.too_long()


def faults(pair: Pair) -> list[str]:
    """What is amiss with a pair whatever the proposal; a side that is left empty altogether is for later."""
    sides = [pair[language] for language in LANGUAGES]
    written = [side for side in sides if side["title"].strip() or side["text"].strip()] or sides[:1]
    return list(dict.fromkeys(said for side in written for said in wording.side_faults(side)))


def _waits(before: Pair | None, now: Pair, confirmed: bool) -> str:
    """The language to confirm; none where both sides were changed, or said to match, or one is empty."""
    if confirmed or not all(now[language]["text"] for language in LANGUAGES):
        return ""
    changed = [
        language for language in LANGUAGES if before is None or before[language] != now[language]
    ]
    if len(changed) != 1:
        return "" if changed or before is None else str(before["waits"])
    other = next(language for language in LANGUAGES if language != changed[0])
    return "" if before and before["waits"] == changed[0] else other
