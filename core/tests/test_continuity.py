"""An installation whose database went back, or that is a copy, stands still (rule 46)."""

import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from core.continuity import outside, standing
from core.continuity.in_redis import RedisStore
from core.continuity.outside import FileStore, Mark, Number, Store
from core.errors import StandsStill
from core.models import OutboxEmail, Standing
from core.outbox import emails
from tests.factories import BusinessFactory
from tests.world import NOW

HERE, ELSEWHERE = uuid.uuid4(), uuid.uuid4()


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis of these tests' own."""
    socket = tmp_path_factory.mktemp("redis") / "socket"
    places = subprocess.run(
        [sys.executable, "bin/servers.py"], capture_output=True, text=True, check=True
    )
    binary = re.search("REDIS_BIN='(.*)'", places.stdout)[1]
    server = [binary, "--port", "0", "--unixsocket", str(socket), "--save", ""]
    process = subprocess.Popen(server, stdout=subprocess.DEVNULL)
    url = f"unix://{socket}"
    _wait_for(url)
    yield url
    process.terminate()
    process.wait()


def _wait_for(url: str) -> None:
    """Return when the server answers: its socket is there a moment before it listens."""
    client = Redis.from_url(url)
    for _ in range(200):
        try:
            client.ping()
            return
        except RedisConnectionError:
            time.sleep(0.05)
    raise AssertionError("Redis did not start within ten seconds")


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each place outside the database."""
    if request.param == "file":
        return FileStore(tmp_path / "marks")
    store = RedisStore(request.getfixturevalue("redis"))
    with store._open() as server:
        server.flushall()
    return store


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> Path:
    """A machine with a folder of its own, on which this installation has begun."""
    move_to(monkeypatch, tmp_path / "marks")
    Standing.objects.all().delete()
    standing.begin(now=NOW)
    return tmp_path / "marks"


def move_to(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """From now on, what is outside the database is in this file."""
    monkeypatch.setattr(outside, "stores", lambda: [FileStore(path)])


def go_back_to(row: Standing) -> None:
    """Put the row back, as a restored backup does."""
    Standing.objects.all().delete()
    row.save(force_insert=True)


# --- the places -----------------------------------------------------------------------------------


def test_a_mark_only_grows_unless_it_is_another_installations(place):
    assert place.read() is None
    for value, after in ((3, 3), (2, 3), (7, 7)):
        place.write(Mark(HERE, value))
        assert place.read() == Mark(HERE, after)
    place.write(Mark(ELSEWHERE, 1))
    assert place.read() == Mark(ELSEWHERE, 1)


def test_numbers_that_were_given_are_known(place):
    place.note([Number("a", 1, "one"), Number("a", 2, "two"), Number("b", 9, "nine")])
    known = {(each.series, each.seq) for each in place.numbers()}
    assert {("a", 2), ("b", 9)} <= known


def test_a_copied_file_does_not_count(tmp_path):
    store = FileStore(tmp_path / "marks")
    store.write(Mark(HERE, 5))
    copy = Path(shutil.copy(store.path, tmp_path / "copy"))
    assert store.read() == Mark(HERE, 5)
    assert FileStore(copy).read() is None


# --- the installation -----------------------------------------------------------------------------


def test_an_installation_that_goes_forward_acts(here):
    for _ in range(3):
        standing.advance(now=NOW)
        standing.require()
    assert FileStore(here).read().value == Standing.objects.get().value == 3


def test_a_database_that_went_back_stands_still(here):
    standing.advance(now=NOW)
    backup = Standing.objects.get()
    standing.advance(now=NOW)
    go_back_to(backup)
    for act in (standing.require, lambda: standing.advance(now=NOW)):
        with pytest.raises(StandsStill, match="older"):
            act()
    assert standing.in_doubt().doubt == "behind"


def test_a_copy_in_another_place_stands_still(here, monkeypatch, tmp_path):
    standing.advance(now=NOW)
    move_to(monkeypatch, tmp_path / "elsewhere")
    with pytest.raises(StandsStill, match="copy"):
        standing.advance(now=NOW)


def test_a_database_that_was_made_elsewhere_and_has_never_acted_begins(here, monkeypatch, tmp_path):
    move_to(monkeypatch, tmp_path / "elsewhere")
    standing.advance(now=NOW)
    standing.advance(now=NOW)


def test_a_doubt_stays_until_a_person_goes_on(here):
    backup = Standing.objects.get()
    standing.advance(now=NOW)
    go_back_to(backup)
    for _ in range(3):
        with pytest.raises(StandsStill):
            standing.advance(now=NOW)
    standing.resume(actor="Nan", now=NOW)
    standing.advance(now=NOW)
    assert standing.in_doubt() is None


def test_after_one_copy_goes_on_the_other_stands_still(here):
    standing.advance(now=NOW)
    other = Standing.objects.get()
    standing.resume(actor="Nan", now=NOW)
    go_back_to(other)
    with pytest.raises(StandsStill):
        standing.advance(now=NOW)


def test_an_older_database_that_is_restored_here_stands_still(here):
    Standing.objects.all().delete()
    BusinessFactory()
    standing.begin(now=NOW)
    with pytest.raises(StandsStill):
        standing.advance(now=NOW)


def test_an_installation_of_an_older_version_goes_on(here):
    here.unlink()
    Standing.objects.all().delete()
    BusinessFactory()
    standing.begin(now=NOW)
    standing.advance(now=NOW)


def test_a_place_that_cannot_be_written_stops_everything(here, monkeypatch):
    here.unlink()
    here.mkdir()
    with pytest.raises(OSError, match="marks"):
        standing.advance(now=NOW)


def test_nothing_is_mailed_while_it_stands_still(here, mailoutbox):
    emails.post("nothing", [("1", BusinessFactory())], now=NOW)
    backup = Standing.objects.get()
    standing.advance(now=NOW)
    go_back_to(backup)
    with pytest.raises(StandsStill):
        emails.send_due(now=NOW)
    assert not mailoutbox
    assert OutboxEmail.objects.get().tries == 0


def test_the_last_mark_stays_while_it_stands_still(here):
    standing.advance(now=NOW)
    backup = Standing.objects.get()
    standing.advance(now=NOW + timedelta(hours=1))
    go_back_to(backup)
    with pytest.raises(StandsStill):
        standing.advance(now=NOW + timedelta(days=20))
    assert standing.in_doubt().marked_at == NOW
