"""Emails and a mail server that misbehaves: each is sent once, and an outage ends by itself."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from core.jobs import queues
from core.models import MailOutage, OutboxEmail, SetAside
from core.outbox import emails, mail_server
from core.system.health_checks import findings, warnings
from tests import mail_server as hostile
from tests.mail_server import MailServer
from tests.world import NOW, World

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with hostile.mail_server(settings) as one:
        yield one


@pytest.fixture
def letters(world: World) -> list[OutboxEmail]:
    """Six emails that are due."""
    return [letter(world, n) for n in range(6)]


def letter(world: World, n: int) -> OutboxEmail:
    facts = {"kind": "test", "ref": f"{world.business.pk}:{n}", "to": f"p{n}@x.example"}
    facts |= {"created_at": NOW, "next_at": NOW + n * timedelta(microseconds=1)}
    return OutboxEmail.objects.create(business=world.business, subject="S", text="T", **facts)


def only(manner: str, *people: str) -> Callable[[str, int], str]:
    """Misbehave at the first try for these people; be a good server for the others."""
    return lambda to, tries: manner if to in people and not tries else hostile.QUICK


def states() -> list[str]:
    return list(OutboxEmail.objects.order_by("to").values_list("state", flat=True))


def later(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


def test_one_connection_serves_a_pass(server: MailServer, letters: list[OutboxEmail]) -> None:
    assert emails.send_due(now=later(1)) == 6
    assert server.connections == 1
    assert set(server.times().values()) == {1} and len(server.times()) == 6


@pytest.mark.parametrize(
    "manner, sent, connections",
    [
        (hostile.SLOW, 6, 1),
        (hostile.GREYLISTS, 5, 1),
        (hostile.REJECTS, 5, 1),
        (hostile.REFUSES, 5, 1),
        (hostile.CLOSES, 5, 2),
        (hostile.CUTS, 5, 2),
        (hostile.SILENT, 5, 2),
        (hostile.CUTS_AFTER, 5, 2),
    ],
)
def test_one_email_that_fails_stops_no_other(
    server: MailServer, letters: list[OutboxEmail], manner: str, sent: int, connections: int
) -> None:
    server.manner = only(manner, "p1@x.example")
    assert emails.send_due(now=later(1)) == sent
    assert server.connections == connections
    assert not MailOutage.objects.exists(), "one email is not taken for an outage"
    emails.send_due(now=later(3))
    refused = manner == hostile.REFUSES
    assert states() == ["sent", "failed" if refused else "sent", *["sent"] * 4]
    twice = {key: times for key, times in server.times().items() if times > 1}
    assert twice == {key: times + 1 for key, times in server.unsaid.items()}
    assert bool(twice) == (manner == hostile.CUTS_AFTER), "again, with the same Message-ID"


def test_emails_without_an_answer_are_no_outage_while_the_server_answers_in_between(
    server: MailServer, letters: list[OutboxEmail]
) -> None:
    server.manner = only(hostile.CUTS, "p0@x.example", "p2@x.example", "p4@x.example")
    assert emails.send_due(now=later(1)) == 3
    assert not MailOutage.objects.exists()


def test_an_email_that_the_server_never_bears_is_given_up_and_is_no_outage(
    server: MailServer, world: World
) -> None:
    letter(world, 1)
    server.manner = lambda _to, _tries: hostile.CUTS
    for day in range(1, 9):
        emails.send_due(now=NOW + timedelta(days=day))
    assert states() == ["failed"]
    assert not MailOutage.objects.exists()


@pytest.mark.parametrize("manner", [hostile.HUNG, hostile.CUTS, hostile.CLOSES, "away", "tls"])
def test_an_outage_is_seen_by_all_and_ends_by_itself(
    settings: Any, letters: list[OutboxEmail], manner: str
) -> None:
    with hostile.mail_server(settings, hostile.BREAKS_TLS if manner == "tls" else manner) as server:
        settings.EMAIL_USE_TLS = manner == "tls"
        if manner == "away":
            settings.EMAIL_PORT = hostile.closed_port()
        for minutes in (1, 2, 4):
            assert emails.send_due(now=later(minutes)) == 0
        outage = MailOutage.objects.get()
        assert outage.is_open and outage.next_at > later(4)
        assert "has not worked" in findings(later(4))["mail"]
        tried = server.connections
        assert emails.send_due(now=later(4.1)) == 0
        assert server.connections == tried, "nobody asks it before the pause is over"

        server.becomes(hostile.QUICK)
        settings.EMAIL_PORT, settings.EMAIL_USE_TLS = server.port, False
        for minutes in (30, 60):  # those that met it in the middle of an email have a wait
            emails.send_due(now=later(minutes))
        assert set(states()) == {"sent"} and set(server.times().values()) == {1}
        assert not MailOutage.objects.exists()
        assert findings(later(60))["mail"] == ""


def test_a_server_that_cannot_be_reached_costs_no_email_a_try(
    settings: Any, letters: list[OutboxEmail], server: MailServer
) -> None:
    settings.EMAIL_PORT = hostile.closed_port()
    for day in range(1, 20):
        emails.send_due(now=NOW + timedelta(days=day))
    assert set(OutboxEmail.objects.values_list("state", "tries")) == {("waiting", 0)}


def test_one_worker_alone_tries_a_server_that_failed(db: None) -> None:
    facts = {"server": mail_server.SERVER, "since": NOW, "next_at": NOW + MINUTE}
    MailOutage.objects.create(**facts)
    assert not mail_server.may_try(NOW)
    assert mail_server.may_try(NOW + MINUTE)
    assert not mail_server.may_try(NOW + MINUTE)
    assert mail_server.may_try(NOW + MINUTE + mail_server.PROBE), "it was killed meanwhile"


class Slow(BaseEmailBackend):
    """Takes a minute for each email; during the last one another worker looks for work."""

    now = NOW
    sent: list[str] = []
    inside = False

    def send_messages(self, messages: list[EmailMessage]) -> int:
        Slow.now += MINUTE
        if messages[0].to == ["p5@x.example"] and not Slow.inside:
            Slow.inside = True
            emails.send_due(now=Slow.now)
            Slow.inside = False
        Slow.sent += [message.to[0] for message in messages]
        return len(messages)


def test_the_clock_of_a_pass_goes_on() -> None:
    clock = emails._clock(NOW)
    first = clock()
    time.sleep(0.002)
    assert NOW <= first <= clock() - timedelta(milliseconds=2)


def test_a_lease_counts_from_when_its_email_is_sent(
    settings: Any, letters: list[OutboxEmail], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not from the pass's beginning: in a long pass the lease would be over before it began."""
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    Slow.now, Slow.sent = NOW, []
    monkeypatch.setattr(emails, "_clock", lambda now: lambda: Slow.now)
    monkeypatch.setattr(emails, "PASS", timedelta(days=1))
    monkeypatch.setattr(emails, "LEASE", 3 * MINUTE)
    Slow.now = later(1)
    emails.send_due(now=later(1))
    assert sorted(Slow.sent) == [f"p{n}@x.example" for n in range(6)]


