"""A verdict in words with its reasons: what is not asked yet never counts as a yes."""

from hypothesis import given
from hypothesis import strategies as st

from clients import fit_check
from clients.rules import fit
from clients.rules.fit import NEEDED, Answer, Question, Verdict
from tests.world import NOW, World

ALL = {question.value: "yes" for question in Question}
answers = st.dictionaries(st.sampled_from([*Question]), st.sampled_from([*Answer]))


def test_the_verdict_turns_on_the_need_and_the_budget() -> None:
    assert fit.check(ALL).verdict == Verdict.RETAINER
    assert fit.check(ALL | {"worked": "no"}).verdict == Verdict.TRIAL
    assert fit.check(ALL | {"reaches": ""}).verdict == Verdict.TRIAL
    assert fit.check(ALL | {"recurs": "no"}).verdict == Verdict.PROJECT
    assert fit.check(ALL | {"budget": ""}).verdict == Verdict.OPEN


@given(answers)
def test_every_question_is_a_reason_for_or_against_or_open(given: dict[Question, Answer]) -> None:
    found = fit.check(given)
    told = [*found.speaks_for, *found.speaks_against, *found.unanswered]
    assert sorted(told) == sorted(Question)
    assert found.verdict != Verdict.RETAINER or found.speaks_for == tuple(Question)
    assert (found.verdict == Verdict.PROJECT) == any(one in found.speaks_against for one in NEEDED)


def test_answering_again_takes_the_place_of_the_answers_before(world: World) -> None:
    client = world.client()
    fit_check.answer(client=client, answers=ALL, now=NOW)
    again = fit_check.answer(client=client, answers={"recurs": "yes"}, now=NOW)
    assert again.found.verdict == Verdict.OPEN
    assert again.found.speaks_for == (Question.RECURS,)
