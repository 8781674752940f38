"""The tenant: a business, and the base of every row that belongs to one."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.ids import new_id


class Accent(models.TextChoices):
    """The colours a business can choose: each passes contrast on light and dark."""

    INDIGO = "indigo", _("Indigo")
    TEAL = "teal", _("Teal")
    ROSE = "rose", _("Rose")
    AMBER = "amber", _("Amber")
    SKY = "sky", _("Sky")
    VIOLET = "violet", _("Violet")
    EMERALD = "emerald", _("Emerald")
    SLATE = "slate", _("Slate")


class Business(models.Model):
    """What a freelancer trades as. `floor_rate` is minor units of `currency` per hour, `yearly_goal` per year.

    `capacity_minutes` is per month; 0 in any of the three: not said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="business")
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
        _("language"), max_length=5, choices=settings.LANGUAGES, default="en"
    )
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    tax_on_payment = models.BooleanField(_("the tax invoice is the receipt"), default=False)
    floor_rate = models.PositiveBigIntegerField(_("lowest hourly rate"), default=0)
    yearly_goal = models.PositiveBigIntegerField(_("yearly goal"), default=0)
    capacity_minutes = models.PositiveIntegerField(_("monthly capacity"), default=0)
    is_suspended = models.BooleanField(_("suspended"), default=False)
    charging_on = models.BooleanField(_("charging is on"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("business")
        verbose_name_plural = _("businesses")

    def __str__(self) -> str:
        return self.name

    @property
    def trading_as(self) -> str:
        """The name for papers: the legal name, or the trading name where none was given."""
        return self.legal_name or self.name


class TenantRow(models.Model):
    """An unguessable id, the business it belongs to, and when it was made (UTC; verbs pass their `now`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(
        Business, models.PROTECT, related_name="+", verbose_name=_("business")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
