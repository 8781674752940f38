"""Whether this installation may act, or must stand still because its database went back.

Each time something is about to leave the house (a charge, a number, an email), the mark in the
database grows and is then written outside it (core.continuity.outside). So the mark in the database
is never smaller than the one outside, unless the database went back. Then, and where no place
outside knows this installation (a copy on another machine), nothing is charged, issued or mailed
until a person says that this is the real one (`resume`).
"""

import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.continuity import outside
from core.continuity.outside import Mark, Store
from core.errors import StandsStill
from core.models import Business, Standing
from core.models.standing import Doubt

log = logging.getLogger(__name__)
_trying: ContextVar[bool] = ContextVar("trying", default=False)


def begin(*, now: datetime) -> None:
    """Make the row of a new database, and its mark outside.

    A database that is in use, but has no row (an older version's), takes its place unless an
    installation has already run here: then it was restored, and is in doubt.
    """
    places = outside.stores()
    with transaction.atomic():
        # The row is seen by others once its mark is outside, too.
        row, is_new = Standing.objects.get_or_create(pk=Standing.ONLY)
        if is_new and Business.objects.exists() and any(_marks(places)):
            _doubt(Doubt.BEHIND, now)
        elif is_new and places:
            _write(places, Mark(row.installation, row.value))


def advance(*, now: datetime) -> None:
    """Write down that something is about to leave the house; call it outside of transactions.

    Raises StandsStill if the installation is in doubt, and OSError if no place outside can be
    written.
    """
    places = outside.stores()
    if not places:
        return
    # Read before the row, which other processes move on meanwhile: it is never the smaller one.
    marks = _marks(places)
    with transaction.atomic():
        row = Standing.objects.select_for_update().filter(pk=Standing.ONLY).first()
        doubt = row.doubt or _what_is_wrong(row.installation, row.value, marks) if row else ""
        if row and not doubt:
            row.value, row.marked_at = row.value + 1, now
            row.save(update_fields=["value", "marked_at"])
    if row is None:
        begin(now=now)
        advance(now=now)
        return
    if doubt:
        # The last mark stays: it says since when the gateways are to be compared.
        if not row.doubt:
            _doubt(Doubt(doubt), now)
        raise StandsStill(sentence(doubt))
    _write(places, Mark(row.installation, row.value))


@contextmanager
def trying() -> Iterator[None]:
    """Let `require` refuse nothing: the caller only looks, and takes back all that it does."""
    token = _trying.set(True)
    try:
        yield
    finally:
        _trying.reset(token)


def require() -> None:
    """Raise StandsStill unless the installation may act; transactions may be open.

    Nothing is written, so a later call of `advance` decides whether the doubt stays.
    """
    places = outside.stores()
    if not places or _trying.get():
        return
    marks = _marks(places)
    row = Standing.objects.filter(pk=Standing.ONLY).first()
    if row and (row.doubt or _what_is_wrong(row.installation, row.value, marks)):
        raise StandsStill(sentence(row.doubt or Doubt.BEHIND))


def is_kept() -> bool:
    """Whether marks are kept outside the database; only tests do without."""
    return bool(outside.stores())


def suspect(*, now: datetime) -> None:
    """Put the installation in doubt: somebody outside knows what the database has lost."""
    if in_doubt() is None:
        _doubt(Doubt.BEHIND, now)


def doubt_statement(vendor: str, *, now: datetime) -> str:
    """Return the SQL that puts a database in doubt before it gets its place: it is restored."""
    moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    at = f"{moment}+00" if vendor == "postgresql" else moment
    new = uuid.uuid4()
    return (  # nothing in it was typed by a person
        "INSERT INTO core_standing "  # noqa: S608
        "(id, installation, value, doubt, doubted_at, differences, unread, resumed_by) "
        f"VALUES ({Standing.ONLY}, '{new if vendor == 'postgresql' else new.hex}', 0, "
        f"'{Doubt.BEHIND}', '{at}', '[]', '[]', '') "
        "ON CONFLICT (id) DO UPDATE SET doubt = excluded.doubt, doubted_at = excluded.doubted_at, "
        "compared_at = NULL, differences = excluded.differences, unread = excluded.unread"
    )


def in_doubt() -> Standing | None:
    """Return the row if the installation stands still."""
    return doubted().first()


def doubted() -> QuerySet[Standing]:
    """Return the row as a query, for those who ask several things at once."""
    return Standing.objects.filter(pk=Standing.ONLY).exclude(doubt=Doubt.NONE)


def ever_resumed() -> bool:
    """Whether the database went back at any time, and a person has gone on with it."""
    return Standing.objects.filter(pk=Standing.ONLY, resumed_at__isnull=False).exists()


def resumed_after(moment: datetime) -> bool:
    """Whether the database went back, and a person has gone on with it after that moment."""
    return Standing.objects.filter(pk=Standing.ONLY, resumed_at__gt=moment).exists()


def sentence(doubt: str) -> str:
    """Say in the active language why the installation stands still, and what to do."""
    why = Doubt(doubt).label
    todo = _(
        "Nothing is charged, issued or emailed until somebody has compared the database with "
        "the payment gateways and resumed work."
    )
    return f"{why} {todo}"


def keep_comparison(
    differences: Sequence[str], *, unread: Sequence[uuid.UUID] = (), now: datetime
) -> None:
    """Store what a comparison with the gateways has found, and whose gateway did not answer."""
    Standing.objects.filter(pk=Standing.ONLY).update(
        compared_at=now, differences=list(differences)[:200], unread=[str(pk) for pk in unread]
    )


def resume(*, actor: str, now: datetime) -> None:
    """Let this installation act again, on a person's word that it is the real one.

    It gets a new id, so that another copy that shares a place outside stands still from now on.
    """
    places = outside.stores()
    marks = [mark.value for mark in _marks(places) if mark]
    with transaction.atomic():
        row = Standing.objects.select_for_update().get(pk=Standing.ONLY)
        row.installation = uuid.uuid4()
        row.value = max([row.value, *marks]) + 1
        row.doubt, row.resumed_at, row.resumed_by = Doubt.NONE, now, actor[:200]
        # Until the commit the row is in doubt, so nobody takes the new mark for another's.
        _write(places, Mark(row.installation, row.value))
        row.save()


def _what_is_wrong(installation: uuid.UUID, value: int, marks: Sequence[Mark | None]) -> Doubt:
    known = [mark for mark in marks if mark]
    if any(mark.installation == installation and mark.value > value for mark in known):
        return Doubt.BEHIND
    if any(mark.installation != installation for mark in known):
        return Doubt.COPY
    # A database that has never acted may have been made elsewhere, as by a container that migrates.
    return Doubt.COPY if value and not known else Doubt.NONE


def _marks(places: Sequence[Store]) -> list[Mark | None]:
    """Return the mark of each place that answers; raise OSError if none does."""
    marks, failed = [], None
    for place in places:
        try:
            marks.append(place.read())
        except OSError as error:
            failed = error
    if failed and not marks:
        raise failed
    return marks


def _write(places: Sequence[Store], mark: Mark) -> None:
    outside.in_every(places, lambda place: place.write(mark))


def _doubt(doubt: Doubt, now: datetime) -> None:
    log.critical("This installation stands still: %s", doubt)
    Standing.objects.filter(pk=Standing.ONLY).update(
        doubt=doubt, doubted_at=now, compared_at=None, differences=[], unread=[]
    )
