"""Standing: how far this installation has come, and whether its database is in doubt."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Doubt(models.TextChoices):
    """Why an installation stands still."""

    NONE = "", _("none")
    BEHIND = "behind", _("The database is older than what this installation has done since.")
    COPY = "copy", _("This is a copy of the database, in a place where it has not run before.")


class Standing(models.Model):
    """The only row of its table (id 1); see core.continuity.standing.

    `installation` is the id of the one installation that may act with this database, and `value`
    its mark, which grows whenever something leaves the house. While there is a `doubt`, nothing is
    charged, issued or mailed. `compared_at` is when the gateways' lists were last compared during
    the doubt, with the sentences of `differences`; `unread` are the ids of the businesses whose
    gateway did not answer then. Instants are UTC.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    installation = models.UUIDField(default=uuid.uuid4)
    value = models.BigIntegerField(default=0)
    marked_at = models.DateTimeField(_("last mark"), null=True, blank=True)
    doubt = models.CharField(_("doubt"), max_length=10, blank=True, choices=Doubt.choices)
    doubted_at = models.DateTimeField(_("in doubt since"), null=True, blank=True)
    compared_at = models.DateTimeField(_("compared"), null=True, blank=True)
    differences = models.JSONField(_("differences"), default=list, blank=True)
    unread = models.JSONField(_("businesses that could not be compared"), default=list, blank=True)
    resumed_at = models.DateTimeField(_("resumed"), null=True, blank=True)
    resumed_by = models.CharField(_("resumed by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("state of the installation")
        verbose_name_plural = _("state of the installation")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_standing")]

    def __str__(self) -> str:
        return f"{self.value} {self.doubt}".strip()
