"""The fit check: five questions that tell whether a prospect suits a retainer, with reasons."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.reusable import TextKind
from clients import fit_check
from clients.models import Client, FitCheck
from clients.models.sales import question_label
from clients.rules.fit import Fit, Question, Verdict
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.sales.forms.fit import FitForm

VERDICTS: dict[Verdict, tuple[Any, Any]] = {
    Verdict.RETAINER: (
        _("A retainer now"),
        _("Book the call with the decision maker and offer three tiers."),
    ),
    Verdict.TRIAL: (
        _("A paid trial first"),
        _("Two to four weeks for one fee, with one number to watch and a decision day."),
    ),
    Verdict.PROJECT: (
        _("Project work"),
        _("Quote the piece of work. Ask again when the need comes back every month."),
    ),
    Verdict.OPEN: (
        _("Not enough is known yet"),
        _(
            "Ask whether the need recurs every month and whether there is a budget for it: "
            "the rest follows."
        ),
    ),
}
#: The kind of proposal that a verdict starts, and the words of its button.
STARTS: dict[Verdict, tuple[str, Any]] = {
    Verdict.TRIAL: (TextKind.TRIAL.value, _("Propose a paid trial")),
    Verdict.PROJECT: (TextKind.ONCE.value, _("Propose a project")),
}
FOR: dict[Question, Any] = {
    Question.RECURS: _("The need comes back every month."),
    Question.BUDGET: _("There is a budget for every month."),
    Question.REACHES: _("You can talk to who decides."),
    Question.WORKED: _("You have worked together: trust is there."),
    Question.GROWS: _("They want to grow: every month has a goal."),
}
AGAINST: dict[Question, Any] = {
    Question.RECURS: _(
        "The need does not come back every month, so there is nothing to reserve time for."
    ),
    Question.BUDGET: _("There is no budget for every month, so a fixed fee would be ended soon."),
    Question.REACHES: _(
        "You cannot reach who decides: a small trial can be agreed to by somebody else."
    ),
    Question.WORKED: _("You have not worked together: let them see a few weeks first, paid."),
    Question.GROWS: _("They do not want to grow: a trial shows what a month is good for."),
}


class FitPage(DashboardView):
    """The five questions, and the verdict that their answers give."""

    needs = Area.SALES
    template = "dashboard/sales/fit.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        return self._page(request, client, FitForm(instance=self._row(client)))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        form = FitForm(request.POST)
        if not form.is_valid():
            return self._page(request, client, form, status=422)
        fit_check.answer(client=client, answers=form.cleaned_data, now=timezone.now())
        return redirect("dashboard:client_fit", client.pk)

    def _page(
        self, request: HttpRequest, client: Client, form: FitForm, status: int = 200
    ) -> HttpResponse:
        row = self._row(client)
        return self.show(
            request,
            client=client,
            form=form,
            fit=verdict_in_words(row.found) if row else None,
            status=status,
        )

    def _row(self, client: Client) -> FitCheck | None:
        return self.rows(FitCheck).filter(client=client).first()


def verdict_in_words(fit: Fit) -> dict[str, Any]:
    """The verdict and its reasons as translated sentences, for the template."""
    title, advice = VERDICTS[fit.verdict]
    starts, start_label = STARTS.get(fit.verdict, ("", ""))
    return {
        "verdict": fit.verdict,
        "title": title,
        "advice": advice,
        "starts": starts,
        "start_label": start_label,
        "speaks_for": [FOR[question] for question in fit.speaks_for],
        "speaks_against": [AGAINST[question] for question in fit.speaks_against],
        "unanswered": [question_label(question) for question in fit.unanswered],
    }
