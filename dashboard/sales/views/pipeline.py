"""The pipeline: a board of prospects by stage. Cards are moved by dragging or with a menu."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Proposal
from agreements.running import expected_fees
from agreements.running.expected_fees import ExpectedFee
from clients import pipeline
from clients.models import Client
from clients.models.client import STAGES
from clients.rules.pipeline import ODDS, Stage
from core import audit
from core.errors import RuleError
from core.team.roles import Area
from dashboard.clients.forms import LostForm
from dashboard.last_events import last_events
from dashboard.page import DashboardView, add_error, show_error

SHOWN = 30  # cards in a column; the list has them all


@dataclass(frozen=True)
class Column:
    """One stage of the board.

    `odds` is the chance of winning in percent, `count` the number of all clients in the stage,
    `totals` their expected fees per month by currency in minor units, and `cards` the newest
    clients with the expected fee and the days spent in the stage.
    """

    stage: str
    label: Any
    odds: int | None
    count: int
    totals: list[tuple[str, int]]
    cards: list[tuple[Client, ExpectedFee | None, int]]

    @property
    def is_won(self) -> bool:
        """Whether its clients have signed."""
        return self.stage == Stage.WON


class PipelineBoard(DashboardView):
    """Every prospect by stage, and the clients won or lost most recently."""

    needs = Area.SALES
    template = "dashboard/sales/pipeline.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        clients = self.rows(Client)
        counts = dict(Counter(clients.values_list("state", flat=True)))
        shown = (
            self._open(clients)
            + self._closed(clients, Stage.WON)
            + self._closed(clients, Stage.LOST)
        )
        fees = expected_fees.fees_by_client(shown, self.today)
        columns = [self._column(value, label, shown, fees, counts) for value, label in STAGES]
        last = self._last_events([row for row in shown if row.state != Stage.WON])
        worth = expected_fees.weighted_totals(shown, fees)
        moves = [(value, label) for value, label in STAGES if value != Stage.WON]
        return self.show(
            request, columns=columns, worth=worth, moves=moves, last=last, anybody=bool(shown)
        )

    def _last_events(self, prospects: list[Client]) -> dict[UUID, str]:
        """What happened last with the newest proposal of each prospect, by the prospect's id."""
        sent = self.rows(Proposal).filter(client__in=prospects, sent_at__isnull=False)
        newest = {
            row.client_id: row
            for row in sent.order_by("sent_at", "pk").prefetch_related("agreements")
        }
        said = last_events(newest.values(), self.today, self.business.time_zone)
        return {client: said[row.pk] for client, row in newest.items()}

    def _open(self, clients: Any) -> list[Client]:
        """Every prospect that is neither won nor lost, most recently moved first."""
        prospects = clients.filter(state__in=list(ODDS)).prefetch_related("contacts")
        return list(prospects.order_by("-stage_at", "pk"))

    def _closed(self, clients: Any, state: Stage) -> list[Client]:
        """The clients won or lost most recently."""
        return list(
            clients.filter(state=state)
            .prefetch_related("contacts")
            .order_by("-stage_at", "pk")[:SHOWN]
        )

    def _column(
        self,
        value: str,
        label: Any,
        shown: list[Client],
        fees: dict[UUID, ExpectedFee],
        counts: dict[str, int],
    ) -> Column:
        rows = [row for row in shown if row.state == value]
        totals: dict[str, int] = defaultdict(int)
        # Won and lost clients are not part of the expected income.
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


class MoveClient(DashboardView):
    """Move a prospect to another stage. Moving it to "lost" leads to the page that asks why."""

    needs = Area.SALES

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
            names = {"name": client.name, "stage": client.get_state_display()}
            messages.success(request, _("%(name)s is now in “%(stage)s”.") % names)
        except RuleError as error:
            show_error(request, error)
        return redirect("dashboard:pipeline")


class LoseClient(DashboardView):
    """Mark a prospect as lost, with the reason and the client's own words."""

    needs = Area.SALES
    template = "dashboard/sales/client_lost.html"

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
            except RuleError as error:
                add_error(form, error)
        return self.show(request, client=client, form=form, status=422)


def pipeline_moves(client: Client) -> list[dict[str, Any]]:
    """Every recorded move of a prospect through the pipeline, newest first, for display."""
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
