"""Business, which is the tenant, and the base class of every model that belongs to one."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import formats, languages
from core.database.ids import new_id


class Accent(models.TextChoices):
    """The accent colours a business can choose; each has enough contrast on light and on dark."""

    INDIGO = "indigo", _("Indigo")
    TEAL = "teal", _("Teal")
    ROSE = "rose", _("Rose")
    AMBER = "amber", _("Amber")
    SKY = "sky", _("Sky")
    VIOLET = "violet", _("Violet")
    EMERALD = "emerald", _("Emerald")
    SLATE = "slate", _("Slate")


#: The accent colours as "#rrggbb", for emails and other places without a style sheet. White on each
#: of them, and each of them on white, has a contrast of at least 4.5. static/rh.css and
#: templates/documents/document.css have the same.
ACCENT_COLOURS: dict[str, str] = {
    Accent.INDIGO: "#4f46e5",
    Accent.TEAL: "#0f766e",
    Accent.ROSE: "#be123c",
    Accent.AMBER: "#b45309",
    Accent.SKY: "#0369a1",
    Accent.VIOLET: "#7c3aed",
    Accent.EMERALD: "#047857",
    Accent.SLATE: "#475569",
}


class EmailMonths(models.IntegerChoices):
    """After how many months the text of an email is deleted."""

    ONE_YEAR = 12, _("one year")
    TWO_YEARS = 24, _("two years")
    THREE_YEARS = 36, _("three years")
    SIX_YEARS = 72, _("six years")
    TEN_YEARS = 120, _("ten years")
    FOR_GOOD = 0, _("as long as the business is here")


class Business(models.Model):
    """A freelancer's business.

    `floor_rate` (per hour), `yearly_goal` (per year) and `monthly_costs` are minor units of
    `currency`, and `capacity_minutes` is minutes per month; 0 in any of the four means "not set".
    `week_minutes` are minutes for each day from Monday, and `capacity_minutes` then their average;
    [] means that only hours a month were entered. `worked_holidays` are ISO dates of public
    holidays on which the business works; without a `holiday_country` it works on all of them.
    `email_months` is an EmailMonths.
    `time_zone` is an IANA name.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="business",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    accent = models.CharField(
        _("colour"), max_length=10, choices=Accent.choices, default=Accent.INDIGO
    )
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    tax_on_payment = models.BooleanField(_("the tax invoice is the receipt"), default=False)
    floor_rate = models.PositiveBigIntegerField(_("lowest hourly rate"), default=0)
    yearly_goal = models.PositiveBigIntegerField(_("yearly goal"), default=0)
    monthly_costs = models.PositiveBigIntegerField(_("monthly costs"), default=0)
    capacity_minutes = models.PositiveIntegerField(_("monthly capacity"), default=0)
    week_minutes = models.JSONField(_("capacity by weekday"), default=list, blank=True)
    holiday_country = models.CharField(_("country of public holidays"), max_length=2, blank=True)
    holiday_part = models.CharField(_("part of the country"), max_length=20, blank=True)
    worked_holidays = models.JSONField(_("holidays worked"), default=list, blank=True)
    checklist_dismissed_at = models.DateTimeField(
        _("checklist dismissed"), null=True, blank=True, editable=False
    )
    is_suspended = models.BooleanField(_("suspended"), default=False)
    charging_on = models.BooleanField(_("charging is on"), default=True)
    debits_on = models.BooleanField(_("direct debits are offered"), default=True)
    reference_rates = models.BooleanField(
        _("uses the reference rates of the European Central Bank"), default=False, db_default=False
    )
    asks_approval = models.BooleanField(
        _("clients can approve what you deliver"), default=True, db_default=True
    )
    requires_second_factor = models.BooleanField(
        _("everybody needs a second factor to sign in"), default=False, db_default=False
    )
    email_months = models.PositiveSmallIntegerField(
        _("text of emails is kept for"),
        choices=EmailMonths.choices,
        default=EmailMonths.TWO_YEARS,
        db_default=EmailMonths.TWO_YEARS,
    )
    tracking_picture = models.BooleanField(
        _("emails of reports hold a picture that records opening"), default=True, db_default=True
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")
        indexes = [models.Index(Lower("name"), name="business_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def accent_colour(self) -> str:
        """Its accent colour as "#rrggbb"."""
        return ACCENT_COLOURS[self.accent]

    @property
    def trading_as(self) -> str:
        """The name on documents: the legal name or, if there is none, the trading name."""
        return self.legal_name or self.name


class TenantRow(models.Model):
    """Base class of every row of a tenant: its id, its business, and when it was created.

    `created_at` is UTC. Business functions pass their own `now` instead of using the default.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(
        Business, models.PROTECT, related_name="+", verbose_name=_("business")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
