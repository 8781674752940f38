"""The life of emails at a mail server that misbehaves, with kills and two workers, for `bin/test letters`.

The world is as in the simulation of charges (tests/faults/simulation.py): a kill is an exception at any SQL
statement or answer of the server; a second worker is a whole pass inside the first one's wait for an answer;
what was committed stays. The server is slow, silent, away, cuts the line before or after it took the email,
greylists and refuses. An email may reach it again only if the sender could not know that it had arrived, and then
with the same Message-ID. Real SMTP, with the same manners, is in tests/mail_server.py.
"""

import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from itertools import count
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected
from typing import Any, ClassVar
from unittest.mock import patch

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection, transaction
from django.test import override_settings

from core import nudge
from core.continuity import outside
from core.jobs.queues import MAIL
from core.models import Business, MailOutage, OutboxEmail
from core.models.outbox import UNDELIVERED, OutboxState
from core.outbox import bounces, emails, mail_server
from tests.factories import BusinessFactory

START = datetime(2027, 1, 28, 0, 30, tzinfo=UTC)
HOURS = 12
TIMEOUT = 20  # seconds: EMAIL_TIMEOUT
#: What the server may be like for a while, and how likely each manner of an email is then.
WEATHERS: dict[str, list[str]] = {
    "good": ["ok"] * 9 + ["slow"],
    "slow": ["slow"],
    "moody": ["ok", "ok", "slow", "cut", "cut after", "greylist", "reject", "refuse", "closing"],
    "cutting": ["cut", "cut after"],
    "away": [],
    "hung": [],
}


class Killed(BaseException):
    """The process died here."""


@dataclass
class Frame:
    """One worker's pass: when it began, and what it handed over."""

    began: datetime
    handed_over: list[uuid.UUID] = field(default_factory=list)


