"""Health checks: of database, broker, workers, beat, mail, files and more; others register.

Each check returns what is wrong, in the active language, or "" if all is well.
"""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import OperationalError

from core.continuity import standing as continuity
from core.documents.seal import not_ready
from core.jobs.queues import QUEUES
from core.models import Heartbeat, MailOutage, OutboxEmail, SetAside
from core.outbox import quota
from core.storage import places

MAX_HEARTBEAT_AGE = timedelta(minutes=3)
BACKUP_IS_LATE = timedelta(hours=26)  # one is made every night
BACKUP = "backup"  # the heartbeat that says when the last one was finished
DRILL = "drill"  # and when one was last restored on trial
EMAIL_IS_LATE = timedelta(minutes=15)
MIN_FREE_DISK = 200 * 1024 * 1024  # bytes


def database(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def broker(now: datetime) -> str:
    with current_app.connection_for_write(connect_timeout=2) as broker_connection:
        broker_connection.ensure_connection(max_retries=1, timeout=2)
    return ""


def worker(now: datetime) -> str:
    """Report each queue whose worker was not seen."""
    seen = Heartbeat.objects.in_bulk([queue.name for queue in QUEUES], field_name="name")
    problems = [(queue.label, _late(seen.get(queue.name), now)) for queue in QUEUES]
    sentence = _("%(queue)s: %(problem)s")
    return " ".join(sentence % {"queue": q, "problem": text} for q, text in problems if text)


def beat(now: datetime) -> str:
    return _late(Heartbeat.objects.filter(name="beat").first(), now)


def mail(now: datetime) -> str:
    outage = MailOutage.objects.first()
    if outage is None or not outage.is_open:
        return ""
    minutes = int((now - outage.since).total_seconds()) // 60
    error = outage.error.partition(":")[0]  # what the server said is not for everybody
    return ngettext(
        "The mail server has not worked for one minute (%(error)s).",
        "The mail server has not worked for %(n)s minutes (%(error)s).",
        minutes,
    ) % {"n": minutes, "error": error}


def disk(now: datetime) -> str:
    free = shutil.disk_usage(settings.VAR_DIR).free
    return (
        "" if free > MIN_FREE_DISK else _("Only %(n)s MB are free.") % {"n": free // 1024 // 1024}
    )


def files(now: datetime) -> str:
    try:
        places.media().trouble()
    except places.Unreachable:
        return _("The object store does not answer, or refuses the key.")
    return ""


def seal(now: datetime) -> str:
    return not_ready(now)


def standing(now: datetime) -> str:
    row = continuity.in_doubt()
    return continuity.sentence(row.doubt) if row else ""


def _late(heartbeat: Heartbeat | None, now: datetime) -> str:
    """Say that a process has not reported lately, or never; "" if it has."""
    if heartbeat is None:
        return _("It has never reported.")
    age = int((now - heartbeat.at).total_seconds())
    if age <= MAX_HEARTBEAT_AGE.total_seconds():
        return ""
    return _("It last reported %(n)s seconds ago.") % {"n": age}


CHECKS: dict[str, Callable[[datetime], str]] = {
    check.__name__: check
    for check in (database, broker, worker, beat, mail, disk, files, seal, standing)
}

#: The names of the checks for people; /health/ and the log call them by their functions.
NAMES: dict[str, Promise] = {
    "database": gettext_lazy("Database"),
    "broker": gettext_lazy("Message broker"),
    "worker": gettext_lazy("Workers"),
    "beat": gettext_lazy("Scheduler"),
    "mail": gettext_lazy("Mail server"),
    "disk": gettext_lazy("Disk space"),
    "files": gettext_lazy("Stored files"),
    "seal": gettext_lazy("Document seal"),
    "standing": gettext_lazy("Database up to date"),
    "backup": gettext_lazy("Backup"),
}


def findings(now: datetime) -> dict[str, str]:
    """What is wrong, by the name of the check; "" for a check that passed.

    Errors of the database, the broker and the disk are reported, not raised. Nothing here reveals a
    secret: the result may be shown to anybody.
    """
    problems = {}
    for name, check in CHECKS.items():
        try:
            problems[name] = check(now)
        except (Error, OperationalError, OSError) as error:
            problems[name] = _("It does not answer (%(error)s).") % {"error": type(error).__name__}
    return problems


def warnings(now: datetime) -> dict[str, str]:
    """What somebody should look at although the installation serves everybody, by name.

    It never makes /health/ fail: one tenant's row must not take the others' site down.
    """
    try:
        rows, steps = SetAside.objects.open().count(), SetAside.objects.failed_steps().count()
        late = OutboxEmail.objects.due(now - EMAIL_IS_LATE).count()
        held = quota.held(OutboxEmail.objects.all()).aggregate(n=Count("business", distinct=True))
        texts = {"backup": backup} if (backup := late_backup(now)) else {}
    except Error:
        return {}  # the check of the database says so
    if rows:
        texts["set_aside"] = ngettext(
            "One row is set aside.", "%(n)s rows are set aside.", rows
        ) % {"n": rows}
    if steps:
        texts["steps"] = ngettext(
            "One step of a job failed.", "%(n)s steps of jobs failed.", steps
        ) % {"n": steps}
    if late:
        texts["mail"] = ngettext(
            "One email has been due for more than 15 minutes.",
            "%(n)s emails have been due for more than 15 minutes.",
            late,
        ) % {"n": late}
    if held["n"]:
        texts["quota"] = ngettext(
            "Emails of one business wait: it sent as many as it may in a day.",
            "Emails of %(n)s businesses wait: each sent as many as it may in a day.",
            held["n"],
        ) % {"n": held["n"]}
    return texts


def last_backup() -> datetime | None:
    """When the last backup was finished, or None if there is none."""
    return _last(BACKUP)


def last_drill() -> datetime | None:
    """When a backup was last restored on trial and found sound, or None if it never was."""
    return _last(DRILL)


def _last(name: str) -> datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def late_backup(now: datetime) -> str:
    """Say that the nightly backup is late; "" if it is not, or if none is wanted."""
    if not settings.BACKUP_TO:
        return ""
    last = last_backup()
    if last is None:
        return _("No backup has been made yet.")
    hours = int((now - last).total_seconds()) // 3600
    if now - last <= BACKUP_IS_LATE:
        return ""
    return ngettext(
        "The last backup was made one hour ago.", "The last backup was made %(n)s hours ago.", hours
    ) % {"n": hours}


def next_hour(now: datetime) -> datetime:
    """When the scheduler (beat) starts the billing job next: at the next full hour (UTC)."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
