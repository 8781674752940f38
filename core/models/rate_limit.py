"""RateLimit: how often somebody did something within the present window of time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateLimit(models.Model):
    """The requests of one kind from one person, counted until `ends_at`; then counted anew.

    `key` is the action and a hash of who acts (core.web.throttle). A row may be deleted at any time
    after `ends_at`.
    """

    key = models.CharField(_("action and person"), max_length=80, primary_key=True)
    count = models.PositiveIntegerField(_("requests counted"), default=0)
    ends_at = models.DateTimeField(_("counted until"), db_index=True)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")

    def __str__(self) -> str:
        return self.key
