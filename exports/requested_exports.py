"""Archives that take long: asked for, made by a worker, offered with a letter, and taken away after some days."""

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Agreement
from clients.models import Client
from core import nudge
from core.database.state_moves import move
from core.models import Business
from core.outbox import emails
from exports import bundle
from exports.archive import Archive
from exports.models import Export, Scope
from exports.states import EXPORT, ExportState

log = logging.getLogger(__name__)
LEASE = timedelta(hours=1)
KEPT = timedelta(days=7)
TRIES = 3
SMALL = 60  # papers that are put together while a person waits
TO_PRINT = 3  # of them, that must be printed first


def ask(
    *,
    business: Business,
    scope: Scope,
    now: datetime,
    client: Client | None = None,
    agreement: Agreement | None = None,
) -> Export:
    """Have one made; the same one that is still being made is not begun twice."""
    subject = agreement or client or business
    about = {"scope": scope, "client": client, "agreement": agreement, "created_at": now}
    try:
        with transaction.atomic():
            row = Export.objects.create(business=business, subject_id=subject.pk, **about)
    except IntegrityError:
        row = Export.objects.get(
            business=business, subject_id=subject.pk, state=ExportState.WAITING
        )
    nudge.ring("exports.tasks.make_exports")
    return row


def make_due(*, now: datetime) -> int:
    """Make what was asked for, each claimed by its row; the number made. What is kept long enough is taken away."""
    _forget(now)
    made = 0
    for row in Export.objects.due(now).select_related("business__owner", "client", "agreement"):
        if (
            Export.objects.due(now)
            .filter(pk=row.pk)
            .update(lease_until=now + LEASE, tries=F("tries") + 1)
        ):
            made += _try(row, now)
    return made


def agreement_now(row: Agreement, now: datetime) -> IO[bytes] | None:
    """The archive of one agreement at once, as a file without a name; None where it takes too long for that."""
    papers = list(bundle.papers_of(row, now))
    if len(papers) > SMALL or sum(paper.made is None for paper in papers) > TO_PRINT:
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with translation.override(row.business.language):
        archive = Archive(file, now=now)
        bundle.agreement(archive, row)
        archive.close(bundle.readme(row.title, now))
    file.seek(0)
    return file


def path(row: Export) -> Path:
    """Where its archive is kept: not among the papers, so that no backup grows by it."""
    return Path(settings.RH_VAR_DIR) / "exports" / row.file_name


def _try(row: Export, now: datetime) -> int:
    try:
        _make(row, now)
    except Exception:  # whatever it is, the others are made
        log.exception("Export %s could not be made.", row.pk)
        row.refresh_from_db()
        if row.tries >= TRIES:
            move(row, ExportState.FAILED, EXPORT, sets={"finished_at": now})
        return 0
    return 1


def _make(row: Export, now: datetime) -> None:
    """The file first, then the row that leads to it: never a row without its file."""
    place = path(row)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix="making-", delete=False) as file:
        try:
            files = _fill(row, file, now)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(place)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    with place.open("rb") as done:
        digest = hashlib.file_digest(done, "sha256").hexdigest()
    sets = {
        "size": place.stat().st_size,
        "sha256": digest,
        "done": files,
        "finished_at": now,
        "expires_at": now + KEPT,
    }
    with transaction.atomic():
        move(row, ExportState.READY, EXPORT, sets=sets)
        _mail(row, now)


def _fill(row: Export, file: IO[bytes], now: datetime) -> int:
    """Write it; the number of files in it."""
    with translation.override(row.business.language):
        archive = Archive(file, now=now, on_file=_counter(row))
        if row.scope == Scope.AGREEMENT and row.agreement:
            bundle.agreement(archive, row.agreement)
        elif row.scope == Scope.CLIENT and row.client:
            bundle.client(archive, row.client)
        else:
            bundle.everything(archive, row.business)
        archive.close(bundle.readme(str(row), now))
    return len(archive.entries)


def _counter(row: Export) -> Callable[[], None]:
    """Writes down how far it is, every ten files."""
    count = 0

    def one_more() -> None:
        nonlocal count
        count += 1
        if count % 10 == 0:
            Export.objects.filter(pk=row.pk).update(done=count)

    return one_more


def _mail(row: Export, now: datetime) -> None:
    language = row.business.language
    with translation.override(language):
        said = [
            _("“%(what)s” is ready. Log in to fetch it; it is kept for seven days.") % {"what": row}
        ]
        context = {
            "subject": _("Your export is ready"),
            "name": row.business.owner.get_short_name(),
            "paragraphs": said,
            "button": _("To the exports"),
            "link": str(settings.SITE_URL).rstrip("/") + settings.EXPORTS_PATH,
        }
    to = row.business.owner.email
    emails.write(
        kind="export",
        ref=str(row.pk),
        to=to,
        template="note",
        context=context,
        language=language,
        business=row.business,
        now=now,
    )


def _forget(now: datetime) -> None:
    """Take away what is over, and what workers that were killed have left."""
    for row in Export.objects.filter(state=ExportState.READY, expires_at__lt=now):
        move(row, ExportState.GONE, EXPORT)
        path(row).unlink(missing_ok=True)
    for left in (Path(settings.RH_VAR_DIR) / "exports").glob("making-*"):
        if left.stat().st_mtime < (now - 2 * LEASE).timestamp():
            left.unlink(missing_ok=True)
