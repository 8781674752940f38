"""Agreements and amendments that the client has signed and that wait for the business."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Agreement, Amendment
from agreements.rules.states import AgreementState, AmendmentState
from agreements.signing import sign
from core import formats, nudge
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.todo.items import Done, Entry, Group, Kind

OWN_PLACE = Q(
    signatures__contact__isnull=True,
    signatures__signed_at__isnull=True,
    signatures__invited_at__isnull=False,
)


class AgreementToSign(Kind):
    """An agreement that waits for the signature of the business."""

    needs = Area.SIGNING
    name, icon, group, page = "agreement", "signature", Group.PROMISES, "agreement"
    template, page_label = "signature", gettext_lazy("Open the agreement")
    acts = ("sign",)

    def waiting(self, view: DashboardView) -> QuerySet[Any]:
        of_agreement = OWN_PLACE & Q(signatures__amendment__isnull=True)
        rows = view.rows(Agreement).filter(of_agreement, state=AgreementState.SENT)
        return rows.select_related("client").order_by("created_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Any:
        related = ("client", "business__owner", "signed_document", "document")
        return view.row(Agreement, pk, view.rows(Agreement).select_related(*related))

    def entry(self, view: DashboardView, row: Any) -> Entry:
        sent = {"day": formats.day_short(row.created_at)}
        return Entry(
            self.key(row),
            self.icon,
            self.group,
            row.created_at,
            _("Sign “%(title)s”") % {"title": row.title},
            self._agreement(row).client.name,
            _("made on %(day)s") % sent,
            "warn",
        )

    def details(self, view: DashboardView, row: Any, form: Any) -> dict[str, Any]:
        return {
            "document": row,
            "agreement": self._agreement(row),
            "signatures": self._signatures(row).select_related("contact").order_by("position"),
            "pdf": self._pdf(row),
        }

    def act(self, view: DashboardView, row: Any, act: str, form: Any) -> Done:
        sign.countersign(paper=row, actor=view.actor, now=timezone.now(), origin=view.origin)
        nudge.ring("billing.tasks.bill")  # what is due at once is billed at once
        said = _("Signed “%(title)s”. The sealed file follows by email, to both sides.")
        return Done(said % {"title": row.title}, url=self.url(self._agreement(row)))

    def _agreement(self, row: Any) -> Agreement:
        return row.agreement  # type: ignore[no-any-return]

    def _signatures(self, row: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = row.signatures.filter(amendment__isnull=True)
        return rows

    def _pdf(self, row: Any) -> str:
        return reverse("dashboard:agreement_pdf", args=[row.pk])


class AmendmentToSign(AgreementToSign):
    """An amendment that waits for the signature of the business."""

    name = "amendment"

    def waiting(self, view: DashboardView) -> QuerySet[Any]:
        rows = view.rows(Amendment).filter(OWN_PLACE, state=AmendmentState.SENT)
        return rows.select_related("agreement__client").order_by("created_at", "pk")

    def row(self, view: DashboardView, pk: UUID) -> Any:
        related = ("agreement__client", "business__owner", "signed_document", "document")
        return view.row(Amendment, pk, view.rows(Amendment).select_related(*related))

    def _signatures(self, row: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = row.signatures.all()
        return rows

    def _pdf(self, row: Any) -> str:
        return reverse("dashboard:amendment_pdf", args=[row.pk])
