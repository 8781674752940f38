"""Where the workers of an installation share their turns at a gateway: where their queue is.

With Redis the turns are in Redis, which all machines reach and whose clock they share. Without it
the queue is files in RH_VAR_DIR, so there is one machine, and the turns are files there, too.
"""

import fcntl
import logging
import os
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings

log = logging.getLogger(__name__)
NANO = 10**9
LONGEST = 600 * NANO  # no turn is further ahead: what says so was written by a clock that was wrong
ASKED_AGAIN = 10 * NANO  # after Redis did not answer
#: Moves the next turn of KEYS[1] on and returns how far ahead it was, up to ARGV[3] (µs).
SCRIPT = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local first = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
if first > now + ARGV[3] then first = now end
local after = string.format('%.0f', math.max(first + ARGV[1], now + ARGV[2]))
redis.call('SET', KEYS[1], after, 'PX', string.format('%.0f', ARGV[3] / 1000))
return string.format('%.0f', first - now)
"""


class SharedTurns(Protocol):
    """The next free turn of each account. Times are nanoseconds."""

    def take(self, account: str, length: int, *, pause: int = 0) -> int:
        """Return how far ahead the next turn is, and move it on by `length`.

        Afterwards it is at least `pause` ahead.
        """


class InFiles:
    """The turns as one small file for each account, locked while it is read and written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, account: str, length: int, *, pause: int = 0) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        file = os.open(self._folder / account, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            now = time.time_ns()
            first = max(int(os.read(file, 30) or 0), now)
            if first > now + LONGEST:
                first = now
            os.pwrite(file, b"%030d" % max(first + length, now + min(pause, LONGEST)), 0)
        finally:
            os.close(file)
        return first - now


class InRedis:
    """The turns in Redis. While it is away, each process has only its own turns."""

    def __init__(self, address: str) -> None:
        import redis

        self._script: Any = redis.Redis.from_url(
            address, socket_timeout=2, socket_connect_timeout=2
        ).register_script(SCRIPT)
        self._away_until = 0

    def take(self, account: str, length: int, *, pause: int = 0) -> int:
        from redis import RedisError

        if time.monotonic_ns() < self._away_until:
            return 0
        sums: Sequence[int] = [each // 1000 for each in (length, min(pause, LONGEST), LONGEST)]
        try:
            ahead = self._script(keys=[f"rh:turns:{account}"], args=sums)
        except RedisError:
            log.warning("Redis does not answer: the limit of %s is kept by each process.", account)
            self._away_until = time.monotonic_ns() + ASKED_AGAIN
            return 0
        return int(ahead) * 1000


@cache
def shared_turns() -> SharedTurns:
    """Return the turns of this installation."""
    if settings.REDIS_URL:
        return cast(SharedTurns, InRedis(settings.REDIS_URL))
    return InFiles(settings.RH_VAR_DIR / "turns")
