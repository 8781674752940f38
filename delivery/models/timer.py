"""Timer: the clock that runs while somebody works; it lives in the database, so that no closed tab stops it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Timer(TenantRow):
    """One per person. Stopping it writes a TimeEntry and takes the row away. `warned_at`: it was found forgotten."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="timer")
    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="+")
    deliverable = models.ForeignKey("delivery.Deliverable", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("what is done"), max_length=300, blank=True)
    billable = models.BooleanField(_("for the client"), default=True)
    consumes = models.BooleanField(_("counts against the included hours"), default=True)
    started_at = models.DateTimeField(_("started"))
    warned_at = models.DateTimeField(_("found forgotten"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")

    def __str__(self) -> str:
        return self.note or str(self.started_at)
