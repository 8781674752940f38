"""The sales process: fit checks, calls, objections with their replies, and testimonials."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.rules import fit, typed_figures
from clients.rules.fit import Answer, Question
from clients.rules.objection_statistics import Kind
from core.models import TenantRow

ANSWERS = [(Answer.YES.value, _("Yes")), (Answer.NO.value, _("No"))]
SHORTEST, LONGEST = 5, 240  # minutes of a call


class FitCheck(TenantRow):
    """The answers of the fit check of one client; "" means not known yet. Private (rule 37)."""

    client = models.OneToOneField("clients.Client", models.CASCADE, related_name="fit_check")
    recurs = models.CharField(
        _("Does the need recur every month?"), max_length=3, choices=ANSWERS, blank=True
    )
    budget = models.CharField(
        _("Is there a budget for every month?"), max_length=3, choices=ANSWERS, blank=True
    )
    reaches = models.CharField(
        _("Can you reach who decides?"), max_length=3, choices=ANSWERS, blank=True
    )
    worked = models.CharField(
        _("Have you worked together before?"), max_length=3, choices=ANSWERS, blank=True
    )
    grows = models.CharField(_("Do they want to grow?"), max_length=3, choices=ANSWERS, blank=True)

    class Meta:
        verbose_name = _("fit check")
        verbose_name_plural = _("fit checks")

    def __str__(self) -> str:
        return f"{self.client}"

    @property
    def found(self) -> fit.Fit:
        """The verdict on these answers, with its reasons."""
        return fit.check({question.value: getattr(self, question) for question in Question})


def question_label(question: Question) -> Any:
    """The text of a question."""
    return FitCheck._meta.get_field(question.value).verbose_name  # type: ignore[union-attr]


class CallEnd(models.TextChoices):
    """How a call ended."""

    OPTIONS = "options", _("They get three options by email")
    TRIAL = "trial", _("They want to try first")
    PROJECT = "project", _("One-off work, no retainer")
    LATER = "later", _("Not now: talk again")
    NO = "no", _("They said no")
    ABSENT = "absent", _("It did not take place")


class KpiKind(models.TextChoices):
    """What a KPI measures."""

    GROWTH = "growth", _("Growth")
    ENGAGEMENT = "engagement", _("Engagement")
    CONVERSION = "conversion", _("Conversion")
    OWN = "own", _("Your own")


class Call(TenantRow):
    """A sales call and its notes, which are private to the freelancer (rule 37).

    Notes are stored as they were typed, so that nothing half-written is lost. `kpis` holds {"name",
    "unit", "kind", "direction", "baseline", "target"}, all as text. `revision` grows with each
    save. `writer` is the browser tab that saved last, and `save_count` the number of its request,
    so that a delayed request of the same tab is recognised.
    """

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="calls")
    contacts = models.ManyToManyField("clients.Contact", related_name="+", verbose_name=_("with"))
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(
        _("length in minutes"),
        default=30,
        validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)],
    )
    moved = models.PositiveIntegerField(_("times moved"), default=0)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True, editable=False)
    needs = models.TextField(_("Work of the next 3 to 6 months"), max_length=6000, blank=True)
    goals = models.TextField(_("Their goals, in their words"), max_length=6000, blank=True)
    kpis = models.JSONField(_("numbers to move"), default=list, blank=True)
    load = models.CharField(_("Hours a month"), max_length=20, blank=True)
    extras = models.TextField(_("Worth suggesting, one a line"), max_length=2000, blank=True)
    budget = models.CharField(_("Budget you heard"), max_length=200, blank=True)
    outcome = models.CharField(_("How it ended"), max_length=8, choices=CallEnd.choices, blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    next_on = models.DateField(_("On"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    writer = models.CharField(max_length=36, blank=True, editable=False)
    save_count = models.PositiveIntegerField(default=0, editable=False)
    written_at = models.DateTimeField(_("last typed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=SHORTEST, minutes__lte=LONGEST),
                name="call_has_a_length",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client}, {self.starts_at:%Y-%m-%d %H:%M} UTC"

    @property
    def ends_at(self) -> datetime:
        """When the call is planned to end."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def monthly_minutes(self) -> int:
        """The estimated work per month in minutes; 0 if there is no readable estimate."""
        return typed_figures.parse_minutes(self.load) or 0

    @property
    def unread(self) -> list[str]:
        """The texts typed as figures that cannot be read, so that a page can point them out."""
        typed = [row[side] for row in self.kpis for side in ("baseline", "target")]
        unreadable = [text for text in typed if text and typed_figures.parse_figure(text) is None]
        return unreadable + ([self.load] if self.load and not self.monthly_minutes else [])


def kpi_figures(row: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Baseline and target of a row of `kpis` as numbers; None for one that cannot be read."""
    baseline, target = row.get("baseline", ""), row.get("target", "")
    return typed_figures.parse_figure(baseline), typed_figures.parse_figure(target)


KIND_LONGEST = 40  # characters
KINDS = {
    Kind.MONEY.value: _("Money"),
    Kind.VALUE.value: _("Value"),
    Kind.RESULTS.value: _("Results"),
}


def kind_label(kind: str) -> Any:
    """The label of a kind of objection; a kind of the freelancer's own is its own label."""
    return KINDS.get(kind, kind)


class Reply(TenantRow):
    """A freelancer's own reply to one kind of objection.

    Replies are never deleted: `is_kept` is False for one that is archived.
    """

    kind = models.CharField(_("against"), max_length=KIND_LONGEST)
    words = models.TextField(_("what you say"), max_length=600)
    is_kept = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.words

    @property
    def kind_label(self) -> Any:
        """The label of the kind of objection that it answers."""
        return kind_label(self.kind)


class Objection(TenantRow):
    """An objection of a client, which is private to the freelancer (rule 37).

    `kind` is a value of Kind or a text of the freelancer's own. `offer` is the id of the proposal
    that it was about, and `tier` the name of the tier; there is no foreign key, because proposals
    belong to a room above this one. The reply is a play of the playbook (its key) or a Reply.
    """

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="objections")
    kind = models.CharField(_("kind"), max_length=KIND_LONGEST)
    offer = models.UUIDField(_("about the proposal"), null=True, blank=True)
    tier = models.CharField(_("about the tier"), max_length=120, blank=True)
    words = models.CharField(_("in their words"), max_length=300, blank=True)
    play = models.CharField(_("answered by the playbook"), max_length=20, blank=True)
    reply = models.ForeignKey(
        Reply, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reply")
    )

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="objection_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(play="") | models.Q(reply__isnull=True),
                name="objection_one_reply",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.kind}"

    @property
    def kind_label(self) -> Any:
        """The label of the kind."""
        return kind_label(self.kind)


class Testimonial(TenantRow):
    """What an earlier client said about the business, to be shown in proposals.

    A sent proposal keeps the testimonial as it was. An archived one (`retired_at`, UTC) is not
    offered for new proposals. `photo` is the name of a kept picture (core.documents.pictures), or
    empty.
    """

    author = models.CharField(_("who said it"), max_length=120)
    role = models.CharField(_("role and company"), max_length=160, blank=True)
    quote = models.TextField(_("in their words"), max_length=600, blank=True)
    video_url = models.URLField(_("address of a video"), max_length=300, blank=True)
    letter = models.ForeignKey(
        "core.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reference letter"),
    )
    photo = models.CharField(_("photo"), max_length=100, blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("testimonial")
        verbose_name_plural = _("testimonials")
        ordering = ["author", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(quote="", video_url="", letter=None),
                name="testimonial_says_something",
            )
        ]

    def __str__(self) -> str:
        return self.author
