"""The night goes on after a failure, ends in time, and says how to repeat what failed."""

import subprocess
import time
from itertools import islice
from pathlib import Path

from tests.nightly import ROOT, SEEDED, WHOLE, Night, Step, rounds


def shell(name: str, script: str) -> Step:
    return Step(name, ("sh", "-c", script))


def test_a_failure_stops_no_other_proof_and_the_end_says_how_to_repeat_it(tmp_path: Path) -> None:
    night = Night(tmp_path, time.monotonic() + 60)
    night.run(shell("faults", "echo '  again: bin/test faults --seed 7'; exit 1"))
    night.run(shell("year", "exit 1"))
    night.run(shell("letters", "echo all is well"))
    assert not night.is_good
    assert night.again == ["bin/test faults --seed 7", "sh -c 'exit 1'"]
    said = night.summary()
    assert "1 passed, 2 FAILED" in said and "\n  bin/test faults --seed 7" in said
    assert "all is well" in (tmp_path / "02-letters.log").read_text()


def test_when_the_time_is_over_a_proof_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    night = Night(tmp_path, time.monotonic() + 0.5)
    night.run(shell("letters", "exit 0"))
    mark = tmp_path / "left behind"
    night.run(shell("soak", f"(sleep 2; touch '{mark}') & sleep 60"))
    night.run(shell("year", "exit 0"))
    assert [str(verdict) for _step, verdict, _seconds in night.found] == [
        "passed",
        "stopped",
        "NOT RUN",
    ]
    assert night.is_good and "1 stopped, 1 NOT RUN" in night.summary()
    time.sleep(2)
    assert not mark.exists()


def test_a_night_follows_from_its_seed_and_no_round_repeats_another() -> None:
    first, second, third = islice(rounds(1), 3)
    assert [first, second, third] == list(islice(rounds(1), 3)) != list(islice(rounds(2), 3))
    assert sorted(step.name for step in first) == sorted([*SEEDED, *WHOLE])
    assert sorted(step.name for step in third) == sorted(SEEDED)
    again = [
        step.words for steps in (first, second, third) for step in steps if step.name in SEEDED
    ]
    assert len(set(again)) == len(again)


def test_every_proof_of_a_night_is_a_command() -> None:
    told = subprocess.run(
        [ROOT / "bin" / "test", "--help"], capture_output=True, text=True, check=True
    ).stdout
    names = [name.split()[0] for name in (*SEEDED, *WHOLE)]
    assert [name for name in names if f"bin/test {name} " not in told] == []