@dataclass
class Life:
    """One seed. `now` is the world's clock; a worker may see it a little wrong."""

    seed: int
    now: datetime = START
    weather: str = "good"
    calm: bool = False
    depth: int = 0
    kills: int = 0
    dice: random.Random = field(init=False)
    accepted: dict[uuid.UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    excused: Counter[uuid.UUID] = field(default_factory=Counter)
    refused: set[uuid.UUID] = field(default_factory=set)
    bounced: set[uuid.UUID] = field(default_factory=set)
    frames: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.kill_share = self.dice.choice([0, 0.002, 0.01, 0.03])

    # --- what goes wrong ------------------------------------------------------------------------------------

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Around each SQL statement: the process may die before or after it, or the database say no."""
        if self.calm or sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        self.unmark()
        self.die()
        if self.dice.random() < self.kill_share / 4:
            raise OperationalError("the database went away")
        done = execute(sql, params, many, context)
        self.die()
        return done

    def die(self) -> None:
        if not self.calm and self.dice.random() < self.kill_share:
            self.kills += 1
            raise Killed

    def unmark(self) -> None:
        """An error outside a transaction breaks none, but the one around the whole seed is marked as broken."""
        if not connection.savepoint_ids:
            connection.needs_rollback = False

    def wait(self, seconds: float) -> None:
        """For an answer of the server: the process may die, or run out of time; another worker may run."""
        assert not connection.savepoint_ids, "a transaction is open while the mail server is asked"
        self.now += timedelta(seconds=seconds)
        if self.calm:
            return
        self.die()
        if self.dice.random() < 0.01:
            raise SoftTimeLimitExceeded
        if self.depth < 2 and self.dice.random() < 0.3:
            self.depth += 1
            try:
                self.work()
            finally:
                self.depth -= 1
        self.limit()

    def limit(self) -> None:
        """A task that has run for too long is interrupted, or its process is killed."""
        seconds = (self.now - self.frames[-1].began).total_seconds()
        if seconds >= MAIL.hard:
            raise Killed
        if seconds >= MAIL.soft:
            raise SoftTimeLimitExceeded

    # --- what happens ---------------------------------------------------------------------------------------

    def attempt(self, verb: Callable[[], Any]) -> None:
        """One worker's pass. What reached the server, and was not noted because the pass ended, is excused."""
        self.frames.append(Frame(self.now))
        with suppress(Killed, OperationalError, SoftTimeLimitExceeded):
            verb()
        self.unmark()
        was_calm, self.calm = self.calm, True
        for pk in self.frames.pop().handed_over:
            if OutboxEmail.objects.get(pk=pk).state == OutboxState.WAITING:
                self.excused[pk] += 1
        self.calm = was_calm

    def work(self) -> None:
        """A worker looks for emails; its clock may be a little off."""
        off = timedelta(0) if self.calm else timedelta(minutes=self.dice.choice([0, 0, 0, -3, 4]))
        self.attempt(lambda: emails.send_due(now=self.now + off))

    def write(self, business: Business, n: int) -> None:
        facts = {"created_at": self.now, "next_at": self.now, "to": f"p{n}@x.example"}
        OutboxEmail.objects.create(
            business=business, kind="life", ref=str(n), subject=f"Email {n}", text="Text", **facts
        )

    def report(self) -> None:
        """A mail server reports that it could not deliver what it took."""
        taken = sorted(pk for pk in self.accepted if pk not in self.bounced)
        if not taken:
            return
        pk = self.dice.choice(taken)
        self.bounced.add(pk)
        raw = (
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
            f"Final-Recipient: rfc822; p@x\nAction: failed\nStatus: 5.1.1\n\n"
            f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{bounces.message_id(pk)}>\n\n--b--\n"
        )
        message = message_from_string(raw, policy=policy.default)
        bounces.receive(message, recipients=[], now=self.now)

    # --- the whole ------------------------------------------------------------------------------------------

    def live(self) -> list[str]:
        """The whole life; what was wrong at its end."""
        studios = [BusinessFactory(name=f"Studio {n}") for n in range(2)]
        number, end = 0, START + timedelta(hours=HOURS)
        while self.now < end:
            self.now += timedelta(minutes=self.dice.choice([0.5, 0.5, 1, 5, 30, 90]))
            if self.dice.random() < 0.2:
                self.weather = self.dice.choice(list(WEATHERS))
            self.calm = True
            for _ in range(self.dice.choice([0, 0, 1, 3])):
                number += 1
                self.write(self.dice.choice(studios), number)
            if self.dice.random() < 0.1:
                self.report()
            self.calm = False
            self.work()
        self.recover()
        return self.judge()

    def recover(self) -> None:
        """The faults stop, and days pass."""
        self.calm, self.weather = True, "good"
        for hours in (*[0.1] * 10, *[1] * 10, *[12] * 8):
            self.now += timedelta(hours=hours)
            self.work()

    def judge(self) -> list[str]:
        wrong = []
        for row in OutboxEmail.objects.order_by("pk"):
            times = self.accepted.get(row.pk, [])
            if row.state == OutboxState.WAITING:
                wrong.append(f"{row} is stuck: {row.error or 'no error'}")
            if row.state == OutboxState.SENT and not times:
                wrong.append(f"{row} is noted as sent and reached nobody")
            if row.state == OutboxState.FAILED and row.pk not in self.refused:
                tries = len(emails.BACK_OFF) + 1
                if row.tries < tries:
                    wrong.append(f"{row} was given up after {row.tries} tries")
            if len(times) - self.excused[row.pk] > 1:
                wrong.append(f"{row} was sent {len(times)} times, {self.excused[row.pk]} excused")
            if len(set(times)) > 1:
                wrong.append(f"{row} has {len(set(times))} Message-IDs")
            reported = row.pk in self.bounced
            if (reported and row.state not in UNDELIVERED) or (not reported and row.is_bounced):
                wrong.append(f"{row} is {row.state}, and its report was lost or made up")
        if MailOutage.objects.exists():
            wrong.append("the outage never ended")
        return wrong


class Line(BaseEmailBackend):
    """The connection to the server of the life that is being lived."""

    life: ClassVar[Life]

    def open(self) -> bool:
        life = Line.life
        if life.weather == "away":
            raise ConnectionRefusedError("refused")
        if life.weather == "hung":
            life.wait(TIMEOUT)
            raise TimeoutError("timed out")
        life.wait(0.1)
        return True

    def send_messages(self, messages: list[EmailMessage]) -> int:
        for message in messages:
            self._take(message)
        return len(messages)

    def _take(self, message: EmailMessage) -> None:
        life, to = Line.life, message.to[0]
        manner = life.dice.choice(WEATHERS[life.weather] or ["cut"])
        sent = str(message.message()["Message-ID"])
        pk = uuid.UUID(sent.strip("<>").partition(".")[0])
        for _answer in range(4):
            life.wait(TIMEOUT - 6 if manner == "slow" else 0.1)
        if manner == "cut":
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        if manner == "closing":
            raise SMTPSenderRefused(421, b"too busy", "hello@x.example")
        if manner == "greylist":
            raise SMTPRecipientsRefused({to: (451, b"come again")})
        if manner == "reject":
            raise SMTPDataError(554, b"not wanted")
        if manner == "refuse":
            life.refused.add(pk)
            raise SMTPRecipientsRefused({to: (550, b"no such user")})
        life.accepted[pk].append(sent)
        if manner == "cut after":
            life.excused[pk] += 1  # another worker may send it before this pass ends
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        try:
            life.wait(0.1)
        except (Killed, SoftTimeLimitExceeded):
            life.excused[pk] += 1
            raise
        life.frames[-1].handed_over.append(pk)


@contextmanager
def stage(life: Life) -> Iterator[None]:
    """The server in its place, the doorbell silent, SQL watched; everything is taken back afterwards."""

    def clock(now: datetime) -> Callable[[], datetime]:
        off = now - life.now
        return lambda: life.now + off

    Line.life = life
    with ExitStack() as stack:
        stack.enter_context(override_settings(EMAIL_BACKEND=f"{Line.__module__}.Line", DEBUG=False))
        stack.enter_context(patch.object(outside, "stores", list))
        stack.enter_context(patch("os.urandom", random.Random(life.seed).randbytes))
        stack.enter_context(patch("core.database.ids.time_ns", count(10**18, 10**6).__next__))
        stack.enter_context(patch.object(emails, "_clock", clock))
        stack.enter_context(nudge.muted())
        with transaction.atomic():
            with connection.execute_wrapper(life.statement):
                yield
            transaction.set_rollback(True)


def simulate(seed: int) -> tuple[Life, list[str]]:
    """One seed: its life, and what was wrong at the end."""
    life = Life(seed, calm=True)
    with stage(life):
        return life, life.live()


# --- planted bugs -----------------------------------------------------------------------------------------------


@contextmanager
def a_lease_shorter_than_an_email_takes() -> Iterator[None]:
    with patch.object(emails, "LEASE", timedelta(seconds=30)):
        yield


@contextmanager
def a_letter_claimed_without_condition() -> Iterator[None]:
    """Whoever has seen that it is due sends it."""

    def claim(email: OutboxEmail, now: datetime) -> bool:
        email.lease_until, email.tries = now + emails.LEASE, email.tries + 1
        rows = OutboxEmail.objects.filter(pk=email.pk)
        rows.update(lease_until=email.lease_until, tries=email.tries)
        return True

    def see(ids: Any, *, now: datetime) -> Any:
        return OutboxEmail.objects.filter(state=OutboxState.WAITING, next_at__lte=now)

    with (
        patch.object(emails, "_claim", claim),
        patch.object(type(OutboxEmail.objects.all()), "due", lambda self, now: see(self, now=now)),
    ):
        yield


@contextmanager
def noted_as_sent_before_it_is() -> Iterator[None]:
    original = emails._send

    def send(email: OutboxEmail, server: Any, clock: Any) -> int:
        OutboxEmail.objects.filter(pk=email.pk).update(state=OutboxState.SENT, sent_at=clock())
        return original(email, server, clock)

    with patch.object(emails, "_send", send):
        yield


@contextmanager
def a_new_message_id_for_each_try() -> Iterator[None]:
    with patch.object(bounces, "message_id", lambda pk: f"{pk}.{uuid.uuid4().hex[:16]}@x.example"):
        yield


@contextmanager
def an_outage_that_never_ends() -> Iterator[None]:
    with patch.object(mail_server.MailServer, "_note_answer", lambda self: None):
        yield


MUTANTS = [
    a_lease_shorter_than_an_email_takes,
    a_letter_claimed_without_condition,
    noted_as_sent_before_it_is,
    a_new_message_id_for_each_try,
    an_outage_that_never_ends,
]
