"""Whether a prospect is a retainer client: five questions, a verdict, and what speaks for and against it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Question(StrEnum):
    """What is asked, in the order of its weight."""

    RECURS = "recurs"
    BUDGET = "budget"
    REACHES = "reaches"
    WORKED = "worked"
    GROWS = "grows"


class Answer(StrEnum):
    """UNKNOWN is "not asked yet": it never counts as a yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = ""


class Verdict(StrEnum):
    """What to sell. OPEN: the questions on which it turns are not answered."""

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


#: Without these there is nothing to sell every month; the others decide whether trust must be earned first.
NEEDED = (Question.RECURS, Question.BUDGET)


@dataclass(frozen=True)
class Fit:
    """The verdict and its reasons; every question stands in exactly one of the three lists."""

    verdict: Verdict
    speaks_for: tuple[Question, ...]
    speaks_against: tuple[Question, ...]
    unanswered: tuple[Question, ...]


def check(answers: Mapping[str, str]) -> Fit:
    """The verdict on answers by question; a question that is missing is unanswered."""
    found = {question: Answer(answers.get(question, "")) for question in Question}
    return Fit(
        _verdict(found),
        _which(found, Answer.YES),
        _which(found, Answer.NO),
        _which(found, Answer.UNKNOWN),
    )


def _verdict(found: Mapping[Question, Answer]) -> Verdict:
    needed = [found[question] for question in NEEDED]
    if Answer.NO in needed:
        return Verdict.PROJECT
    if Answer.UNKNOWN in needed:
        return Verdict.OPEN
    return (
        Verdict.RETAINER
        if all(answer == Answer.YES for answer in found.values())
        else Verdict.TRIAL
    )


def _which(found: Mapping[Question, Answer], wanted: Answer) -> tuple[Question, ...]:
    return tuple(question for question, answer in found.items() if answer == wanted)
