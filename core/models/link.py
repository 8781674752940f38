"""Link: a link that was sent by email, and whether it can still be used."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.ids import new_id


class LinkPurpose(models.TextChoices):
    """What a link is for: a client's portal, signing in as a user, or joining a team.

    CONFIRM is a row whose code alone is emailed, to a user who confirms that it is them.
    """

    PORTAL = "portal", _("Portal")
    SIGN_IN = "sign_in", _("Sign in")
    CONFIRM = "confirm", _("Confirmation")
    JOIN = "join", _("Join a team")


class Link(models.Model):
    """A link for a person.

    `subject_id` is the id of a Contact (portal), a User (sign-in) or a TeamInvitation (join).
    `target` is the page that the link opens, as "noun:id". A link that `reads_only` shows that page
    and no more, however often it is opened; so does any portal link that was used (docs/trust.md).
    The token in the address is the row's id, signed with the installation's key: a copy of this
    table gives access to nothing.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    purpose = models.CharField(_("purpose"), max_length=10, choices=LinkPurpose.choices)
    subject_id = models.UUIDField(_("for"), db_index=True)
    target = models.CharField(_("leads to"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    reads_only = models.BooleanField(_("for reading only"), default=False)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        indexes = [models.Index(fields=["expires_at"], name="link_expired")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"
