"""The fit check gives a verdict with its reasons; an unanswered question never counts as a yes."""

from hypothesis import given
from hypothesis import strategies as st

from clients import fit_check
from clients.rules import fit
from clients.rules.fit import REQUIRED, Answer, Question, Verdict
from tests.world import NOW, World

ALL = {question.value: "yes" for question in Question}
answers = st.dictionaries(st.sampled_from([*Question]), st.sampled_from([*Answer]))


def test_the_verdict_depends_first_on_need_and_budget() -> None:
    assert fit.check(ALL).verdict == Verdict.RETAINER
    assert fit.check(ALL | {"worked": "no"}).verdict == Verdict.TRIAL
    assert fit.check(ALL | {"reaches": ""}).verdict == Verdict.TRIAL
    assert fit.check(ALL | {"recurs": "no"}).verdict == Verdict.PROJECT
    assert fit.check(ALL | {"budget": ""}).verdict == Verdict.OPEN


@given(answers)
def test_every_question_is_a_reason_for_or_against_or_unanswered(
    given: dict[Question, Answer],
) -> None:
    result = fit.check(given)
    reasons = [*result.speaks_for, *result.speaks_against, *result.unanswered]
    assert sorted(reasons) == sorted(Question)
    assert result.verdict != Verdict.RETAINER or result.speaks_for == tuple(Question)
    required_no = any(question in result.speaks_against for question in REQUIRED)
    assert (result.verdict == Verdict.PROJECT) == required_no


def test_new_answers_replace_the_earlier_ones(world: World) -> None:
    client = world.client()
    fit_check.answer(client=client, answers=ALL, now=NOW)
    again = fit_check.answer(client=client, answers={"recurs": "yes"}, now=NOW)
    assert again.found.verdict == Verdict.OPEN
    assert again.found.speaks_for == (Question.RECURS,)
