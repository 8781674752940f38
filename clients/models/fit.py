"""FitCheck: what a freelancer knows about a prospect before selling a retainer."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.rules import fit
from clients.rules.fit import Answer, Question
from core.models import TenantRow

ANSWERS = [(Answer.YES.value, _("Yes")), (Answer.NO.value, _("No"))]


class FitCheck(TenantRow):
    """One for each client, the freelancer's own (rule 37). An empty answer: not known yet."""

    client = models.OneToOneField("clients.Client", models.CASCADE, related_name="fit_check")
    recurs = models.CharField(_("Does the need recur every month?"), max_length=3, choices=ANSWERS, blank=True)
    budget = models.CharField(_("Is there a budget for every month?"), max_length=3, choices=ANSWERS, blank=True)
    reaches = models.CharField(_("Can you reach who decides?"), max_length=3, choices=ANSWERS, blank=True)
    worked = models.CharField(_("Have you worked together before?"), max_length=3, choices=ANSWERS, blank=True)
    grows = models.CharField(_("Do they want to grow?"), max_length=3, choices=ANSWERS, blank=True)

    class Meta:
        verbose_name = _("fit check")
        verbose_name_plural = _("fit checks")

    def __str__(self) -> str:
        return f"{self.client}"

    @property
    def found(self) -> fit.Fit:
        """The verdict on these answers, with its reasons."""
        return fit.check({question.value: getattr(self, question) for question in Question})


def question_label(question: Question) -> Any:
    """The question in words."""
    return FitCheck._meta.get_field(question.value).verbose_name  # type: ignore[union-attr]
