"""The daily look at the seal: whoever looks after the installation is told before its certificate ends."""

from datetime import datetime

from django.utils.translation import gettext as _

from agreements.signing import seal
from core.documents import certificate
from core.documents import seal as platform
from core.system import administrators

WARN_DAYS = 60


def watch(*, now: datetime) -> None:
    """Once for each certificate that will end; every day while nothing can be sealed."""
    if why := platform.not_ready(now):
        _cannot_seal(why, now)
    elif (days := certificate.days_left(now)) is not None and days <= WARN_DAYS:
        _ends_soon(days, now)


def _cannot_seal(why: str, now: datetime) -> None:
    said = [
        _(
            "Signing goes on; what is signed waits for its seal and is sealed by itself when this is mended."
        )
    ]
    said.append(_("Papers that wait: %(n)s") % {"n": len(seal.waiting(None, now))})
    subject = _("Retainer Hub: nothing can be sealed")
    administrators.tell(
        kind="seal_waits",
        ref=now.date().isoformat(),
        subject=subject,
        paragraphs=[why, *said, _how()],
        now=now,
    )


def _ends_soon(days: int, now: datetime) -> None:
    own = certificate.own()
    assert own
    said = _(
        "The certificate of the seal ends in %(days)s days, on %(day)s. Papers it has sealed stay confirmed."
    )
    words = said % {"days": days, "day": own.not_valid_after_utc.date().isoformat()}
    administrators.tell(
        kind="seal_ends",
        ref=f"{own.serial_number:x}",
        subject=_("Retainer Hub: the certificate of the seal ends soon"),
        paragraphs=[words, _how()],
        now=now,
    )


def _how() -> str:
    return _(
        "“manage.py renew_seal” makes a new pair; docs/operations.md says how, and what to back up."
    )
