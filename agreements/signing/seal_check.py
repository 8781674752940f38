"""Checks the seal daily: administrators are emailed before its certificate expires."""

from datetime import datetime

from django.utils.translation import gettext as _

from agreements.signing import seal
from core import formats
from core.documents import certificate
from core.documents import seal as platform
from core.system import administrators

WARN_DAYS = 60  # before the certificate of the seal expires


def check_seal(*, now: datetime) -> None:
    """Email administrators once for each certificate that expires soon.

    While nothing can be sealed, they are emailed every day.
    """
    if reason := platform.not_ready(now):
        _tell_cannot_seal(reason, now)
    elif (days := certificate.days_left(now)) is not None and days <= WARN_DAYS:
        _tell_expires_soon(days, now)


def _tell_cannot_seal(reason: str, now: datetime) -> None:
    paragraphs = [
        _(
            "Signing still works. Signed documents wait for their seal and are sealed "
            "automatically when this is fixed."
        )
    ]
    paragraphs.append(_("Documents that wait: %(n)s") % {"n": len(seal.late_documents(None, now))})
    subject = _("Retainer Hub: nothing can be sealed")
    administrators.tell(
        kind="seal_waits",
        ref=now.date().isoformat(),
        subject=subject,
        paragraphs=[reason, *paragraphs, _how_to_renew()],
        now=now,
    )


def _tell_expires_soon(days: int, now: datetime) -> None:
    own = certificate.own()
    assert own
    sentence = _(
        "The certificate of the seal expires in %(days)s days, on %(day)s. Documents that it "
        "sealed stay valid. After that day nothing can be sealed until there is a new one."
    )
    warning = sentence % {"days": days, "day": formats.day(own.not_valid_after_utc)}
    administrators.tell(
        kind="seal_ends",
        ref=f"{own.serial_number:x}",
        subject=_("Retainer Hub: the certificate of the seal expires soon"),
        paragraphs=[warning, _how_to_renew()],
        now=now,
    )


def _how_to_renew() -> str:
    return _(
        "“manage.py renew_seal” makes a new pair; docs/operations.md says how, and what to back up."
    )
