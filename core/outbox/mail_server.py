"""The mail server: one connection for each pass of sending, and a pause while it does not work.

While it does not work there is a MailOutage, which every worker sees. When its wait is over one
worker tries one email; when the server answers, the outage is over.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from types import TracebackType
from typing import Any, Self

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, QuerySet

from core.models import MailOutage

log = logging.getLogger(__name__)
SERVER = "smtp"  # there is one
#: Seconds of the pause after each failure in a row. The last one is repeated.
WAITS = (10, 30, 60, 120, 300)
PROBE = timedelta(minutes=3)  # how long one worker has for its try; longer than a connection takes
CLOSING = 421  # RFC 5321: the server closes the connection, whatever it was asked


def may_try(now: datetime) -> bool:
    """Whether a pass may ask the server: it works, or it is this pass that tries it again."""
    outage = MailOutage.objects.filter(server=SERVER).first()
    if outage is None:
        return True
    mine = MailOutage.objects.filter(pk=outage.pk, next_at=outage.next_at, next_at__lte=now)
    return bool(mine.update(next_at=now + PROBE))


def is_away() -> bool:
    """Whether the server does not work at present, so that emails wait."""
    return outages().exists()


def outages() -> QuerySet[MailOutage]:
    """What is known of a server that does not work at present: a row, or none."""
    return MailOutage.objects.filter(server=SERVER)


class MailServer:
    """The connection of one pass. It is opened for the first email, and anew after it broke.

    `is_down` ends the pass: the server could not be reached, or did not answer for three different
    emails in a row, so that one email that it cannot bear is not taken for an outage.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.is_down = False
        self._clock = clock
        self._connection: Any = None
        self._unanswered = 0  # emails in a row
        self._outage = is_away()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._connection is not None and kind is None:
            with suppress(OSError):
                self._connection.close()
        self._drop()

    def is_ready(self) -> bool:
        """Open the connection if there is none. False if the server cannot be reached."""
        if self._connection is None and not self.is_down:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, ValueError) as error:  # SMTP's errors are OSErrors
                self._connection = connection
                self._drop()
                self._note_failure(error)
            else:
                self._connection = connection
        return not self.is_down

    def send(self, message: EmailMessage) -> None:
        """Hand an email over. Raises what the server answered, or that it did not."""
        message.connection = self._connection
        try:
            message.send()
        except OSError as error:
            if answered(error):
                self._note_answer()
            else:
                self._drop()
                self._unanswered += 1
                if self._outage or self._unanswered >= MailOutage.OPEN:
                    self._note_failure(error, times=self._unanswered)
            raise
        except SoftTimeLimitExceeded as error:
            self._drop()
            self._note_failure(error, times=MailOutage.OPEN)
            raise
        self._note_answer()

    def _drop(self) -> None:
        """Leave the connection without a word, because the server may not answer one."""
        smtp = getattr(self._connection, "connection", None)
        if smtp is not None:
            smtp.close()
        self._connection = None

    def _note_answer(self) -> None:
        """The server works: what was an outage is over."""
        self._unanswered = 0
        if self._outage:
            MailOutage.objects.filter(server=SERVER).delete()
            self._outage = False

    def _note_failure(self, error: Exception, times: int = 1) -> None:
        """End the pass, and let every worker pause."""
        self.is_down = self._outage = True
        now, words = self._clock(), f"{type(error).__name__}: {error}"[:300]
        log.warning("The mail server does not work: %s", words)
        with transaction.atomic():
            row, _is_new = MailOutage.objects.get_or_create(
                server=SERVER,
                defaults={"since": now, "next_at": now, "failures": 0},
            )
            wait = WAITS[min(row.failures + times, len(WAITS)) - 1]
            MailOutage.objects.filter(pk=row.pk).update(
                failures=F("failures") + times, next_at=now + timedelta(seconds=wait), error=words
            )


def answered(error: OSError) -> bool:
    """Whether the server answered about the email, and goes on to serve the others."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code != CLOSING for code, _reply in error.recipients.values())
    if isinstance(error, SMTPSenderRefused | SMTPDataError):
        return error.smtp_code != CLOSING
    return False


def is_refused_for_good(error: Exception) -> bool:
    """Whether the server refused every recipient permanently (RFC 5321: a reply of 5xx)."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _reply in error.recipients.values())
