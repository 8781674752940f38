"""Proposals to a client's decision maker, their tiers, and the client's questions about them."""

from typing import TYPE_CHECKING, assert_never

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import interval_words
from agreements.models.reusable import Service, Template, TextKind
from agreements.rules.intervals import Interval
from agreements.rules.states import PICKED_STATES, ProposalState
from agreements.rules.terms import CollectBy, Renews, Rollover, Unreviewed
from core import formats, languages
from core.models import TenantRow

if TYPE_CHECKING:
    from agreements.models.agreement import Agreement

PROPOSAL_STATES = [
    (ProposalState.DRAFT.value, _("Draft")),
    (ProposalState.SENT.value, _("Sent")),
    (ProposalState.ACCEPTED.value, _("Accepted")),
    (ProposalState.DECLINED.value, _("Declined")),
    (ProposalState.EXPIRED.value, _("Expired")),
    (ProposalState.WITHDRAWN.value, _("Withdrawn")),
    (ProposalState.REPLACED.value, _("Replaced by a newer one")),
]

INTERVALS = [(interval.value, interval_words.label(interval)) for interval in Interval]

TRANSFER_DAYS = 7  # within which an invoice is to be paid by bank transfer


COLLECT_BY = [
    (CollectBy.CARD.value, _("Charged to a saved card")),
    (CollectBy.TRANSFER.value, _("Transferred to the bank")),
]

RENEWS = [
    (Renews.NO.value, _("It ends")),
    (Renews.ALONE.value, _("It renews automatically, unless one side gives notice in time")),
    (Renews.SIGNED.value, _("It renews when the client signs again")),
]

ROLLOVER = [
    (Rollover.NONE.value, _("Ends with its period")),
    (Rollover.SURPLUS.value, _("Carries over into the next period")),
    (Rollover.BOTH.value, _("Carries over, and extra time is deducted from the next period")),
]

