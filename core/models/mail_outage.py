"""MailOutage: that the mail server does not work at present, for all workers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailOutage(models.Model):
    """The mail server's present outage: there is one row while it does not work, else none.

    `failures` were in a row. Nothing is sent until `next_at`; then one worker tries one email, and
    the row is deleted if that works. Instants are UTC.
    """

    OPEN = 3  # failures in a row after which people are told

    server = models.CharField(_("server"), max_length=40, primary_key=True)
    failures = models.PositiveIntegerField(_("failures"), default=1)
    since = models.DateTimeField(_("since"))
    next_at = models.DateTimeField(_("next try"))
    error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outage of the mail server")
        verbose_name_plural = _("outages of the mail server")

    def __str__(self) -> str:
        return self.server

    @property
    def is_open(self) -> bool:
        """Whether it failed so often that it is no coincidence."""
        return self.failures >= self.OPEN
