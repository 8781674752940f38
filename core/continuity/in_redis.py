"""The place outside the database in Redis, which all machines of an installation share."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from core.continuity.outside import Mark, Number

REDIS_MARK, REDIS_NUMBERS = "retainer_hub:mark", "retainer_hub:numbers"
#: Sets the mark, unless the one that is there is later and of the same installation.
SET_MARK = """
local there = redis.call('HMGET', KEYS[1], 'installation', 'value')
if there[1] ~= ARGV[1] or tonumber(there[2]) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'installation', ARGV[1], 'value', ARGV[2])
end
"""
SET_LAST = """
for i = 1, #ARGV, 2 do
  local last = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if last < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
"""


class RedisStore:
    """The store in Redis.

    It keeps the last number of each series, without what it was given to.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def _open(self) -> Iterator[Redis]:
        redis = Redis.from_url(
            self.url, socket_connect_timeout=2, socket_timeout=5, decode_responses=True
        )
        try:
            with closing(redis):
                yield redis
        except RedisError as error:
            raise OSError(f"Redis: {error}") from error

    def read(self) -> Mark | None:
        with self._open() as redis:
            found = redis.hgetall(REDIS_MARK)
        return Mark(UUID(str(found["installation"])), int(found["value"])) if found else None

    def write(self, mark: Mark) -> None:
        with self._open() as redis:
            redis.eval(SET_MARK, 1, REDIS_MARK, str(mark.installation), mark.value)

    def note(self, numbers: Sequence[Number]) -> None:
        last: dict[str, int] = {}
        for each in numbers:
            last[each.series] = max(each.seq, last.get(each.series, 0))
        if last:
            with self._open() as redis:
                redis.eval(
                    SET_LAST, 1, REDIS_NUMBERS, *(part for pair in last.items() for part in pair)
                )

    def numbers(self) -> Iterator[Number]:
        with self._open() as redis:
            found = redis.hgetall(REDIS_NUMBERS)
        yield from (Number(str(series), int(last)) for series, last in found.items())
