"""Imports time from another tracker: reads a file, previews it, writes or undoes its entries.

Entries are made by the rules of delivery.hours.period_for_day, as if a person had typed them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement
from agreements.rules.states import RUNNING_STATES, AgreementState
from agreements.running.periods import open_due
from core.database.state_moves import move
from core.documents import glyphs
from core.errors import NotAllowedNow
from core.models import Business
from delivery.hours import time_log
from delivery.models import Report, TimeEntry, TimeImport
from delivery.rules.errors import BadExport, NoPeriod
from delivery.rules.states import TIME_IMPORT, ReportState, TimeImportState
from delivery.trackers import time_cells, time_csv, time_names
from delivery.trackers.import_preview import LEFT_OUT, ImportPreview, preview_lines
from delivery.trackers.time_csv import Line, Reason, Unreadable
from delivery.trackers.time_names import KnownAgreement

BATCH = 500


def read_export(
    *, business: Business, file_name: str, data: bytes, actor: str, now: datetime
) -> TimeImport:
    """Read an export and guess whose time it is; no entry is written yet.

    Raises BadExport with the reason.
    """
    try:
        export = time_csv.read_lines(data)
    except Unreadable as error:
        raise BadExport(_why(error.reason), field="file") from None
    lines = [_printable(line) for line in export.lines]
    open_due(now=now, only=business)
    return TimeImport.objects.create(
        business=business,
        file_name=glyphs.printable(file_name)[-160:] or "csv",
        source=export.source,
        encoding=export.encoding,
        sha256=sha256(data).hexdigest(),
        rows=[asdict(line) for line in lines],
        places=_guessed(business, lines),
        day_first=time_cells.day_first(line.on for line in lines),
        all_billable=not any(line.billable for line in lines),
        actor=actor,
        created_at=now,
    )


def importable_agreements(business: Business) -> list[Agreement]:
    """Return the agreements that time can be imported for: running ones first, then ended ones."""
    matching = Agreement.objects.filter(
        business=business, state__in=(*RUNNING_STATES, AgreementState.ENDED)
    )
    agreements = list(
        matching.select_related("client").order_by("client__name", "-starts_on", "pk")
    )
    return sorted(agreements, key=lambda agreement: agreement.state not in RUNNING_STATES)


def store_choices(
    *, row: TimeImport, places: Mapping[str, str], day_first: bool | None, all_billable: bool
) -> None:
    """Store which agreement each name stands for, and how the file is to be read.

    `places` maps a name to the id of an agreement, "-" to skip its lines, or "" while it is not
    known. Names that are not in the file and ids that are not the business's are ignored. Raises
    NotAllowedNow when the import was finished in the meantime.
    """
    allowed = {str(agreement.pk) for agreement in importable_agreements(row.business)} | {
        LEFT_OUT,
        "",
    }
    valid = {
        name: agreement_id
        for name, agreement_id in places.items()
        if name in row.places and agreement_id in allowed
    }
    fields = {"places": row.places | valid, "day_first": day_first, "all_billable": all_billable}
    if not TimeImport.objects.filter(pk=row.pk, state=TimeImportState.READ).update(**fields):
        raise NotAllowedNow(_("This import was finished meanwhile."))
    row.refresh_from_db(fields=list(fields))


def preview_import(row: TimeImport, *, now: datetime) -> ImportPreview:
    """Return the preview of the import; nothing is written."""
    return preview_lines(row, importable_agreements(row.business), now=now)


def choices_hash(row: TimeImport) -> str:
    """Return a hash of the choices: which agreement each name stands for, and how days are read.

    It shows whether another tab has changed them.
    """
    choices = [sorted(row.places.items()), row.day_first, row.all_billable]
    return sha256(json.dumps(choices).encode()).hexdigest()


def write_entries(
    *, row: TimeImport, good: int, bad: int, seen: str, without_bad: bool, actor: str, now: datetime
) -> TimeImport:
    """Write an entry for every line that fits, in one transaction.

    `good` and `bad` are the numbers of lines in the preview that the person saw, and `seen` is the
    result of `chosen` at that moment. Raises NotAllowedNow when any of these has changed or the
    import was finished in the meantime, and BadExport when there is nothing to import, or when
    lines do not fit and `without_bad` is not set.
    """
    with transaction.atomic():
        time_log.lock_business(row.business_id)
        row.refresh_from_db(fields=["places", "day_first", "all_billable"])
        open_due(now=now, only=row.business)
        preview = preview_import(row, now=now)
        if (len(preview.good), len(preview.bad), choices_hash(row)) != (good, bad, seen):
            raise NotAllowedNow(
                _("This has changed since you looked. See below what would be imported now.")
            )
        if preview.asks_order or not preview.good:
            raise BadExport(_("There is nothing to import yet."))
        if preview.bad and not without_bad:
            raise BadExport(
                _("Confirm that the lines that do not fit are left out, or correct them first.")
            )
        fields = {"entries": len(preview.good), "finished_at": now, "actor": actor}
        move(row, TimeImportState.DONE, TIME_IMPORT, sets=fields)
        TimeEntry.objects.bulk_create(
            [result.entry for result in preview.good if result.entry], batch_size=BATCH
        )
    return row


def discard_import(*, row: TimeImport) -> TimeImport:
    """Discard an import of which nothing was written. Raises NotAllowedNow otherwise."""
    return move(
        row, TimeImportState.DROPPED, {TimeImportState.READ: TIME_IMPORT[TimeImportState.READ]}
    )


def undo_import(*, row: TimeImport, actor: str, now: datetime) -> int:
    """Undo an import: void all of its entries, corrected ones too; return how many.

    Raises NoPeriod when a report has told a client about one of them.
    """
    with transaction.atomic():
        time_log.lock_business(row.business_id)
        entries = TimeEntry.objects.filter(imported=row)
        if Report.objects.filter(
            period__in=entries.values("period"), state=ReportState.SENT
        ).exists():
            raise NoPeriod(
                _(
                    "A report has told the client about this time already; its entries are kept as "
                    "they are."
                )
            )
        move(
            row, TimeImportState.DROPPED, {TimeImportState.DONE: TIME_IMPORT[TimeImportState.DONE]}
        )
        return entries.update(voided_at=now, voided_by=actor)


def _guessed(business: Business, lines: Iterable[Line]) -> dict[str, str]:
    """Return every name in the order of the file, with the agreement it probably stands for."""
    known = [
        KnownAgreement(
            str(agreement.pk),
            agreement.client.name,
            agreement.title,
            agreement.state in RUNNING_STATES,
        )
        for agreement in importable_agreements(business)
    ]
    names = dict.fromkeys((line.client, line.project) for line in lines if not line.fault)
    return {
        f"{client}\n{project}": time_names.guess_agreement(client, project, known)
        for client, project in names
    }


def _printable(line: Line) -> Line:
    """Return the line with characters removed from its note that no document can show (rule 31)."""
    fields = asdict(line)
    note = glyphs.printable(line.note).strip()
    return Line(**fields | {"note": note, "is_cut": line.is_cut or note != line.note})


def _why(reason: Reason) -> Any:
    """Return the reason in a sentence."""
    return {
        Reason.TOO_BIG: _("The file is larger than 10 MB: export a shorter time."),
        Reason.TOO_MANY: _("The file has more than 20,000 lines: export a shorter time."),
        Reason.TOO_MANY_NAMES: _(
            "The file names more than 400 projects: export a shorter time or fewer projects."
        ),
        Reason.EMPTY: _("The file has a heading but no lines."),
        Reason.NO_HEADING: _(
            "This is no detailed report of Toggl Track, Harvest or Clockify: its first line should "
            "name the day, the duration and the client or project, in English."
        ),
    }[reason]
