"""Takes time over from another tracker: read, tried as often as wanted without writing, then written down whole.

What a line says becomes an entry by the rules of delivery.hours.period_for_day, as if it had been typed.
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
from agreements.rules.states import RUNS, AgreementState
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
from delivery.trackers.import_preview import LEFT_OUT, Trial, try_out
from delivery.trackers.time_csv import Line, Reason, Unreadable
from delivery.trackers.time_names import Known

BATCH = 500


def read(
    *, business: Business, file_name: str, data: bytes, actor: str, now: datetime
) -> TimeImport:
    """Read an export and guess whose time it is; nothing is written down yet. Raises BadExport with the reason."""
    try:
        export = time_csv.read(data)
    except Unreadable as no:
        raise BadExport(_why(no.reason), field="file") from None
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


def candidates(business: Business) -> list[Agreement]:
    """The agreements that time can be taken over for: those that run, and then those that have ended."""
    found = Agreement.objects.filter(business=business, state__in=(*RUNS, AgreementState.ENDED))
    rows = list(found.select_related("client").order_by("client__name", "-starts_on", "pk"))
    return sorted(rows, key=lambda row: row.state not in RUNS)


def choose(
    *, row: TimeImport, places: Mapping[str, str], day_first: bool | None, all_billable: bool
) -> None:
    """Say whose time a name's is (an agreement's id, "-" to leave it out, "" for not known yet), and how to read it.

    What is no name of the file and no agreement of the business is passed over.
    """
    known = {str(agreement.pk) for agreement in candidates(row.business)} | {LEFT_OUT, ""}
    said = {name: place for name, place in places.items() if name in row.places and place in known}
    sets = {"places": row.places | said, "day_first": day_first, "all_billable": all_billable}
    if not TimeImport.objects.filter(pk=row.pk, state=TimeImportState.READ).update(**sets):
        raise NotAllowedNow(_("This import was finished meanwhile."))
    row.refresh_from_db(fields=list(sets))


def trial(row: TimeImport, *, now: datetime) -> Trial:
    """What taking it over would do, line by line; nothing is written."""
    return try_out(row, candidates(row.business), now=now)


def chosen(row: TimeImport) -> str:
    """A mark of whose time each name's is and how days are read: another tab may say something else."""
    said = [sorted(row.places.items()), row.day_first, row.all_billable]
    return sha256(json.dumps(said).encode()).hexdigest()


def take_over(
    *, row: TimeImport, good: int, bad: int, seen: str, without_bad: bool, actor: str, now: datetime
) -> TimeImport:
    """Write every line down that fits, in one transaction. `good` and `bad` are the numbers that the person saw, and
    `seen` what was `chosen` then.

    Raises NotAllowedNow where they are others by now, or somebody was first; BadExport where there are bad lines and
    nobody has said that they may be left out.
    """
    with transaction.atomic():
        time_log.hold(row.business_id)
        row.refresh_from_db(fields=["places", "day_first", "all_billable"])
        open_due(now=now, only=row.business)
        tried = trial(row, now=now)
        if (len(tried.good), len(tried.bad), chosen(row)) != (good, bad, seen):
            raise NotAllowedNow(
                _("This has changed since you looked: see below what would be taken over now.")
            )
        if tried.asks_order or not tried.good:
            raise BadExport(_("There is nothing to take over yet."))
        if tried.bad and not without_bad:
            raise BadExport(
                _("Say that the lines that do not fit may be left out, or mend them first.")
            )
        sets = {"entries": len(tried.good), "finished_at": now, "actor": actor}
        move(row, TimeImportState.DONE, TIME_IMPORT, sets=sets)
        TimeEntry.objects.bulk_create(
            [one.entry for one in tried.good if one.entry], batch_size=BATCH
        )
    return row


def drop(*, row: TimeImport) -> TimeImport:
    """It is not wanted; nothing had been written."""
    return move(
        row, TimeImportState.DROPPED, {TimeImportState.READ: TIME_IMPORT[TimeImportState.READ]}
    )


def take_back(*, row: TimeImport, actor: str, now: datetime) -> int:
    """Take all its entries back, those too that were corrected since; how many.

    Raises NoPeriod where a report has told a client about one of them.
    """
    with transaction.atomic():
        time_log.hold(row.business_id)
        own = TimeEntry.objects.filter(imported=row)
        if Report.objects.filter(period__in=own.values("period"), state=ReportState.SENT).exists():
            raise NoPeriod(
                _(
                    "A report has told the client about this time already; its entries are kept as they are."
                )
            )
        move(
            row, TimeImportState.DROPPED, {TimeImportState.DONE: TIME_IMPORT[TimeImportState.DONE]}
        )
        return own.update(voided_at=now, voided_by=actor)


def _guessed(business: Business, lines: Iterable[Line]) -> dict[str, str]:
    """Every name, in the order in which the file says them, with the agreement it probably is."""
    known = [
        Known(str(row.pk), row.client.name, row.title, row.state in RUNS)
        for row in candidates(business)
    ]
    names = dict.fromkeys((line.client, line.project) for line in lines if not line.fault)
    return {
        f"{client}\n{project}": time_names.guess(client, project, known)
        for client, project in names
    }


def _printable(line: Line) -> Line:
    """Its note without what no paper can show (rule 31)."""
    words = asdict(line)
    note = glyphs.printable(line.note).strip()
    return Line(**words | {"note": note, "is_cut": line.is_cut or note != line.note})


def _why(reason: Reason) -> Any:
    return {
        Reason.TOO_BIG: _("The file is larger than 10 MB: export a shorter time."),
        Reason.TOO_MANY: _("The file has more than 20,000 lines: export a shorter time."),
        Reason.TOO_MANY_NAMES: _(
            "The file names more than 400 projects: export a shorter time or fewer projects."
        ),
        Reason.EMPTY: _("The file has a heading but no lines."),
        Reason.NO_HEADING: _(
            "This is no detailed report of Toggl Track, Harvest or Clockify: its first line should name the day, the "
            "duration and the client or project, in English."
        ),
    }[reason]