UNREVIEWED = [
    (Unreviewed.SEND.value, _("It is sent with the numbers and without a comment")),
    (Unreviewed.WAIT.value, _("It waits for me")),
]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Queries about proposals."""

    def not_picked(self) -> "ProposalQuerySet":
        """The proposals of which no tier is picked, or no longer."""
        return self.exclude(agreements__state__in=PICKED_STATES)


class Proposal(TenantRow):
    """An offer of tiers to a client. The database refuses every change once it is sent (rule 28).

    `snapshot` is everything that the client sees, as JSON, and `snapshot_hash` its SHA-256. `intro`
    may hold merge fields until the proposal is sent. `revises` is the version before this one.
    `expires_on` is the last day to pick a tier; `ends_on` is the end of the agreement, exclusive.

    The agreement's text comes from `template`, or from the built-in text of `kind` where there is
    no template; an empty `kind` means the usual one for the interval. `text` is that text as it was
    when the proposal was sent.

    `extras` may be added to any tier by the client (agreements.rules.extras).

    `value_adds` are {"title", "minutes", "ends_on", "reason"}: `ends_on` is the last day, `minutes`
    the time that it costs in each period, and `reason` why it may go below the rate floor. The
    client never sees the last two. `overage_amount` is the fee in minor units for an hour beyond
    the included time; up to `overage_minutes` in a period need no further approval (rule 27). The
    report of a period is due `report_days` after its end, reviewed or as `report_unreviewed` says
    (rule 40).

    `goals` are the client's goals in their own words, one text each. `sections` are the
    freelancer's own parts of the page, {"title", "body"} with the body in Markdown, and where there
    is a picture {"picture", "alt", "width", "height"} (core.documents.pictures). `faq` are
    questions with their answers: {"question", "answer"} as they were written, or {"key"} for one
    that is answered from the terms (agreements.proposals.page.usual_questions).

    For a trial, `next_tier` is the tier that was agreed for after it (name, amount, minutes,
    response_hours, adds, deliverables) and `credits_trial` says whether the trial's fee is credited
    to that retainer. `after_trial` is the trial that this proposal follows.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="proposals")
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, related_name="+", verbose_name=_("for")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=PROPOSAL_STATES, default=ProposalState.DRAFT
    )
    title = models.CharField(_("title"), max_length=160)
    intro = models.TextField(_("opening words"), max_length=3000, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    interval = models.CharField(
        _("charged"), max_length=10, choices=INTERVALS, default=Interval.MONTHLY
    )
    collect_by = models.CharField(
        _("paid by"), max_length=10, choices=COLLECT_BY, default=CollectBy.CARD
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("notice in days"), default=30)
    minimum_months = models.PositiveSmallIntegerField(_("minimum term in months"), default=3)
    rollover = models.CharField(
        _("unused time"), max_length=20, choices=ROLLOVER, default=Rollover.NONE
    )
    rollover_percent = models.PositiveSmallIntegerField(
        _("up to this part of a period, in percent"),
        default=25,
        validators=[MaxValueValidator(100)],
    )
    rollover_periods = models.PositiveSmallIntegerField(
        _("for how many periods"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    renews = models.CharField(_("at its end"), max_length=10, choices=RENEWS, default=Renews.NO)
    cosigners = models.ManyToManyField(
        "clients.Contact", blank=True, related_name="+", verbose_name=_("also sign")
    )
    in_order = models.BooleanField(_("the client's people sign one after the other"), default=True)
    countersigns = models.BooleanField(
        _("I sign last"),
        default=False,
        help_text=_("Otherwise sending the proposal is your signature."),
    )
    goals = models.JSONField(_("your client's goals"), default=list, blank=True)
    sections = models.JSONField(_("what you will do"), default=list, blank=True)
    faq = models.JSONField(_("questions and answers"), default=list, blank=True)
    recommended_because = models.CharField(
        _("why the recommended tier"), max_length=300, blank=True
    )
    trial_measure = models.CharField(_("the trial succeeds when"), max_length=300, blank=True)
    expires_on = models.DateField(_("open until"), null=True, blank=True)
    kind = models.CharField(_("text"), max_length=10, choices=TextKind.choices, blank=True)
    template = models.ForeignKey(
        "agreements.Template", models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_bilingual = models.BooleanField(_("in two languages, side by side"), default=False)
    service = models.CharField(
        _("kind of work"), max_length=12, choices=Service.choices, blank=True
    )
    governing_law = models.CharField(_("governing law"), max_length=6, blank=True)
    extras = models.JSONField(_("what the client may add"), default=list, blank=True)
    kpis = models.JSONField(_("goals and measures"), default=list, blank=True)
    expectations = models.JSONField(_("what the client provides"), default=list, blank=True)
    competitors = models.JSONField(_("not at the same time for"), default=list, blank=True)
    value_adds = models.JSONField(_("added for a time"), default=list, blank=True)
    overage_amount = models.PositiveBigIntegerField(_("fee for an hour beyond"), default=0)
    overage_minutes = models.PositiveIntegerField(_("beyond without asking"), default=0)
    report_days = models.PositiveSmallIntegerField(
        _("monthly report, days after a period's end"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(25)],
    )
    report_unreviewed = models.CharField(
        _("a report that is not reviewed by then"),
        max_length=4,
        choices=UNREVIEWED,
        default=Unreviewed.SEND,
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    revises = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="revisions"
    )
    testimonials = models.ManyToManyField("clients.Testimonial", blank=True, related_name="+")
    shows_openings = models.BooleanField(_("say how many places are free"), default=False)
    next_tier = models.JSONField(_("tier agreed for after the trial"), default=dict, blank=True)
    credits_trial = models.BooleanField(
        _("the trial's fee is credited to the retainer"), default=False
    )
    after_trial = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="+"
    )
    snapshot = models.JSONField(
        _("as the client sees it"), default=dict, blank=True, editable=False
    )
    snapshot_hash = models.CharField(_("SHA-256 of it"), max_length=64, blank=True, editable=False)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0, editable=False)
    text = models.JSONField(_("text as sent"), default=dict, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["business", "-created_at", "-id"], name="proposal_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def agreement(self) -> "Agreement | None":
        """The agreement of the tier that was picked; None where none is, or no longer.

        A query, unless `agreements` is prefetched.
        """
        return next((row for row in self.agreements.all() if row.state in PICKED_STATES), None)

    @property
    def is_trial(self) -> bool:
        """Whether the proposal offers a paid, one-time trial (rule 35)."""
        return self.text_kind == TextKind.TRIAL

    @property
    def text_kind(self) -> TextKind:
        """The kind of agreement that the proposal's text is for."""
        return kind_of(self.interval, self.kind, self.template)

    @property
    def is_by_transfer(self) -> bool:
        """Whether its invoices are paid by bank transfer, so that no card is saved."""
        return self.collect_by == CollectBy.TRANSFER

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed: only the freelancer sees it."""
        return self.state == ProposalState.DRAFT

    @property
    def revision(self) -> int:
        """How often its draft was saved from a browser. A query."""
        rows = ProposalTyping.objects.filter(proposal=self)
        return rows.values_list("revision", flat=True).first() or 0

    @property
    def has_unread(self) -> bool:
        """Whether something that was typed cannot be read, or breaks a rule. A query."""
        return ProposalTyping.objects.filter(proposal=self).exclude(typed={}).exists()

    @property
    def is_sent(self) -> bool:
        """Whether it waits for the client's choice."""
        return self.state == ProposalState.SENT

    @property
    def is_accepted(self) -> bool:
        """Whether the client picked a tier."""
        return self.state == ProposalState.ACCEPTED

    @property
    def is_expired(self) -> bool:
        """Whether nobody picked a tier in time."""
        return self.state == ProposalState.EXPIRED

    @property
    def after_price(self) -> str:
        """What follows the price of a tier: for which time it is."""
        return interval_words.after_price(Interval(self.interval))

    @property
    def rhythm(self) -> str:
        """How often its fee is due, inside a sentence."""
        return interval_words.rhythm(Interval(self.interval))

    @property
    def after_hours(self) -> str:
        """What follows the included time of a tier."""
        return interval_words.after_hours(Interval(self.interval))


def kind_of(interval: str, kind: str, template: Template | None) -> TextKind:
    """The kind of the template, else the chosen `kind`, else the usual kind for the interval."""
    chosen = template.kind if template else kind
    return TextKind(chosen) if chosen else usual_kind(Interval(interval))


def usual_kind(interval: Interval) -> TextKind:
    """The kind of text for an interval where none was chosen."""
    match interval:
        case Interval.WEEKLY | Interval.FORTNIGHTLY | Interval.MONTHLY | Interval.QUARTERLY:
            return TextKind.MONTHLY
        case Interval.YEARLY:
            return TextKind.YEARLY
        case Interval.ONCE:
            return TextKind.TRIAL
    assert_never(interval)


class Tier(TenantRow):
    """A tier of a proposal. The database refuses every change once it is sent (`is_frozen`).

    `position` counts from 1, the lowest tier. `adds` lists the services that this tier adds to the
    one below. `amount` is the fee for each interval in minor units, before tax.
    """

    proposal = models.ForeignKey("agreements.Proposal", models.CASCADE, related_name="tiers")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=60)
    tagline = models.CharField(_("in one line"), max_length=120, blank=True)
    amount = models.PositiveBigIntegerField(_("fee"))
    minutes = models.PositiveIntegerField(_("included minutes"), default=0)
    response_hours = models.PositiveSmallIntegerField(_("answers within hours"), default=24)
    adds = models.JSONField(_("what it adds"), default=list)
    deliverables = models.JSONField(_("deliverables"), default=list, blank=True)
    is_recommended = models.BooleanField(_("recommended"), default=False)
    is_frozen = models.BooleanField(_("was sent"), default=False, editable=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="tier_position_once"),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=models.Q(is_recommended=True),
                name="one_recommended_tier",
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="tier_costs_something"),
        ]

    def __str__(self) -> str:
        return self.name


