"""Temporary files and folders that killed processes have left behind."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from core.storage import places
from retainer_hub.backup.folder import is_scratch

AFTER = timedelta(days=2)  # no backup, restore or export takes as long
#: How the names of the folders begin in which a backup, a restore and a drill work.
SCRATCH = ("backup-", "restore-", "drill-")


def clear(*, now: datetime) -> int:
    """Delete them once they are two days old; return the number of folders."""
    before = now - AFTER
    for place in (places.media(), places.exports()):
        place.clear_unfinished(before=before)
    root = Path(settings.RH_VAR_DIR)
    old = [
        folder
        for prefix in SCRATCH
        for folder in root.glob(f"{prefix}*/")
        if is_scratch(folder) and folder.stat().st_mtime < before.timestamp()
    ]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
