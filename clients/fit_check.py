"""Saves the answers of a fit check."""

from collections.abc import Mapping
from datetime import datetime

from clients.models import Client, FitCheck
from clients.rules.fit import Answer, Question


def answer(*, client: Client, answers: Mapping[str, str], now: datetime) -> FitCheck:
    """Save the answers of a client's fit check, replacing earlier ones.

    `answers` maps questions to answers (clients.rules.fit); a missing question counts as
    unanswered.
    """
    values = {question.value: Answer(answers.get(question, "")).value for question in Question}
    fit_check, _created = FitCheck.objects.update_or_create(
        client=client,
        defaults=values,
        create_defaults={**values, "business": client.business, "created_at": now},
    )
    return fit_check
