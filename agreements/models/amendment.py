"""Amendments: changes of an agreement's terms from a day on, each a signed document of its own."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models.signing import SignableDocument
from agreements.rules.states import AmendmentState

AMENDMENT_STATES = [
    (AmendmentState.SENT.value, _("Waiting for signature")),
    (AmendmentState.SIGNED.value, _("Signed")),
    (AmendmentState.DECLINED.value, _("Declined")),
    (AmendmentState.EXPIRED.value, _("Expired")),
    (AmendmentState.VOID.value, _("Void")),
]


class AmendmentKind(models.TextChoices):
    """What an amendment changes."""

    TIER = "tier", _("Another tier")
    PRICE = "price", _("Another fee")
    RENEWAL = "renewal", _("Renewal")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    """Queries about amendments."""

    def signed_of(self, agreements: Iterable[UUID]) -> dict[UUID, list["Amendment"]]:
        """The signed amendments of these agreements by agreement id, in the order they apply.

        Agreements without one are left out.
        """
        return self.filter(agreement__in=list(agreements)).signed()

    def signed(self) -> dict[UUID, list["Amendment"]]:
        """Those of these amendments that are signed, in the same form."""
        amendments: dict[UUID, list[Amendment]] = defaultdict(list)
        rows = self.filter(state=AmendmentState.SIGNED)
        for row in rows.order_by("effective_on", "number"):
            amendments[row.agreement_id].append(row)
        return amendments


class Amendment(SignableDocument):
    """New terms of an agreement from `effective_on`, which is the first day of a period.

    `tier`, `amount` (minor units before tax) and `minutes` are complete: what does not change is
    repeated. `terms` holds what the document prints besides, as JSON: the figures before the change
    and the reason. `terms_hash` is the SHA-256 of tier, terms and amount. `ends_on` is the
    agreement's new end, exclusive; null where the end does not change.

    The exception is an upgrade that applies now: it starts in the middle of a period, its sums are
    in `terms`, and it can be signed on that day only (rules 8 and 9).
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="amendments")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=AmendmentKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=AMENDMENT_STATES, default=AmendmentState.SENT
    )
    effective_on = models.DateField(_("applies from"))
    tier = models.JSONField(_("tier"))
    amount = models.PositiveBigIntegerField(_("fee"))
    minutes = models.PositiveIntegerField(_("included minutes"))
    ends_on = models.DateField(_("new end"), null=True, blank=True)
    terms = models.JSONField(_("terms"))
    terms_hash = models.CharField(_("SHA-256 of the terms"), max_length=64)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="amendment_number_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(state=AmendmentState.SENT),
                name="one_amendment_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="amendment_costs_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.title} · {self.number}"

    @property
    def title(self) -> str:
        """The title of the document, in the agreement's language."""
        with translation.override(self.language):
            return gettext("%(title)s, amendment %(n)s") % {
                "title": self.agreement.title,
                "n": self.number,
            }

    @property
    def now(self) -> dict[str, Any] | None:
        """The sums of an upgrade in the middle of a period; None where it starts with a period."""
        sums: dict[str, Any] | None = self.terms.get("now")
        return sums

    @property
    def bills_from(self) -> date:
        """The first day of the first period that is billed at the amended fee."""
        return date.fromisoformat(self.now["ends_on"]) if self.now else self.effective_on

    @property
    def extends_work(self) -> bool:
        """Whether the client gets a longer term or more work by it, and not merely another fee."""
        before = self.terms["before"]
        is_more = self.amount > before["amount"] or self.minutes > before["minutes"]
        return self.kind == AmendmentKind.RENEWAL or (self.kind == AmendmentKind.TIER and is_more)

    @property
    def language(self) -> str:
        """The language of the agreement."""
        return self.agreement.language

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to sign it."""
        return self.state == AmendmentState.SENT

    @property
    def is_signed(self) -> bool:
        """Whether it was signed."""
        return self.state == AmendmentState.SIGNED

    @property
    def is_declined(self) -> bool:
        """Whether a signer said no."""
        return self.state == AmendmentState.DECLINED

    @property
    def is_expired(self) -> bool:
        """Whether it was not signed in time."""
        return self.state == AmendmentState.EXPIRED

    @property
    def is_void(self) -> bool:
        """Whether it was taken back before it was signed."""
        return self.state == AmendmentState.VOID
