"""The pipeline: a board of prospects by stage, moved by drag, by keyboard or on a phone."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.running import expected_fees
from agreements.running.expected_fees import Expected
from clients import pipeline
from clients.models import Client
from clients.models.client import STAGES
from clients.rules.pipeline import ODDS, Stage
from core import audit
from core.errors import RuleError
from dashboard.clients.forms import LostForm
from dashboard.page import DashboardView, refuse, say

SHOWN = 30  # cards in a column; the list has them all


@dataclass(frozen=True)
class Column:
    """One stage: its newest cards, how many there are in all, and what they would bring a month by currency."""

    stage: str
    label: Any
    odds: int | None
    count: int
    totals: list[tuple[str, int]]
    cards: list[tuple[Client, Expected | None, int]]

    @property
    def is_won(self) -> bool:
        """Whether its clients have signed."""
        return self.stage == Stage.WON


class Board(DashboardView):
    """Everybody who is not yet a client, by stage, and who was won or lost lately."""

    template = "dashboard/pipeline.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        everyone = self.rows(Client)
        counts = dict(Counter(everyone.values_list("state", flat=True)))
        there = (
            self._open(everyone)
            + self._closed(everyone, Stage.WON)
            + self._closed(everyone, Stage.LOST)
        )
        fees = expected_fees.expected(there)
        columns = [self._column(value, label, there, fees, counts) for value, label in STAGES]
        worth = expected_fees.worth(there, fees)
        moves = [(value, label) for value, label in STAGES if value != Stage.WON]
        return self.show(request, columns=columns, worth=worth, moves=moves, anybody=bool(there))

    def _open(self, everyone: Any) -> list[Client]:
        found = everyone.filter(state__in=list(ODDS)).prefetch_related("contacts")
        return list(found.order_by("-stage_at", "pk"))

    def _closed(self, everyone: Any, state: Stage) -> list[Client]:
        return list(
            everyone.filter(state=state)
            .prefetch_related("contacts")
            .order_by("-stage_at", "pk")[:SHOWN]
        )

    def _column(
        self,
        value: str,
        label: Any,
        there: list[Client],
        fees: dict[UUID, Expected],
        counts: dict[str, int],
    ) -> Column:
        rows = [row for row in there if row.state == value]
        totals: dict[str, int] = defaultdict(int)
        for row in rows if value in ODDS else []:
            if fee := fees.get(row.pk):
                totals[fee.currency] += fee.amount
        now = timezone.now()
        cards = [(row, fees.get(row.pk), (now - row.stage_at).days) for row in rows[:SHOWN]]
        return Column(
            value,
            label,
            ODDS.get(Stage(value)),
            counts.get(value, 0),
            sorted(totals.items()),
            cards,
        )


class Move(DashboardView):
    """Put a prospect into another stage; lost asks why first."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        to = request.POST.get("to", "")
        if to == Stage.LOST:
            return redirect("dashboard:client_lost", client.pk)
        try:
            if to not in dict(STAGES):
                raise pipeline.NotByHand(_("There is no such stage."))
            pipeline.put(
                client=client,
                to=Stage(to),
                actor=self.actor,
                now=timezone.now(),
                origin=self.origin,
            )
            where = {"name": client.name, "stage": client.get_state_display()}
            messages.success(request, _("%(name)s is now in “%(stage)s”.") % where)
        except RuleError as no:
            say(request, no)
        return redirect("dashboard:pipeline")


class LoseClient(DashboardView):
    """Why it was lost, in one tap and their words."""

    template = "dashboard/client_lost.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        return self.show(request, client=client, form=LostForm())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        form = LostForm(request.POST)
        if form.is_valid():
            try:
                pipeline.put(
                    client=client,
                    to=Stage.LOST,
                    actor=self.actor,
                    now=timezone.now(),
                    origin=self.origin,
                    **form.cleaned_data,
                )
                return redirect("dashboard:pipeline")
            except RuleError as no:
                refuse(form, no)
        return self.show(request, client=client, form=form, status=422)


def moves_of(client: Client) -> list[dict[str, Any]]:
    """Every move of a prospect that was recorded, newest first, in words."""
    names = dict(STAGES)
    events = [event for event in audit.chain(client.pk) if event.event == pipeline.MOVED]
    return [
        {
            "at": event.at,
            "who": event.actor,
            "from": names.get(event.data["from"]),
            "to": names.get(event.data["to"]),
        }
        for event in reversed(events)
    ]
