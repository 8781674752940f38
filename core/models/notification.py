"""NotificationChoice: whether a user is emailed about one kind of event, and when."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import TenantRow


class Hears(models.TextChoices):
    """When somebody is emailed about something that a client did."""

    NOW = "now", _("At once")
    DAILY = "daily", _("In the daily summary")
    NEVER = "never", _("Not by email")


class Event(models.TextChoices):
    """The kinds of event of which a user can choose when they are emailed."""

    OPENED = "opened", _("A client opens a proposal")
    ANSWERED = "answered", _("A client chooses, signs or declines, or a proposal expires")
    REQUESTED = "requested", _("A client asks for something, adds to it or cancels it")
    APPROVED = "approved", _("A client approves what you delivered")
    DECIDED = "decided", _("A client answers the decision in a report")
    HOURS_USED = "hours_used", _("The hours of a period are nearly used")
    MORE_HOURS = "more_hours", _("A client approves or declines more hours")
    PAID = "paid", _("A client pays")
    REMINDED = "reminded", _("A client is reminded of an overdue payment")


#: When somebody is emailed who has chosen nothing. Every other kind: at once.
USUAL = {Event.PAID: Hears.NEVER, Event.APPROVED: Hears.DAILY}


class NotificationChoice(TenantRow):
    """What one user chose for one kind of event; without a row it is `USUAL`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    event = models.CharField(_("event"), max_length=12, choices=Event.choices)
    hears = models.CharField(_("when"), max_length=5, choices=Hears.choices)

    class Meta:
        verbose_name = _("notification choice")
        verbose_name_plural = _("notification choices")
        constraints = [
            models.UniqueConstraint(fields=["user", "event"], name="notification_choice_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.get_hears_display()}"
