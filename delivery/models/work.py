"""The deliverables of a period, what was handed over for them, and the client's answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.rules.states import DeliverableState, WorkAnswerKind

# Positions up to this one are the tier's own deliverables; added and carried ones come after it.
OWN = 1000


DELIVERABLE_STATES = [
    (DeliverableState.OPEN.value, _("Open")),
    (DeliverableState.CARRIED.value, _("Carried to the next period")),
    (DeliverableState.WAIVED.value, _("Waived")),
]
WORK_ANSWERS = [
    (WorkAnswerKind.APPROVED.value, _("Approved")),
    (WorkAnswerKind.CHANGE.value, _("Change requested")),
]


class Deliverable(TenantRow):
    """Something promised for a period.

    The first rows of a period are made from the agreement's tier. `promised` and `done` are counts
    (12 posts). What is missing when the period is over is either carried, so that the next period's
    row is `carried_from` this one, or waived; `because` is the reason, which the client reads.
    `due_on` is the day by which it is wanted, None for the last day of the period.
    """

    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="deliverables")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("what"), max_length=160)
    promised = models.PositiveIntegerField(_("promised"), default=1)
    done = models.PositiveIntegerField(_("done"), default=0)
    due_on = models.DateField(_("wanted by"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DELIVERABLE_STATES, default=DeliverableState.OPEN
    )
    because = models.CharField(_("reason"), max_length=300, blank=True)
    carried_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="carried_to",
        verbose_name=_("carried from"),
    )

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "position"], name="deliverable_position_once"
            ),
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


class Handover(TenantRow):
    """Something handed over to the client, counting `count` towards the deliverable's `done`.

    A handover has a link (`url`), a file, or neither. A file is stored under its SHA-256
    (`sha256`); `size` is in bytes, `file_name` is the name it was uploaded with, and `content_type`
    follows from its bytes. `request` is the request that the handover answers, if any.
    """

    deliverable = models.ForeignKey(
        "delivery.Deliverable", models.PROTECT, related_name="handovers"
    )
    request = models.ForeignKey(
        "delivery.Request",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="handovers",
        verbose_name=_("request"),
    )
    on = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("how many"), default=1)
    title = models.CharField(_("title"), max_length=160, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    file_name = models.CharField(_("file"), max_length=160, blank=True)
    content_type = models.CharField(_("kind of file"), max_length=80, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    actor = models.CharField(_("written by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["on", "created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(count__gt=0), name="handover_is_something")
        ]

    def __str__(self) -> str:
        return self.title or self.file_name or self.url


class WorkAnswer(TenantRow):
    """What a client answered to something that was delivered: approved, or a change requested.

    It is about a `handover` or, without one, about the pieces of the deliverable that were counted
    without a handover. `pieces` is how many there were. A requested change is a `request`, which
    the freelancer answers. `ended_at` is when the answer was taken back, or given anew; None while
    it counts.
    """

    deliverable = models.ForeignKey(Deliverable, models.PROTECT, related_name="answers")
    handover = models.ForeignKey(
        Handover, models.PROTECT, null=True, blank=True, related_name="answers"
    )
    kind = models.CharField(_("answer"), max_length=8, choices=WORK_ANSWERS)
    pieces = models.PositiveIntegerField(_("how many"))
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, related_name="+", verbose_name=_("answered by")
    )
    request = models.OneToOneField(
        "delivery.Request",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change",
        verbose_name=_("request"),
    )
    ended_at = models.DateTimeField(_("taken back or replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer to a deliverable")
        verbose_name_plural = _("answers to deliverables")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["handover"],
                condition=models.Q(ended_at__isnull=True),
                name="handover_answered_once",
            ),
            models.UniqueConstraint(
                fields=["deliverable"],
                condition=models.Q(ended_at__isnull=True, handover__isnull=True),
                name="counted_pieces_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id} {self.kind}"
