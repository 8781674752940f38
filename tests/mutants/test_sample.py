"""A few of the small bugs of `bin/test mutants` in every run, and that its runner knows a survivor."""

import random
from collections.abc import Iterator

import pytest

from tests.mutants import Mutant
from tests.mutants.planting import Copy, Verdict, copied, is_current
from tests.mutants.table import MUTANTS

FAST = ("core/tests/test_digest.py",)


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    with copied() as one:
        yield one


def test_every_small_bug_can_still_be_planted_and_has_words_of_its_own() -> None:
    assert [mutant.words for mutant in MUTANTS if not is_current(mutant)] == []
    assert len({mutant.words for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.proof
def test_small_bugs_are_caught(copy: Copy) -> None:
    """Others in each run; the words of one that survives repeat it with `bin/test mutants`."""
    failed = []
    for mutant in random.sample(MUTANTS, 2):
        result = copy.try_out(mutant)
        assert result.verdict == Verdict.CAUGHT, (mutant.words, result)
        failed.append(result.said)
    without = copy.run(failed)
    assert without.returncode == 0, f"they fail without the bugs, too: {without.stdout}"


@pytest.mark.proof
@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ('"""', '"""In other words: ', Verdict.OUTDATED),
        ("def digest(", "def  digest(", Verdict.SURVIVED),
        ("def digest(", "def hashed(", Verdict.BROKEN),
    ],
)
def test_what_no_test_sees_has_survived_and_what_does_not_run_is_no_catch(
    copy: Copy, before: str, after: str, verdict: Verdict
) -> None:
    harmless = Mutant("Nothing is wrong", "core/digest.py", before, after, FAST)
    assert copy.try_out(harmless).verdict == verdict
