"""Client and Contact. A client is a prospect until it has signed an agreement."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.rules.pipeline import Stage
from core import formats, languages
from core.database.name_key_field import SortedByName
from core.models import TenantRow
from core.models.tax_rate import TaxMode

STAGES = [
    (Stage.LEAD.value, _("Lead")),
    (Stage.CALL_BOOKED.value, _("Call booked")),
    (Stage.PROPOSAL_SENT.value, _("Proposal sent")),
    (Stage.TRIAL.value, _("Trial")),
    (Stage.WON.value, _("Won")),
    (Stage.LOST.value, _("Lost")),
]

STANDARD = "standard"
TREATMENTS = [
    (STANDARD, _("As usual")),
    (TaxMode.REVERSE.value, TaxMode.REVERSE.label),
    (TaxMode.EXEMPT.value, TaxMode.EXEMPT.label),
]


class Lost(models.TextChoices):
    """Why a prospect was lost."""

    MONEY = "money", _("Too expensive for them")
    VALUE = "value", _("They did not see what it is good for")
    RESULTS = "results", _("They doubted the results")
    TIMING = "timing", _("Not now")
    OTHER = "other", _("Somebody else does it")
    SILENCE = "silence", _("No answer any more")
    MINE = "mine", _("I said no")
    DECLINED = "declined", _("They declined the proposal")


class Client(SortedByName, TenantRow):
    """A client or prospect of a business.

    `state` is its stage in the sales pipeline, and `stage_at` when it was reached (UTC).
    `expected_amount` is the expected monthly fee in minor units of `expected_currency`; it counts
    until there is a proposal. Stage, expectation, source, reason for losing and notes are private
    to the freelancer (rule 37). A sample client (`is_sample`) is there to try things (rule 59).
    """

    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    tax_treatment = models.CharField(_("tax"), max_length=10, choices=TREATMENTS, default=STANDARD)
    tax_note = models.CharField(_("words on the invoice"), max_length=300, blank=True)
    withholding_percent = models.DecimalField(
        _("withholds percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    state = models.CharField(_("stage"), max_length=20, choices=STAGES, default=Stage.LEAD)
    stage_at = models.DateTimeField(_("in this stage since"), default=timezone.now)
    expected_amount = models.PositiveBigIntegerField(_("expected fee a month"), default=0)
    expected_currency = models.CharField(max_length=3, blank=True)
    lost_because = models.CharField(
        _("lost because"), max_length=10, choices=Lost.choices, blank=True
    )
    lost_words = models.CharField(_("in their words"), max_length=300, blank=True)
    source = models.CharField(_("came from"), max_length=60, blank=True)
    notes = models.TextField(_("notes"), max_length=5000, blank=True)
    signed_at = models.DateTimeField(_("client since"), null=True, blank=True)
    is_sample = models.BooleanField(_("sample client"), default=False, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["name_key", "id"]
        indexes = [
            models.Index(fields=["business", "name_key", "id"], name="client_by_name_key"),
            models.Index(fields=["business", "state", "-stage_at"], name="client_by_stage"),
            models.Index(Lower("name"), name="client_by_whole_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def trading_as(self) -> str:
        """The name on documents: the legal name or, if there is none, the usual name."""
        return self.legal_name or self.name

    @property
    def is_won(self) -> bool:
        """Whether it is a client now."""
        return self.state == Stage.WON

    @property
    def is_deciding(self) -> bool:
        """Whether it has a proposal, or tries us out."""
        return self.state in (Stage.PROPOSAL_SENT, Stage.TRIAL)


class Contact(SortedByName, TenantRow):
    """A person at a client.

    A portal session holds the `portal_epoch` of its start. Raising it ends all their sessions.
    `language` is the one they chose in the portal; without one it is that of what they read.
    Without `sees_money` they are shown no fee, invoice or payment; a decision maker always is.
    """

    client = models.ForeignKey("clients.Client", models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"))
    role = models.CharField(_("role"), max_length=80, blank=True)
    is_decision_maker = models.BooleanField(_("decides"), default=False)
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=formats.language_choices,
        blank=True,
        default="",
        db_default="",
    )
    gets_billing = models.BooleanField(
        _("gets emails about money in copy"), default=False, db_default=False
    )
    sees_money = models.BooleanField(_("sees money in the portal"), default=True, db_default=True)
    portal_epoch = models.PositiveIntegerField(default=0, editable=False)
    is_active = models.BooleanField(_("may enter the portal"), default=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.UniqueConstraint("client", Lower("email"), name="contact_once_per_client"),
            models.UniqueConstraint(
                fields=["client"],
                condition=models.Q(is_decision_maker=True),
                name="one_decision_maker",
            ),
        ]
        indexes = [models.Index(Lower("email"), name="contact_by_email")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_without_money(self) -> bool:
        """Whether no money is shown to this person (rule 78)."""
        return not (self.sees_money or self.is_decision_maker)

    @property
    def who_reads(self) -> "Contact":
        """Who gets the emails to this person about proposals, agreements and invoices.

        Once the person has left or sees no money, that is the decision maker, or else somebody at
        the client who sees money.
        """
        if self.is_active and not self.is_without_money:
            return self
        return self.others_with_money().select_related("client", "business").first() or self

    def others_with_money(self) -> "models.QuerySet[Contact]":
        """Who else at the client may be shown money, the decision maker first."""
        people = Contact._default_manager.filter(client=self.client_id, is_active=True)
        seeing = people.filter(models.Q(is_decision_maker=True) | models.Q(sees_money=True))
        return seeing.exclude(pk=self.pk).order_by("-is_decision_maker", "created_at", "pk")

    def language_for(self, code: str) -> str:
        """The language in which this person reads what is in the language `code`."""
        return self.language or code
