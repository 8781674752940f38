"""Proposals as PDFs: with every part, with hardly any, and of a trial."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from agreements.proposals.page import usual_questions
from agreements.rules.intervals import Interval
from billing.emails import offered_sums
from clients import testimonials
from core.models import TaxRate
from tests.golden.cases.documents import everything_agreed
from tests.golden.stage import TODAY, Documents, Stage, case
from tests.world import NOW


def as_pdf(stage: Stage, **terms: Any) -> bytes:
    proposal = stage.proposal(stage.client(), expires_on=TODAY + timedelta(days=14), **terms)
    return offered_sums.proposal_file(proposal, today=TODAY)


@case()
def proposals_to_keep(stage: Stage) -> Documents:
    words, last = stage.words, TODAY + timedelta(days=21)
    bare = as_pdf(stage, tiers=[replace(stage.words.ladder()[0], is_recommended=True)])
    trial = as_pdf(
        stage,
        interval=Interval.ONCE,
        ends_on=last,
        trial_measure=words.goal,
        credits_trial=True,
        next_tier=vars(words.ladder()[1]),
        tiers=[replace(words.ladder()[0], is_recommended=True)],
    )
    TaxRate.objects.create(business=stage.business, name=words.tax, percent="7", is_used=True)
    said = testimonials.keep(
        business=stage.business, now=NOW, author=words.colleague, role=words.role, quote=words.work
    )
    extras = [
        {"key": "x1", "title": words.work, "amount": stage.sum(500), "once": False},
        {"key": "x2", "title": words.title, "amount": stage.sum(1200), "once": True},
    ]
    full = as_pdf(
        stage,
        **everything_agreed(stage) | {"renews": "no", "ends_on": None},
        collect_by="transfer",
        goals=[words.goal],
        sections=[{"title": words.title, "body": f"**{words.goal}**\n\n- {words.work}"}],
        faq=[{"question": words.question, "answer": words.reason}, *usual_questions.usual_keys()],
        testimonials=[said],
        extras=extras,
        recommended_because=words.goal,
    )
    return {"proposal": full, "proposal-bare": bare, "proposal-trial": trial}
