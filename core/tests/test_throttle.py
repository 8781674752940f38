"""Rate limits hold for parallel requests, last as long as they say, and are never forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.core import ratelimit
from django.core.cache import cache
from django.test import RequestFactory

from core.models import CacheEntry
from core.web.throttle import mailbox, network, too_often
from tests.at_once import at_once
from tests.world import NOW, World


def allowed(who: str = "ploy", *, calls: int = 1, limit: int = 3, now: Any = NOW) -> int:
    """How many of `calls` pass a limit of `limit` in an hour."""
    answers = [too_often("test", who, limit=limit, seconds=3600, now=now) for _ in range(calls)]
    return answers.count(False)


@pytest.mark.django_db
def test_an_hour_lasts_an_hour_from_the_first_request() -> None:
    assert allowed(calls=2) == 2
    assert allowed(calls=2, now=NOW + timedelta(minutes=50)) == 1
    # The requests after the first one neither shorten the hour nor make it longer.
    assert allowed(calls=1, now=NOW + timedelta(minutes=59)) == 0
    assert allowed(calls=5, now=NOW + timedelta(minutes=61)) == 3


@pytest.mark.django_db
def test_each_person_and_each_action_is_counted_alone() -> None:
    assert allowed("ploy", calls=5) == 3
    assert allowed("dao", calls=5) == 3
    assert not too_often("another", "ploy", limit=1, seconds=3600, now=NOW)


@pytest.mark.django_db
def test_what_others_do_never_frees_someone_who_is_blocked() -> None:
    assert allowed(calls=5) == 3
    for n in range(500):
        cache.set(f"once:{n}", "/somewhere/", 3600)
        allowed(f"another {n}")
    assert allowed() == 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
def test_a_stranger_is_an_ipv4_address_or_an_ipv6_network(address: str, counted: str) -> None:
    assert network(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


def test_of_parallel_requests_exactly_the_limit_passes(studio: World) -> None:
    answers = at_once(*[lambda: allowed(calls=10, limit=10)] * 10)
    assert sum(answers) == 10
    later = at_once(*[lambda: allowed(calls=10, limit=10, now=NOW + timedelta(hours=2))] * 10)
    assert sum(later) == 10


def test_the_limits_of_signing_in_hold_for_parallel_requests_too(studio: World) -> None:
    def guess() -> bool:
        request = RequestFactory().post("/accounts/login/")
        return bool(ratelimit.consume(request, action="login_failed", key="nan@nan.example"))

    assert sum(at_once(*[guess] * 20)) <= 5


@pytest.mark.django_db
def test_a_full_cache_forgets_nothing_before_its_time() -> None:
    cache.set("first", "kept", 3600)
    cache.set("over", "gone", 0.001)
    for n in range(400):
        cache.set(f"another:{n}", n, 3600)
    assert cache.get("first") == "kept"
    assert cache.get("over") is None
    assert not CacheEntry.objects.filter(cache_key__endswith="over").exists()


def test_spellings_that_a_database_finds_alike_are_one_mailbox() -> None:
    spellings = ("visitor@studio.example", "Visitor@Studio.example", "vıſitor@ſtudıo.example")
    assert len({mailbox(email) for email in spellings}) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["\u202e{{ x }}", "two words", "9" * 5_000, "\0"])
def test_whatever_somebody_writes_is_a_key_of_the_cache(key: str) -> None:
    cache.set(key, "kept")
    assert (cache.get(key), cache.get(f"{key}.")) == ("kept", None)
