"""Link: a door that was mailed to somebody; the token is signed, the row says whether it still opens."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.ids import new_id


class LinkPurpose(models.TextChoices):
    """Which door a link opens."""

    PORTAL = "portal", _("Portal")
    SIGN_IN = "sign_in", _("Sign in")


class Link(models.Model):
    """`subject_id` is a Contact (portal) or a User (sign in); `target` is where it leads, as "noun:id".

    The token is the id signed with the installation's key: nothing in this table opens a door by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(_("purpose"), max_length=10, choices=LinkPurpose.choices)
    subject_id = models.UUIDField(_("for"), db_index=True)
    target = models.CharField(_("leads to"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"
