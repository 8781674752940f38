"""Questions that most clients ask, answered from a proposal's own terms."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.models import Proposal
from agreements.proposals.page import plain_terms
from agreements.rules.intervals import Interval
from core import formats


@dataclass(frozen=True)
class UsualQuestion:
    """A question, when it applies to a proposal, and how it is answered in the active language."""

    question: Promise
    applies: Callable[[Proposal], bool]
    answer: Callable[[Proposal], str]


def questions_and_answers(proposal: Proposal) -> list[dict[str, str]]:
    """The proposal's questions as {"question", "answer"}, in its language.

    Those that were sent are read from the snapshot. Usual questions that do not apply to the
    proposal are left out.
    """
    if proposal.snapshot:
        sent: list[dict[str, str]] = proposal.snapshot.get("faq", [])
        return sent
    with translation.override(proposal.language):
        rows = [_answered(proposal, row) for row in proposal.faq]
    return [row for row in rows if row]


def usual_keys() -> list[dict[str, str]]:
    """All usual questions, as a proposal's `faq` stores them."""
    return [{"key": key} for key in USUAL]


def _answered(proposal: Proposal, row: dict[str, str]) -> dict[str, str] | None:
    if "key" not in row:
        return {"question": row["question"], "answer": row["answer"]}
    usual = USUAL.get(row["key"])
    if usual is None or not usual.applies(proposal):
        return None
    return {"question": str(usual.question), "answer": usual.answer(proposal)}


def _is_recurring(proposal: Proposal) -> bool:
    return proposal.interval != Interval.ONCE


def _is_trial(proposal: Proposal) -> bool:
    return proposal.is_trial and proposal.ends_on is not None


def _has_tiers(proposal: Proposal) -> bool:
    return _is_recurring(proposal) and proposal.tiers.count() > 1


def _has_hours(proposal: Proposal) -> bool:
    return any(minutes for minutes in proposal.tiers.values_list("minutes", flat=True))


def _stopping(proposal: Proposal) -> str:
    if proposal.ends_on:
        return plain_terms.renewal(proposal)
    months, text = proposal.minimum_months, plain_terms.notice(proposal)
    if not months:
        return text
    minimum = ngettext(
        "The agreement runs for at least %(n)s month.",
        "The agreement runs for at least %(n)s months.",
        months,
    )
    return f"{minimum % {'n': months}} {text}"


def _changing(proposal: Proposal) -> str:
    return _(
        "Yes. Tell us, and we send you the change with its new fee. It counts once you have signed "
        "it; the rest of the agreement stays as it is."
    )


def _going_beyond(proposal: Proposal) -> str:
    return plain_terms.extra_hours(proposal)


def _after_trial(proposal: Proposal) -> str:
    sentences = [
        _(
            "On %(day)s we decide together. Nothing continues automatically, and you owe nothing "
            "beyond the trial."
        )
        % {"day": formats.day(proposal.ends_on)}
    ]
    if proposal.next_tier:
        sentences.append(
            _("If you want to go on, you sign the “%(tier)s” tier.")
            % {"tier": proposal.next_tier["name"]}
        )
    return " ".join(sentences)


#: By key; a proposal stores the keys of those that it answers.
USUAL: dict[str, UsualQuestion] = {
    "stop": UsualQuestion(
        gettext_lazy("How can we stop working together?"), _is_recurring, _stopping
    ),
    "change": UsualQuestion(
        gettext_lazy("Can we move to another tier later?"), _has_tiers, _changing
    ),
    "beyond": UsualQuestion(
        gettext_lazy("What if we need more hours than agreed?"), _has_hours, _going_beyond
    ),
    "trial": UsualQuestion(
        gettext_lazy("What happens when the trial ends?"), _is_trial, _after_trial
    ),
}
