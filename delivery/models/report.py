"""Reports to the client, the runs that make them, quarterly reviews, and early warnings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import formats, languages
from core.models import Document, TenantRow
from delivery.rules.off_months import OffMonth
from delivery.rules.pace_rules import Off
from delivery.rules.states import Answer, ReportState

REPORT_STATES = [
    (ReportState.DRAFT.value, _("Draft")),
    (ReportState.SENT.value, _("Sent")),
]
ANSWERS = [
    (Answer.YES.value, _("Yes, go ahead")),
    (Answer.NO.value, _("No, not now")),
    (Answer.TALK.value, _("Let us talk about it")),
]
OFF_MONTHS = [
    (OffMonth.HOLD.value, _("Hold it for me until the evening of its day")),
    (OffMonth.WAIT.value, _("Never send it before I have reviewed it")),
    (OffMonth.SEND.value, _("Send it on its day like any other")),
]
OFF_KINDS = [
    (Off.KPI.value, _("KPI")),
    (Off.WORK.value, _("Deliverable")),
    (Off.OVER.value, _("Hours that run out")),
    (Off.UNUSED.value, _("Hours that expire")),
]


class Report(TenantRow):
    """The report of a period; each period has at most one.

    Before it is sent the freelancer writes `comment`, `next_text`, and `decision` (a question with
    one answer), and picks the `chosen` KPIs by their ids (at most three; empty means the first
    three). `send_at` is when the report is sent automatically: on the agreed day, or when the
    freelancer scheduled it; None means that it waits. `held_at` is when the report of an off month
    was held for the freelancer (rule 66); `send_at` is its deadline from then on. `released_by`
    is the person who chose `send_at`, and None where that is the agreed day. `unreviewed` marks a
    report that was sent without review. `snapshot` is empty until the report is sent; then it and
    `sha256` never change (a trigger holds that). A worker renders `document` afterwards, and the
    email is sent when the document is there.

    What the client saw: `letter_opened_at` (the image in the email was fetched), `opened_at` (the
    page was opened), and `read_seconds` on that page. None means "not recorded", not "unread". When
    nothing was seen, the client is reminded at `nudged_at`, and from `task_at` on the freelancer is
    asked to talk to the client.
    """

    period = models.OneToOneField("agreements.Period", models.PROTECT, related_name="report")
    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="reports")
    state = models.CharField(
        _("state"), max_length=10, choices=REPORT_STATES, default=ReportState.DRAFT
    )
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    comment = models.TextField(_("your words"), max_length=3000, blank=True)
    next_text = models.TextField(_("what is next"), max_length=1000, blank=True)
    decision = models.CharField(_("decision wanted"), max_length=300, blank=True)
    chosen = models.JSONField(_("KPIs shown first"), default=list, blank=True)
    send_at = models.DateTimeField(_("goes out"), null=True, blank=True)
    held_at = models.DateTimeField(_("held for review"), null=True, blank=True)
    released_by = models.CharField(  # noqa: DJ001 - a column with a default rebuilds the table
        _("released by"), max_length=250, null=True, blank=True
    )
    snapshot = models.JSONField(_("contents"), default=dict, blank=True)
    sha256 = models.CharField(_("SHA-256 of the contents"), max_length=64, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    unreviewed = models.BooleanField(_("went out without review"), default=False)
    letter_opened_at = models.DateTimeField(_("email opened"), null=True, blank=True)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    read_seconds = models.PositiveIntegerField(_("read for seconds"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=4, choices=ANSWERS, blank=True)
    answer_words = models.CharField(_("in their words"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)
    nudged_at = models.DateTimeField(_("reminded of"), null=True, blank=True)
    task_at = models.DateTimeField(_("to be talked about since"), null=True, blank=True)
    task_done_at = models.DateTimeField(_("talked about"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["business", "-created_at", "-id"], name="report_newest"),
            models.Index(
                fields=["send_at"],
                name="report_to_send",
                condition=models.Q(state=ReportState.DRAFT),
            ),
            models.Index(fields=["sent_at"], name="report_sent"),
            models.Index(fields=["sha256"], name="report_by_hash"),
            models.Index(
                fields=["sent_at"],
                name="report_to_print",
                condition=models.Q(state=ReportState.SENT, document__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="report_answer_has_its_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReportState.DRAFT)
                | (~models.Q(sha256="") & models.Q(sent_at__isnull=False)),
                name="report_sent_is_frozen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.state}"

    @property
    def is_seen(self) -> bool:
        """Whether anything shows that the client has seen the report."""
        return bool(self.letter_opened_at or self.opened_at or self.answered_at)

    @property
    def is_draft(self) -> bool:
        """Whether it has not gone out yet."""
        return self.state == ReportState.DRAFT

    @property
    def is_sent(self) -> bool:
        """Whether it went out."""
        return self.state == ReportState.SENT

    @property
    def is_agreed(self) -> bool:
        """Whether the client said yes to its decision."""
        return self.answer == Answer.YES


class OffMonthRule(TenantRow):
    """What happens to the report of an off month that nobody has reviewed (rule 66).

    It is the rule of `agreement`, or without one that of all agreements of the business that have
    none of their own. Without a row it is held.
    """

    agreement = models.OneToOneField(
        "agreements.Agreement", models.PROTECT, null=True, blank=True, related_name="off_month_rule"
    )
    choice = models.CharField(
        _("off month"), max_length=4, choices=OFF_MONTHS, default=OffMonth.HOLD
    )

    class Meta:
        verbose_name = _("rule for off months")
        verbose_name_plural = _("rules for off months")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business"],
                condition=models.Q(agreement__isnull=True),
                name="off_month_rule_of_business_once",
            )
        ]

    def __str__(self) -> str:
        return self.choice


class ReportCorrection(TenantRow):
    """A correction that followed a sent report, which itself does not change (rule 38).

    `note` is in the freelancer's words, and `lines` name what the report said and what is right, in
    the report's language. A trigger keeps rows from changing.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+")
    report = models.ForeignKey(Report, models.PROTECT, related_name="corrections")
    note = models.TextField(_("what is corrected"), max_length=1000)
    lines = models.JSONField(_("what changed"), default=list)
    actor = models.CharField(_("written by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("correction of a report")
        verbose_name_plural = _("corrections of reports")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.note


class ReportRun(models.Model):
    """One run of the report job.

    `door` says what started it (beat, command). `total` reports were to be drafted or sent, and
    `done` of them are; `result` holds counts. A run that died leaves `finished_at` empty, and the
    next run continues with what it left.
    """

    door = models.CharField(_("started by"), max_length=20)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    total = models.PositiveIntegerField(_("to do"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    result = models.JSONField(_("result"), default=dict)

    class Meta:
        verbose_name = _("report run")
        verbose_name_plural = _("report runs")
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class QuarterlyReview(TenantRow):
    """A review of the periods that ended from `starts_on` up to, not including, `ends_on`.

    `snapshot` and its SHA-256 never change (a trigger holds that). When facts have changed, the
    same quarter is reviewed again in another row.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="quarterly_reviews")
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, related_name="quarterly_reviews"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"))
    snapshot = models.JSONField(_("contents"))
    sha256 = models.CharField(_("SHA-256 of the contents"), max_length=64)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("quarterly review")
        verbose_name_plural = _("quarterly reviews")
        ordering = ["-ends_on", "-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "starts_on", "sha256"], name="quarterly_review_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"


class EarlyWarning(TenantRow):
    """A warning to the freelancer that a period is off track, once for each check day.

    `day` is 10 or 20, or for a period longer than a month a third and two thirds of its days.
    `findings` are facts in JSON, put into words where they are shown. `note` is a drafted message
    to the client, in the client's language; `change` is a proposed change that only the freelancer
    sees. `sent_at` is when the note was sent, `dismissed_at` when the freelancer dismissed the
    warning, `replaced_at` when a newer warning took its place.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="early_warnings")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="early_warnings")
    day = models.PositiveSmallIntegerField(_("day of the period"))
    findings = models.JSONField(_("what is off"), default=list)
    note = models.TextField(_("note to the client"), max_length=1000)
    change = models.CharField(_("proposed change"), max_length=300)
    sent_at = models.DateTimeField(_("note sent"), null=True, blank=True)
    dismissed_at = models.DateTimeField(_("let be"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["period", "day"], name="early_warning_once")]
        indexes = [
            models.Index(fields=["business", "-created_at", "-id"], name="early_warning_newest")
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.day}"

    @property
    def is_open(self) -> bool:
        """Whether the freelancer has neither acted on it nor had a newer one."""
        return not (self.sent_at or self.dismissed_at or self.replaced_at)


class MutedItem(TenantRow):
    """A KPI, a deliverable or the hours of an agreement that no warning names any more (rule 39).

    `name` is the KPI's or the deliverable's; it is empty for hours.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="+")
    agreement = models.ForeignKey(
        "agreements.Agreement", models.PROTECT, related_name="muted_items"
    )
    kind = models.CharField(_("kind"), max_length=6, choices=OFF_KINDS)
    name = models.CharField(_("name"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("muted item")
        verbose_name_plural = _("muted items")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "name"], name="muted_item_once")
        ]

    def __str__(self) -> str:
        return self.name or self.kind


class WarningDigest(TenantRow):
    """That the running periods of a business were looked at for the digest of `day` (rule 39).

    `count` is how many warnings it had; without one no email was sent.
    """

    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("warnings"), default=0)

    class Meta:
        verbose_name = _("digest of warnings")
        verbose_name_plural = _("digests of warnings")
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "day"], name="warning_digest_once")
        ]

    def __str__(self) -> str:
        return str(self.day)
