"""Agreements (signed retainers), their pauses, and upgrades in the middle of a period."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from agreements.models import interval_words
from agreements.models.period import PERIOD_STATES
from agreements.models.proposal import COLLECT_BY, INTERVALS, RENEWS, ROLLOVER
from agreements.models.reusable import TextKind
from agreements.models.signing import SignableDocument
from agreements.rules.intervals import Interval
from agreements.rules.states import PICKED_STATES, AgreementState, PeriodState
from agreements.rules.terms import CollectBy, Renews, Rollover
from clients.models import Contact
from core import formats, languages
from core.models import TenantRow
from core.models.tax_rate import TaxMode

if TYPE_CHECKING:
    from agreements.models.amendment import Amendment

AGREEMENT_STATES = [
    (AgreementState.SENT.value, _("Waiting for signature")),
    (AgreementState.ACTIVE.value, _("Active")),
    (AgreementState.PAUSED.value, _("Paused")),
    (AgreementState.ENDED.value, _("Ended")),
    (AgreementState.DECLINED.value, _("Declined")),
    (AgreementState.EXPIRED.value, _("Expired")),
    (AgreementState.VOID.value, _("Void")),
]

#: Why an agreement is on hold whose next invoice could not be made (docs/operations.md).
NOT_BILLABLE = gettext_noop("The next invoice could not be made.")


class HoursAlerts(models.TextChoices):
    """Who is emailed when 80 % and 100 % of a period's included time is used."""

    ME = "me", _("Me")
    BOTH = "both", _("Me and the client")
    NONE = "none", _("Nobody")


