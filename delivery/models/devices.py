"""What devices recorded about their timers, the timers that it comes to, and their entries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow
from delivery.rules.timers.merged_time import OLD, Event, Kind, Problem

KINDS = [
    (Kind.START.value, _("Started")),
    (Kind.CHANGE.value, _("Changed")),
    (Kind.STOP.value, _("Stopped")),
    (Kind.DISCARD.value, _("Discarded")),
    (Kind.DROP.value, _("Discarded by a person")),
]


class RunProblem(models.TextChoices):
    """Why a person has to say what becomes of the time of a timer."""

    CLOCK = Problem.CLOCK.value, _("The clock of the device was wrong")
    LONG = Problem.LONG.value, _("It ran for over twelve hours")
    OLD = Problem.OLD.value, _("It arrived over 60 days late")
    CLIENT = "client", _("No agreement was chosen for it")
    PERIOD = "period", _("No period is open for its day")
    DAY = "day", _("Its day would have more than 24 hours")
    SENT = "sent", _("A report that was sent shows different hours")


class TimerEvent(TenantRow):
    """One thing that a device recorded about a timer, as it was received (rule 75).

    `event_id`, `run` (the timer), `device` and `counter` are the device's own. `clock` is what its
    clock showed; `at` is that time corrected, and `is_doubtful` where it could not be. `is_fixed`
    marks time that the server's own timer logged. Rows never change.
    """

    event_id = models.UUIDField()
    run = models.UUIDField(_("timer"))
    device = models.UUIDField(_("device"))
    counter = models.PositiveIntegerField(_("number on the device"), default=0)
    kind = models.CharField(_("what happened"), max_length=7, choices=KINDS)
    clock = models.DateTimeField(_("clock of the device"))
    at = models.DateTimeField(_("when it happened"))
    is_doubtful = models.BooleanField(_("the clock was wrong"), default=False)
    is_fixed = models.BooleanField(_("recorded by the server"), default=False)
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="+"
    )
    deliverable = models.ForeignKey(
        "delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("what was done"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("event of a timer")
        verbose_name_plural = _("events of timers")
        ordering = ["at", "counter", "id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "event_id"], name="timer_event_once")
        ]
        indexes = [models.Index(fields=["business", "run"], name="timer_event_of_run")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"

    @property
    def fact(self) -> Event:
        """The event as `delivery.rules.timers.merged_time` knows it."""
        return Event(
            id=self.event_id,
            run=self.run,
            device=self.device,
            counter=self.counter,
            kind=Kind(self.kind),
            at=self.at,
            agreement=self.agreement_id,
            deliverable=self.deliverable_id,
            note=self.note,
            is_doubtful=self.is_doubtful,
            is_fixed=self.is_fixed,
            is_old=self.created_at - self.at > OLD,
        )


class TimerRun(TenantRow):
    """A timer of a device, as its events come to: computed anew when one of them arrives.

    `problem` says why a person has to decide; `decided_at` is when they did, and from then on its
    time is theirs and no event changes it.
    """

    run = models.UUIDField(_("timer"))
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="+"
    )
    deliverable = models.ForeignKey(
        "delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("what was done"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    is_discarded = models.BooleanField(_("discarded"), default=False)
    is_fixed = models.BooleanField(_("recorded by the server"), default=False)
    problem = models.CharField(_("to decide"), max_length=6, choices=RunProblem.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("timer of a device")
        verbose_name_plural = _("timers of devices")
        ordering = ["-started_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["business", "run"], name="timer_run_once")]
        indexes = [models.Index(fields=["business", "started_at"], name="timer_run_by_start")]

    def __str__(self) -> str:
        return self.note or str(self.started_at)

    @property
    def is_running(self) -> bool:
        """Whether no device has ended it."""
        return self.ended_at is None


class TimerDay(TenantRow):
    """The entry that was written for one day of a timer.

    `written` is a digest of what was written. An entry that is voided was corrected or removed by a
    person: their edit stays.
    """

    run = models.ForeignKey("delivery.TimerRun", models.CASCADE, related_name="days")
    on = models.DateField(_("day"))
    entry = models.OneToOneField(
        "delivery.TimeEntry", models.PROTECT, related_name="timer_day", verbose_name=_("entry")
    )
    written = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("day of a timer")
        verbose_name_plural = _("days of timers")
        ordering = ["on", "id"]
        constraints = [models.UniqueConstraint(fields=["run", "on"], name="timer_day_once")]

    def __str__(self) -> str:
        return str(self.on)
