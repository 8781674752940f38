"""Writes the answers of a fit check."""

from collections.abc import Mapping
from datetime import datetime

from clients.models import Client, FitCheck
from clients.rules.fit import Answer, Question


def answer(*, client: Client, answers: Mapping[str, str], now: datetime) -> FitCheck:
    """Keep these answers, in place of the ones before; what is missing is not known yet."""
    values = {question.value: Answer(answers.get(question, "")).value for question in Question}
    found, _made = FitCheck.objects.update_or_create(
        client=client,
        defaults=values,
        create_defaults={**values, "business": client.business, "created_at": now},
    )
    return found