class Agreement(SignableDocument):
    """A retainer: the tier that the client picked, with terms that were frozen at that moment.

    `tier` and `terms` are the frozen snapshot as JSON and `terms_hash` is its SHA-256. Amendments
    do not change them; agreements.running.effective_terms answers which terms apply on a day.

    Until the first signature the client may pick another tier: the agreement becomes VOID, and
    `proposal` has another one. At most one of a proposal's agreements is in PICKED_STATES.

    `amount` is the fee for each period in minor units of `currency`, before tax, and `minutes` the
    included time. Tax is that of the business and the client at the time of acceptance.
    `anchor_day` is the day of the month on which periods start (rule 2). `ends_on` is exclusive;
    `renews` says what happens on that day, for another `term_months`. `time_zone` is the client's
    IANA zone at the time of acceptance. `opens_at` is when the next period is opened; null where no
    period follows. `parked_because` is why billing is on hold; empty where it is not.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="agreements")
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, related_name="+", verbose_name=_("signer")
    )
    proposal = models.ForeignKey("agreements.Proposal", models.PROTECT, related_name="agreements")
    state = models.CharField(
        _("state"), max_length=10, choices=AGREEMENT_STATES, default=AgreementState.SENT
    )
    title = models.CharField(_("title"), max_length=160)
    tier = models.JSONField(_("tier"))
    terms = models.JSONField(_("terms"))
    terms_hash = models.CharField(_("SHA-256 of the terms"), max_length=64)
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.PositiveBigIntegerField(_("fee"))
    minutes = models.PositiveIntegerField(_("included minutes"))
    tax_mode = models.CharField(
        _("tax"), max_length=10, choices=TaxMode.choices, default=TaxMode.EXCLUSIVE
    )
    taxes = models.JSONField(_("tax rates"), default=list, blank=True)
    tax_note = models.CharField(_("tax note"), max_length=300, blank=True)
    withholding_percent = models.DecimalField(
        _("withheld percent"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    collect_by = models.CharField(
        _("paid by"), max_length=10, choices=COLLECT_BY, default=CollectBy.CARD
    )
    opens_at = models.DateTimeField(_("next period opens"), null=True, blank=True, editable=False)
    interval = models.CharField(
        _("charged"), max_length=10, choices=INTERVALS, default=Interval.MONTHLY
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    anchor_day = models.PositiveSmallIntegerField(_("anchor day"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    charge_hour = models.PositiveSmallIntegerField(_("charged from this hour"), default=9)
    notice_days = models.PositiveSmallIntegerField(_("notice in days"), default=30)
    minimum_months = models.PositiveSmallIntegerField(_("minimum term in months"), default=0)
    rollover = models.CharField(
        _("unused time"), max_length=20, choices=ROLLOVER, default=Rollover.NONE
    )
    rollover_percent = models.PositiveSmallIntegerField(
        _("rolls over, in percent of a period"), default=25
    )
    rollover_periods = models.PositiveSmallIntegerField(
        _("rolls over for how many periods"), default=1
    )
    tells_hours = models.CharField(
        _("who hears that the hours are nearly used"),
        max_length=4,
        choices=HoursAlerts.choices,
        default=HoursAlerts.ME,
    )
    renews = models.CharField(_("at its end"), max_length=10, choices=RENEWS, default=Renews.NO)
    term_months = models.PositiveSmallIntegerField(_("term in months"), default=0)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    parked_because = models.CharField(_("on hold because"), max_length=300, blank=True)
    #: Filled by agreements.running.effective_terms.load; None where it was not.
    signed_amendments: "list[Amendment] | None" = None

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["business", "-created_at", "-id"], name="agreement_newest"),
            models.Index(
                fields=["opens_at"],
                name="agreement_opens",
                condition=models.Q(opens_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"],
                condition=models.Q(state__in=[state.value for state in PICKED_STATES]),
                name="agreement_one_of_a_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(anchor_day__gte=1, anchor_day__lte=31),
                name="agreement_anchor_is_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="agreement_costs_something"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gt=models.F("starts_on")),
                name="agreement_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def reader(self) -> Contact:
        """Who gets the emails about it."""
        return self.contact.who_reads

    @property
    def reader_language(self) -> str:
        """The language of the emails about it; the agreement itself is in `language`."""
        return self.reader.language_for(self.language)

    @property
    def is_by_transfer(self) -> bool:
        """Whether its invoices are paid by bank transfer, so that no card is charged."""
        return self.collect_by == CollectBy.TRANSFER

    @property
    def choice(self) -> str:
        """What the client chose, such as "Growth + Weekly call"."""
        return " + ".join(
            [self.tier["name"], *(row["title"] for row in self.tier.get("extras", []))]
        )

    @property
    def rhythm(self) -> str:
        """How often its fee is due, inside a sentence."""
        return interval_words.rhythm(Interval(self.interval))

    @property
    def agreement(self) -> "Agreement":
        """The agreement itself: code for both agreements and amendments reads `.agreement`."""
        return self

    @property
    def is_trial(self) -> bool:
        """Whether the agreement is a paid, one-time trial (rule 35)."""
        return self.interval == Interval.ONCE and self.terms.get("kind") != TextKind.ONCE

    @property
    def is_waiting(self) -> bool:
        """Whether somebody still has to sign it."""
        return self.state == AgreementState.SENT

    @property
    def is_active(self) -> bool:
        """Whether it is in force and billed."""
        return self.state == AgreementState.ACTIVE

    @property
    def is_paused(self) -> bool:
        """Whether its coming periods are not billed for now."""
        return self.state == AgreementState.PAUSED

    @property
    def is_ended(self) -> bool:
        """Whether it was in force and is over."""
        return self.state == AgreementState.ENDED

    @property
    def is_declined(self) -> bool:
        """Whether a signer said no."""
        return self.state == AgreementState.DECLINED

    @property
    def is_expired(self) -> bool:
        """Whether it was not signed in time."""
        return self.state == AgreementState.EXPIRED

    @property
    def is_void(self) -> bool:
        """Whether it was taken back before it was signed."""
        return self.state == AgreementState.VOID

    @property
    def is_not_billable(self) -> bool:
        """Whether billing is on hold because the next invoice could not be made."""
        return self.parked_because == NOT_BILLABLE

    @property
    def is_renewed(self) -> bool:
        """Whether another term can follow when this one ends."""
        return self.renews != Renews.NO


class PauseQuerySet(models.QuerySet["Pause"]):
    """Queries about pauses."""

    def by_agreement(self, agreements: Iterable[UUID]) -> dict[UUID, list["Pause"]]:
        """The pauses of these agreements by agreement id; agreements without one are left out."""
        pauses: dict[UUID, list[Pause]] = defaultdict(list)
        for pause in self.filter(agreement__in=list(agreements)):
            pauses[pause.agreement_id].append(pause)
        return pauses


class Pause(TenantRow):
    """A pause of an agreement: a period that starts during it has no fee and no hours (rule 6).

    It lasts from `starts_on` up to `ends_on`, exclusive. `ends_on` is null while the pause lasts
    until someone resumes the agreement, and equals `starts_on` where that happened before the pause
    began. A skip is a pause over one period. The agreement's anchor day and end do not move.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="pauses")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on (exclusive)"), null=True, blank=True)
    is_skip = models.BooleanField(_("one period only"), default=False)
    reason = models.CharField(_("reason"), max_length=300)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["-starts_on", "-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="pause_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=models.Q(ends_on__isnull=True),
                name="pause_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on or ''}"

    def covers(self, day: date) -> bool:
        """Whether a period that starts on `day` falls into this pause."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


class Upgrade(TenantRow):
    """An upgrade that applies in the middle of a period (rule 9), which itself does not change.

    It is created when its amendment is signed and is billed once, as a period is. It lasts from
    `starts_on` up to `ends_on`, the end of the period. Amounts are minor units before tax: `credit`
    for the unused days, `charge` for the same days at the new tier's fee, and `amount` the
    difference to pay. `minutes` are added to the included time of the period.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="upgrades")
    period = models.ForeignKey("agreements.Period", models.PROTECT, related_name="upgrades")
    amendment = models.OneToOneField("agreements.Amendment", models.PROTECT, related_name="upgrade")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on (exclusive)"))
    due_at = models.DateTimeField(_("billed from"))
    currency = models.CharField(_("currency"), max_length=3)
    credit = models.PositiveBigIntegerField(_("credit"))
    charge = models.PositiveBigIntegerField(_("charge"))
    amount = models.PositiveBigIntegerField(_("to pay"))
    minutes = models.PositiveIntegerField(_("added minutes"))
    state = models.CharField(
        _("state"), max_length=10, choices=PERIOD_STATES, default=PeriodState.DUE
    )

    class Meta:
        verbose_name = _("upgrade")
        verbose_name_plural = _("upgrades")
        ordering = ["-starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "starts_on"], name="upgrade_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="upgrade_has_days"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, charge=models.F("credit") + models.F("amount")),
                name="upgrade_adds_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="upgrade_to_bill", condition=models.Q(state=PeriodState.DUE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"

    @property
    def tier(self) -> dict[str, Any]:
        """The new tier as it was signed."""
        tier: dict[str, Any] = self.amendment.tier
        return tier
