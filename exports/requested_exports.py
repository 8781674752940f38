"""Builds requested archives in a worker, emails that they are ready, and deletes expired ones."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement
from clients import sample_rules
from clients.models import Client
from core import links, nudge
from core.database.state_moves import move
from core.jobs import batches
from core.jobs.set_aside import Step
from core.models import Business, User
from core.outbox import emails
from core.safety import log
from core.storage import places
from exports import archive_contents
from exports.archive import Archive
from exports.models import Export, Scope
from exports.states import EXPORT, ExportState

DELETE = Step(
    "delete_exports",
    "exports.tasks.make_exports",
    gettext_lazy("Delete the expired export"),
    Export,
    title="business__name",
    page=("exports", "business_id"),
)
BUILD = Step(
    "make_exports",
    "exports.tasks.make_exports",
    gettext_lazy("Build the export"),
    Export,
    title="business__name",
    page=("exports", "business_id"),
)
LEASE = timedelta(hours=1)  # of a worker on an export
KEPT = timedelta(days=7)  # how long an archive can be downloaded
TRIES = 3
MOST_DOCUMENTS_AT_ONCE = 60  # documents, for an archive that is built while a person waits
MOST_TO_RENDER_AT_ONCE = 3  # of these, documents that must be rendered first


def request_export(
    *,
    business: Business,
    scope: Scope,
    now: datetime,
    client: Client | None = None,
    agreement: Agreement | None = None,
) -> Export:
    """Request an export; a request for the same thing that is still waiting is returned instead.

    Raises SampleClient.
    """
    if client:
        sample_rules.refuse(client)
    subject = agreement or client or business
    fields = {"scope": scope, "client": client, "agreement": agreement, "created_at": now}
    try:
        with transaction.atomic():
            export = Export.objects.create(business=business, subject_id=subject.pk, **fields)
    except IntegrityError:
        export = Export.objects.get(
            business=business, subject_id=subject.pk, state=ExportState.WAITING
        )
    nudge.ring("exports.tasks.make_exports")
    return export


def build_due(*, now: datetime) -> int:
    """Build the requested archives; return how many were built.

    A worker claims each export with a lease on its row.
    """
    rows = Export.objects.due(now).select_related("business__owner", "client", "agreement")
    return batches.run_rows(
        BUILD, rows.order_by("pk"), lambda row: _claim_and_build(row, now), now=now
    )


def _claim_and_build(export: Export, now: datetime) -> int:
    """Claim an export and build it; return 1, or 0 if another worker has it."""
    unclaimed = Export.objects.due(now).filter(pk=export.pk)
    if not unclaimed.update(lease_until=now + LEASE, tries=F("tries") + 1):
        return 0
    return _build_or_fail(export, now)


def build_agreement_archive(row: Agreement, now: datetime) -> IO[bytes] | None:
    """Return the archive of one agreement as a temporary file.

    None when building it would take too long for a request.
    """
    documents = list(archive_contents.documents_of(row, now))
    if (
        len(documents) > MOST_DOCUMENTS_AT_ONCE
        or sum(document.stored is None for document in documents) > MOST_TO_RENDER_AT_ONCE
    ):
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    with translation.override(row.business.language):
        archive = Archive(file, now=now)
        archive_contents.add_agreement(archive, row)
        archive.close(archive_contents.readme_text(row.title, now))
    file.seek(0)
    return file


def note_download(
    *, business: Business, title: str, once: str, person: User, by: log.By, now: datetime
) -> None:
    """Write that a person downloaded an archive; the first of each of them, of `once`, is emailed.

    `once` names the archive.
    """
    log.write(
        what="export_downloaded",
        person=business.owner,
        business=business,
        by=by,
        facts={"export": title},
        once=f"download:{once}:{person.pk.hex}",
        now=now,
    )


def open_archive(row: Export) -> Any:
    """Open an archive for reading; it is not among the documents, which are backed up.

    Raises FileNotFoundError.
    """
    return places.exports().open(row.file_name)


def _build_or_fail(export: Export, now: datetime) -> int:
    """Build an archive and return 1; after the last try, mark it as failed. Raises what failed.

    Returns 0 if the claim was ended meanwhile, because what is in the archive was erased.
    """
    try:
        return _build(export, now)
    except Exception:
        export.refresh_from_db()
        if export.tries >= TRIES:
            move(export, ExportState.FAILED, EXPORT, sets={"finished_at": now})
        raise


def _build(export: Export, now: datetime) -> int:
    """Write the file, then mark the export as ready: no row is ever ready without its file."""
    claimed = Export.objects.filter(
        pk=export.pk, state=ExportState.WAITING, lease_until=now + LEASE
    )
    exports = places.exports()
    with exports.fresh() as file:
        files = _fill(export, file, now)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        if not claimed.exists():
            return 0
        exports.put(file, export.file_name)
    fields = {
        "size": size,
        "sha256": digest,
        "done": files,
        "finished_at": now,
        "expires_at": now + KEPT,
    }
    with transaction.atomic():
        if not claimed.select_for_update().exists():
            exports.delete(export.file_name)
            return 0
        move(export, ExportState.READY, EXPORT, sets=fields)
        _email_owner(export, now)
    return 1


def _fill(export: Export, file: IO[bytes], now: datetime) -> int:
    """Write the archive; return the number of files in it."""
    with translation.override(export.business.language):
        archive = Archive(file, now=now, on_file=_progress_counter(export))
        if export.scope == Scope.AGREEMENT and export.agreement:
            archive_contents.add_agreement(archive, export.agreement)
        elif export.scope == Scope.CLIENT and export.client:
            archive_contents.add_client(archive, export.client)
        else:
            archive_contents.add_business(archive, export.business)
        archive.close(archive_contents.readme_text(str(export), now))
    return len(archive.entries)


def _progress_counter(export: Export) -> Callable[[], None]:
    """Return a function that stores the progress after every ten files."""
    count = 0

    def one_more() -> None:
        nonlocal count
        count += 1
        if count % 10 == 0:
            Export.objects.filter(pk=export.pk).update(done=count)

    return one_more


def _email_owner(export: Export, now: datetime) -> None:
    """Email the owner that the export is ready."""
    language = export.business.language
    with translation.override(language):
        paragraphs = [
            _("“%(what)s” is ready. Sign in to download it; it is kept for seven days.")
            % {"what": export}
        ]
        context = {
            "subject": _("Your export is ready"),
            "name": export.business.owner.get_short_name(),
            "paragraphs": paragraphs,
            "button": _("Open your exports"),
            "link": links.absolute_url("dashboard:exports"),
        }
    address = export.business.owner.email
    emails.write(
        kind="export",
        ref=str(export.pk),
        to=address,
        template="note",
        context=context,
        language=language,
        business=export.business,
        now=now,
    )


def delete_expired(*, now: datetime) -> int:
    """Delete expired archives, and temporary files of workers that were killed; return how many."""
    places.exports().clear_unfinished(before=now - 2 * LEASE)
    expired = Export.objects.filter(state=ExportState.READY, expires_at__lt=now)
    return batches.run_rows(DELETE, expired.order_by("pk"), _delete, now=now)


def delete_now(rows: QuerySet[Export]) -> None:
    """Delete archives before their time; what is being built is begun again."""
    rows.filter(state=ExportState.WAITING).update(lease_until=None)
    for export in rows.filter(state=ExportState.READY):
        _delete(export)


def _delete(export: Export) -> int:
    with transaction.atomic():  # an export whose file cannot be deleted is not gone
        move(export, ExportState.GONE, EXPORT)
        places.exports().delete(export.file_name)
    return 1
