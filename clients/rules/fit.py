"""The fit check: five questions that tell whether a prospect suits a retainer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Question(StrEnum):
    """The questions, the most important first."""

    RECURS = "recurs"
    BUDGET = "budget"
    REACHES = "reaches"
    WORKED = "worked"
    GROWS = "grows"


class Answer(StrEnum):
    """An answer. UNKNOWN means not asked yet, and never counts as a yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = ""


class Verdict(StrEnum):
    """What to sell to the prospect. OPEN: a required question is not answered yet."""

    RETAINER = "retainer"
    TRIAL = "trial"
    PROJECT = "project"
    OPEN = "open"

    @property
    def is_retainer(self) -> bool:
        """Whether a retainer is what to sell."""
        return self == Verdict.RETAINER

    @property
    def is_trial(self) -> bool:
        """Whether a trial is what to sell first."""
        return self == Verdict.TRIAL


#: Without a yes to these there is nothing to sell every month. The other questions decide whether a
#: trial should come first.
REQUIRED = (Question.RECURS, Question.BUDGET)


@dataclass(frozen=True)
class Fit:
    """The verdict and its reasons. Every question is in exactly one of the three tuples."""

    verdict: Verdict
    speaks_for: tuple[Question, ...]
    speaks_against: tuple[Question, ...]
    unanswered: tuple[Question, ...]


def check(answers: Mapping[str, str]) -> Fit:
    """The verdict on the answers by question; a missing question counts as unanswered."""
    all_answers = {question: Answer(answers.get(question, "")) for question in Question}
    return Fit(
        _verdict(all_answers),
        _questions_with(all_answers, Answer.YES),
        _questions_with(all_answers, Answer.NO),
        _questions_with(all_answers, Answer.UNKNOWN),
    )


def _verdict(answers: Mapping[Question, Answer]) -> Verdict:
    required = [answers[question] for question in REQUIRED]
    if Answer.NO in required:
        return Verdict.PROJECT
    if Answer.UNKNOWN in required:
        return Verdict.OPEN
    all_yes = all(answer == Answer.YES for answer in answers.values())
    return Verdict.RETAINER if all_yes else Verdict.TRIAL


def _questions_with(answers: Mapping[Question, Answer], wanted: Answer) -> tuple[Question, ...]:
    return tuple(question for question, answer in answers.items() if answer == wanted)
