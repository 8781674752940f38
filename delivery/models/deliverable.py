"""Deliverable: one thing promised for a period, whether the client has it, and what became of the rest."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.states import DeliverableState

OWN = 1000  # what the tier promises stands up to this position; what was carried in or added stands behind it
DELIVERABLE_STATES = [
    (DeliverableState.OPEN.value, _("Open")),
    (DeliverableState.CARRIED.value, _("Carried to the next period")),
    (DeliverableState.WAIVED.value, _("Waived")),
]


class Deliverable(TenantRow):
    """`promised` and `done` are counts (12 posts); the rows of a period are made from the agreement's tier.

    What is missing when the period is over is carried (the next period's row is `carried_from` this one) or waived,
    `because` of a reason that the client reads. `due_on` is the day on which it is wanted; null: the period's last.
    """

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="deliverables")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("what"), max_length=160)
    promised = models.PositiveIntegerField(_("promised"), default=1)
    done = models.PositiveIntegerField(_("done"), default=0)
    due_on = models.DateField(_("wanted by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=DELIVERABLE_STATES, default=DeliverableState.OPEN)
    because = models.CharField(_("reason"), max_length=300, blank=True)
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="carried_to", verbose_name=_("carried from")
    )

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["period", "position"], name="deliverable_position_once"),
            models.CheckConstraint(
                condition=models.Q(state=DeliverableState.OPEN) | ~models.Q(because=""),
                name="deliverable_settled_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def missing(self) -> int:
        """How many are still owed."""
        return max(0, self.promised - self.done)

    @property
    def is_open(self) -> bool:
        """Whether it is still owed in its own period."""
        return self.state == DeliverableState.OPEN

    @property
    def is_carried(self) -> bool:
        """Whether the rest is owed in the next period."""
        return self.state == DeliverableState.CARRIED

    @property
    def is_waived(self) -> bool:
        """Whether the rest is not owed any more."""
        return self.state == DeliverableState.WAIVED
