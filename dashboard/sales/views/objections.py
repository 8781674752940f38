"""Objections: log one, see suggested replies, and see which objections cost clients."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Proposal
from agreements.proposals import objection_outcomes
from clients import objections, playbook
from clients.models import Client, Objection, Reply
from clients.models.sales import kind_label
from clients.rules import objection_statistics
from clients.rules.objection_statistics import Figures, Heard, Outcome, Use
from core.errors import RuleError
from core.team.roles import Area
from core.web.keyset_pages import page_of
from dashboard.page import DashboardView, add_error, show_error
from dashboard.sales.forms.objections import OWN, AnswerForm, ReplyForm, kinds

MOST = 2000  # the statistics count at most this many objections, the newest
OUTCOMES = {
    Outcome.WON: gettext_lazy("signed"),
    Outcome.OTHER_TIER: gettext_lazy("signed another tier"),
    Outcome.LOST: gettext_lazy("lost"),
    Outcome.OPEN: gettext_lazy("open"),
}


class LogObjection(DashboardView):
    """Log an objection from a client's or a proposal's page."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        offer = self._offer(client, request.POST.get("offer", ""))
        kind = request.POST.get("kind") or request.POST.get("other", "")
        try:
            row = objections.hear(
                client=client,
                kind=kind.replace("\x00", ""),
                offer=offer.pk if offer else None,
                tier=objection_outcomes.discussed_tier_name(offer),
                now=timezone.now(),
            )
        except RuleError as error:
            show_error(request, error)
            return redirect("dashboard:client", client.pk)
        return redirect("dashboard:objection", row.pk)

    def _offer(self, client: Client, proposal_id: str) -> Proposal | None:
        """The proposal that was on screen, or else the newest one sent to the client."""
        sent = (
            self.rows(Proposal)
            .filter(client=client, sent_at__isnull=False)
            .prefetch_related("tiers")
        )
        rows = list(sent[:20])
        return next((row for row in rows if str(row.pk) == proposal_id), rows[0] if rows else None)


class ObjectionPage(DashboardView):
    """One objection: suggested replies, and which reply was used."""

    needs = Area.SALES
    template = "dashboard/sales/objection.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._objection(pk)
        return self._page(request, row, self._form(row))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._objection(pk)
        form = self._form(row, request.POST)
        if not form.is_valid():
            return self._page(request, row, form, status=422)
        try:
            if form.cleaned_data["used"] == OWN:
                own_words, now = form.cleaned_data["own"], timezone.now()
                objections.answer_in_own_words(
                    objection=row, own=own_words, now=now, **form.details()
                )
            else:
                objections.answer(objection=row, **form.chosen_reply(), **form.details())
        except RuleError as error:
            add_error(form, error)
            return self._page(request, row, form, status=422)
        messages.success(request, _("Noted."))
        return redirect("dashboard:client", row.client_id)

    def _page(
        self, request: HttpRequest, row: Objection, form: AnswerForm, status: int = 200
    ) -> HttpResponse:
        outcome = OUTCOMES[objection_outcomes.outcomes([row])[row.pk]]
        uses = {use.reply: use for use in _statistics(self).uses if use.kind == row.kind}
        return self.show(
            request,
            row=row,
            client=row.client,
            form=form,
            suggested=_suggested(form, uses),
            outcome=outcome,
            status=status,
        )

    def _form(self, row: Objection, data: Any = None) -> AnswerForm:
        """The form with the saved replies to this kind of objection and the proposal's tiers."""
        own_replies = self.rows(Reply).filter(kind=row.kind)
        replies = [reply for reply in own_replies if reply.is_kept or reply.pk == row.reply_id]
        offer = (
            self.rows(Proposal).filter(pk=row.offer).prefetch_related("tiers").first()
            if row.offer
            else None
        )
        tiers = [tier.name for tier in offer.tiers.order_by("position")] if offer else []
        return AnswerForm(data, objection=row, replies=replies, tiers=tiers)

    def _objection(self, pk: UUID) -> Objection:
        return self.row(Objection, pk, self.rows(Objection).select_related("client"))


class Objections(DashboardView):
    """Every objection, the saved replies, and statistics once ten objections have an outcome."""

    needs = Area.SALES
    template = "dashboard/sales/objections.html"
    is_list = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, ReplyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ReplyForm(request.POST)
        if form.is_valid():
            try:
                objections.keep(business=self.business, now=timezone.now(), **form.cleaned_data)
                messages.success(request, _("Saved."))
                return redirect("dashboard:objections")
            except RuleError as error:
                add_error(form, error)
        return self._page(request, form, status=422)

    def _page(self, request: HttpRequest, form: ReplyForm, status: int = 200) -> HttpResponse:
        objections_logged = self.rows(Objection).select_related("client", "reply")
        page = page_of(objections_logged, request.GET, by="created_at")
        shown_outcomes = objection_outcomes.outcomes(page.rows)
        statistics = _statistics(self)
        return self.show(
            request,
            form=form,
            page=page,
            rows=[(row, reply_used(row), OUTCOMES[shown_outcomes[row.pk]]) for row in page.rows],
            found=statistics,
            costs=[(kind_label(figure.kind), figure) for figure in statistics.costs],
            uses=[
                (kind_label(figure.kind), playbook.TITLES.get(figure.reply, figure.reply), figure)
                for figure in statistics.uses
            ],
            replies=list(self.rows(Reply).filter(is_kept=True)),
            kinds=kinds(objections.own_kinds(self.business)),
            status=status,
        )


class ArchiveReply(DashboardView):
    """Archive a saved reply, so that it is no longer suggested."""

    needs = Area.SALES

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        objections.put_away(self.row(Reply, pk))
        return redirect("dashboard:objections")


def reply_used(row: Objection) -> Any:
    """The text of the reply that was used; empty if none was noted."""
    return row.reply.words if row.reply else playbook.TITLES.get(row.play, "")


def _statistics(view: DashboardView) -> Figures:
    """The statistics of the business's newest objections."""
    counted = list(view.rows(Objection).select_related("client", "reply")[:MOST])
    outcomes = objection_outcomes.outcomes(counted)
    return objection_statistics.figures(_statistics_row(row, outcomes[row.pk]) for row in counted)


def _suggested(form: AnswerForm, uses: dict[str, Use]) -> list[dict[str, Any]]:
    """The replies of a form, those that won most often first, each with its figures or None.

    What was never used follows in the playbook's order. Walking away stays last.
    """
    plays = [
        {"value": value, "title": play.title, "words": play.words, "use": uses.get(play.key)}
        for value, play in form.plays.items()
    ]
    *plays, last = plays
    own = [
        {"value": value, "title": _("Your own"), "words": row.words, "use": uses.get(row.words)}
        for value, row in form.replies.items()
    ]
    places = {reply: place for place, reply in enumerate(uses)}  # the best first
    ranked = sorted(
        [*plays, *own],
        key=lambda one: places[one["use"].reply] if one["use"] else len(places),
    )
    return [*ranked, last]


def _statistics_row(row: Objection, outcome: Outcome) -> Heard:
    """An objection as the statistics take it."""
    return Heard(row.kind, row.tier, row.reply.words if row.reply else row.play, outcome)