def test_a_pass_ends_after_a_minute_and_the_next_one_goes_on(
    settings: Any, letters: list[OutboxEmail], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Slow"
    Slow.now, Slow.sent, Slow.inside = later(1), [], True
    monkeypatch.setattr(emails, "_clock", lambda now: lambda: Slow.now)
    assert emails.send_due(now=Slow.now) == 1
    Slow.inside = False


def test_a_lease_outlives_whoever_sends() -> None:
    assert timedelta(seconds=queues.MAIL.hard) < emails.LEASE
    assert timedelta(seconds=queues.MAIL.soft) > emails.PASS


class TimeIsUp(BaseEmailBackend):
    """The task's time is over in the middle of an email."""

    def send_messages(self, messages: list[EmailMessage]) -> int:
        raise SoftTimeLimitExceeded


def test_when_the_time_is_up_the_email_keeps_its_lease(
    settings: Any, letters: list[OutboxEmail]
) -> None:
    """Whether it was sent is not known. Nothing is set aside for it, and the server is spared."""
    settings.EMAIL_BACKEND = f"{__name__}.TimeIsUp"
    with pytest.raises(SoftTimeLimitExceeded):
        emails.send_due(now=later(1))
    assert OutboxEmail.objects.filter(lease_until__gt=later(10), tries=1).count() == 1
    assert not SetAside.objects.exists()
    assert MailOutage.objects.get().is_open


def test_an_email_is_not_taken_from_whoever_claimed_it_since(
    letters: list[OutboxEmail], settings: Any
) -> None:
    row = letters[0]
    assert emails._claim(row, later(1))
    OutboxEmail.objects.filter(pk=row.pk).update(lease_until=later(30))
    emails._postpone(row, later(2), ConnectionError("cut"))
    assert OutboxEmail.objects.get(pk=row.pk).lease_until == later(30)


def test_of_two_workers_that_found_an_email_one_sends_it(letters: list[OutboxEmail]) -> None:
    one, other = (OutboxEmail.objects.get(pk=letters[0].pk) for _worker in range(2))
    assert emails._claim(one, later(1))
    assert not emails._claim(other, later(1))


class ComesBack(BaseEmailBackend):
    """The report that an email came back is read before we have noted that it was sent."""

    def send_messages(self, messages: list[EmailMessage]) -> int:
        rows = OutboxEmail.objects.filter(to=messages[0].to[0])
        return rows.update(state="bounced", bounced_at=NOW)


def test_an_email_that_came_back_at_once_is_not_sent(
    letters: list[OutboxEmail], settings: Any
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ComesBack"
    emails.send_due(now=later(1))
    assert set(states()) == {"bounced"}


def test_emails_that_are_late_are_a_warning(letters: list[OutboxEmail]) -> None:
    assert "mail" not in warnings(later(14))
    assert warnings(later(16))["mail"] == "6 emails have been due for more than 15 minutes."
