"""SetAside: a row that a job could not do, with the reason, until it works or is released."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.ids import new_id
from core.models.business import Business

#: The subject of a step of a job that failed as a whole.
WHOLE_STEP = uuid.UUID(int=0)


class Reason(models.TextChoices):
    """Why a row was set aside. `detail` completes the sentence (`SetAside.reason_text`)."""

    RULE = "rule", "%(detail)s"
    MISSING = "missing", _("A stored value lacks an entry: %(detail)s.")
    MALFORMED = "malformed", _("A stored value does not have the expected form: %(detail)s.")
    UNKNOWN = "unknown", _("A stored value is not known: %(detail)s.")
    CONSTRAINT = "constraint", _("The database refused it: %(detail)s.")
    TOO_LARGE = "too_large", _("An amount is too large: %(detail)s.")
    NO_FILE = "no_file", _("A file is missing: %(detail)s.")
    DATABASE = "database", _("The database did not answer: %(detail)s.")
    TIME_LIMIT = "time_limit", _("It took longer than a task may take.")
    UNEXPECTED = "unexpected", _("An unexpected error occurred: %(detail)s.")


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    """Queries about rows set aside."""

    def open(self) -> "SetAsideQuerySet":
        """Rows that are still set aside, without whole steps."""
        return self.filter(released_at__isnull=True).exclude(subject=WHOLE_STEP)

    def failed_steps(self) -> "SetAsideQuerySet":
        """Steps of jobs whose last run failed as a whole."""
        return self.filter(released_at__isnull=True, subject=WHOLE_STEP)

    def of_page(self, page: str, pk: object) -> "SetAsideQuerySet":
        """The rows still set aside that are shown on one page, such as ("agreement", its id)."""
        return self.open().filter(page=f"{page}:{pk}")


class SetAside(models.Model):
    """A row that one step of a job could not do.

    `step` is the step's name, `subject` the id of its row; one row of both is open at a time. An id
    that is a number n is stored as UUID(int=n). `title` names it for people, and `page` is where it
    is shown: "agreement:<id>". The step leaves the row out until `next_at`; then it is tried again,
    and `tries` counts how often that failed. `told_at` is when the owner was emailed. `released_at`
    is when it worked, or when a person released it. Instants are UTC.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(
        Business,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("business"),
    )
    step = models.CharField(_("step"), max_length=80)
    subject = models.UUIDField(_("row"))
    title = models.CharField(_("about"), max_length=200, blank=True)
    page = models.CharField(_("shown on"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=1)
    created_at = models.DateTimeField(_("set aside"), default=timezone.now)
    tried_at = models.DateTimeField(_("last try"))
    next_at = models.DateTimeField(_("next try"))
    told_at = models.DateTimeField(_("owner told"), null=True, blank=True)
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.CharField(_("released by"), max_length=200, blank=True)

    objects = SetAsideQuerySet.as_manager()

    class Meta:
        verbose_name = _("row set aside")
        verbose_name_plural = _("rows set aside")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["step", "subject"],
                condition=models.Q(released_at__isnull=True),
                name="set_aside_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["business", "page"],
                name="set_aside_shown",
                condition=models.Q(released_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.title}"

    @property
    def reason_text(self) -> str:
        """The reason as a sentence in the active language."""
        return str(Reason(self.reason).label) % {"detail": self.detail}
