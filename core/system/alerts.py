"""Emails the administrators about a check of /health/ that has failed for a while.

What nobody can be told in this way: that the installation stands still, that the mail server or the
queue of emails does not work, and that the database is away. A monitor that asks /health/ says it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from core.models import Heartbeat, OutboxEmail
from core.system import administrators, health_checks

LASTS = timedelta(minutes=15)  # a restart is over by then
TROUBLE = "trouble:"  # the heartbeat that says since when a check has failed
KIND = "health"
OWN_EMAIL = {"seal"}  # administrators hear of it from agreements.signing


def watch(*, now: datetime) -> int:
    """Tell of what has failed for 15 minutes, once a day, and when it works again.

    Returns the number of things told.
    """
    failing = _failing(now)
    since = _since(failing, now)
    told = 0
    for name, problem in failing.items():
        if now - since[name] >= LASTS:
            _tell(name, since[name], now, problem)
            told += 1
    for name in since.keys() - failing.keys():
        Heartbeat.objects.filter(name=f"{TROUBLE}{name}").delete()
        if OutboxEmail.objects.filter(kind=KIND, ref__contains=_ref(name, since[name])).exists():
            _tell(name, since[name], now)
            told += 1
    return told


def _failing(now: datetime) -> dict[str, str]:
    found = health_checks.findings(now) | {"backup": health_checks.late_backup(now)}
    return {name: text for name, text in found.items() if text and name not in OWN_EMAIL}


def _since(failing: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Return since when each check has failed, those that work again included."""
    rows = Heartbeat.objects.filter(name__startswith=TROUBLE)
    since = {row.name.removeprefix(TROUBLE): row.at for row in rows}
    fresh = [name for name in failing if name not in since]
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=f"{TROUBLE}{name}", at=now) for name in fresh], ignore_conflicts=True
    )
    return since | dict.fromkeys(fresh, now)


def _tell(name: str, since: datetime, now: datetime, problem: str = "") -> None:
    """Email what is wrong with a check, or that nothing is any more."""
    check = health_checks.NAMES[name]
    day = (now - since).days
    if problem:
        subject = _("Retainer Hub: a check fails (%(check)s)") % {"check": check}
        paragraphs = [
            problem,
            _("docs/troubleshooting.md says what to do. You hear of it once a day while it lasts."),
        ]
    else:
        subject = _("Retainer Hub: all is well again (%(check)s)") % {"check": check}
        paragraphs = [_("Nothing needs to be done.")]
    administrators.tell(
        kind=KIND,
        ref=_ref(name, since) + (str(day) if problem else "over"),
        subject=subject,
        paragraphs=paragraphs,
        now=now,
    )


def _ref(name: str, since: datetime) -> str:
    return f":{name}:{since.astimezone(UTC):%Y%m%dT%H%M}:"
