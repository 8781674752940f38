"""Paid trials that end, or have ended, and whose result is not recorded."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.changing import trial
from agreements.models import Agreement
from core import formats
from core.team.roles import Area
from dashboard.agreements.forms.trial import TrialResultForm
from dashboard.home.todos import LATELY
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind, as_moment, checked, posted


class TrialToDecide(Kind):
    """A trial of which the owner says whether it succeeded."""

    needs = Area.AGREEMENTS
    name, icon, group, page = "trial", "calendar", Group.PROMISES, "agreement"
    template, page_label = "trial", gettext_lazy("Open the agreement")
    acts = ("yes", "no")

    def waiting(self, view: DashboardView) -> QuerySet[Agreement]:
        since = view.today - LATELY
        rows = trial.decisions_due(view.rows(Agreement), since=since, today=view.today)
        return rows.select_related("client").order_by("ends_on", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Agreement:
        related = view.rows(Agreement).select_related("client", "business")
        return view.row(Agreement, pk, related)

    def entry(self, view: DashboardView, row: Agreement) -> Entry:
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            as_moment(row.ends_on or view.today),
            _("Did the trial succeed? %(title)s") % {"title": row.title},
            row.client.name,
            _("decision day: %(day)s") % {"day": formats.day_short(row.ends_on)},
            "bad" if row.ends_on and row.ends_on < view.today else "warn",
        )

    def form(self, view: DashboardView, row: Agreement, *data: Any) -> TrialResultForm:
        return TrialResultForm(posted(data))

    def details(self, view: DashboardView, row: Agreement, form: Any) -> dict[str, Any]:
        following = row.terms.get("next_tier") or {}
        return {
            "agreement": row,
            "measure": row.terms.get("trial_measure", ""),
            "following": following.get("name", ""),
            "fee": formats.money(following["amount"], row.currency) if following else "",
        }

    def act(self, view: DashboardView, row: Agreement, act: str, form: Any) -> Done:
        """Record the result; after a success the link of what was done leads to the proposal."""
        succeeded, facts = act == "yes", {"client": row.client.name}
        proposal = trial.record_decision(
            agreement=row,
            succeeded=succeeded,
            actor=view.actor,
            now=timezone.now(),
            origin=view.origin,
            **checked(form),
        )
        if not succeeded:
            text = _("Recorded: the trial of %(client)s did not succeed.") % facts
            return Done(text, url=self.url(row))
        if proposal:
            url = reverse("dashboard:proposal", args=[proposal.pk])
            text = _("Recorded. The proposal to %(client)s is drafted: review and send it.")
            return Done(text % facts, url=url)
        text = _("Recorded: the trial of %(client)s succeeded. Write them a proposal.") % facts
        return Done(text, url=reverse("dashboard:proposal_new", args=[row.client_id]))