class ProposalTyping(TenantRow):
    """How far the typing of a draft is saved; there is none where it was never typed in a browser.

    `revision` grows with each save. `writer` is the browser tab that saved last, and `save_count`
    the number of its request, so that a delayed request of the same tab is recognised.

    `typed` is the form as it was typed, {name: [texts]}, while something in it cannot be read or
    breaks a rule. Otherwise it is empty: the proposal holds everything. `pictures` are those that
    were uploaded so far, {name: {"width", "height"}}, whether or not a section holds them yet.
    """

    proposal = models.OneToOneField(
        "agreements.Proposal", models.CASCADE, related_name="typing", verbose_name=_("proposal")
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    writer = models.CharField(max_length=36, blank=True, editable=False)
    save_count = models.PositiveIntegerField(default=0, editable=False)
    typed = models.JSONField(_("as it was typed"), default=dict, blank=True)
    pictures = models.JSONField(_("uploaded pictures"), default=dict, blank=True)
    written_at = models.DateTimeField(_("last typed"), editable=False)

    class Meta:
        verbose_name = _("typing of a proposal")
        verbose_name_plural = _("typing of proposals")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return str(self.proposal)


class Question(TenantRow):
    """A question that a contact of the client asks in the portal.

    It is answered once; the contact reads the answer by email and in the portal.
    """

    proposal = models.ForeignKey("agreements.Proposal", models.PROTECT, related_name="questions")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    text = models.TextField(_("question"), max_length=1000)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]
