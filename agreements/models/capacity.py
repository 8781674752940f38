"""What capacity depends on: the freelancer's time off, and clients who wait for an opening."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.dates import Span
from core.models import TenantRow


class TimeOff(TenantRow):
    """Days off of the freelancer, from `starts_on` up to `ends_on`, exclusive.

    `note` is never shown to clients.
    """

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (exclusive)"))
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("time off")
        verbose_name_plural = _("time off")
        ordering = ["starts_on", "created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="time_off_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}/{self.ends_on}"

    @property
    def span(self) -> Span:
        """The days off as a span."""
        return Span(self.starts_on, self.ends_on)


class WaitlistEntry(TenantRow):
    """A client's place on the waitlist for a tier of a proposal.

    `told_at` is when the client was last emailed that there is an opening.
    """

    proposal = models.OneToOneField("agreements.Proposal", models.PROTECT, related_name="wait")
    tier = models.ForeignKey("agreements.Tier", models.PROTECT, related_name="+")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    told_at = models.DateTimeField(_("told that there is room"), null=True, blank=True)

    class Meta:
        verbose_name = _("waitlist entry")
        verbose_name_plural = _("waitlist")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.contact} · {self.tier}"
