"""OutboxEmail: an email, stored in the transaction of the event it reports, and sent later.

OwnerNote: a sentence for the owner, kept for one email a day.
EmailWording: a business's own subject and opening of one kind of email.
"""

import secrets

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import formats, languages
from core.database.ids import new_id
from core.models.business import Business, TenantRow
from core.models.document import Document


class OutboxState(models.TextChoices):
    """The states of an email."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")


#: It did not arrive, as far as we know.
UNDELIVERED = (OutboxState.FAILED, OutboxState.BOUNCED)


def new_mark() -> str:
    """A mark for the placeholders of one email, which nobody can guess: 16 characters."""
    return secrets.token_hex(8)


class OutboxQuerySet(models.QuerySet["OutboxEmail"]):
    """Queries about emails."""

    def due(self, now: object) -> "OutboxQuerySet":
        """Waiting emails whose next try is due and that no worker is sending."""
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, state=OutboxState.WAITING, next_at__lte=now)


class OutboxEmail(models.Model):
    """One email; there is one at most for each (kind, ref).

    Links and codes are placeholders until it is sent (core.links); `mark` tells them from what
    people typed. It is empty for emails of 0.1.0. An email without a text is rendered when it is
    sent (core.outbox.emails.post). `copy_of` is the email of which this is what another person got.
    `error` is what the mail server said last; of an email that came
    back (`bounced_at`, core.outbox.bounces), what the report says. The text of an old one has been
    deleted (`emptied_at`); it is not sent again. `held_at` is since when it waits for room
    (core.outbox.quota).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    ref = models.CharField(_("about"), max_length=80)
    to = models.EmailField(_("to"), blank=True)
    reply_to = models.EmailField(_("reply to"), blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=formats.language_choices, default=languages.DEFAULT
    )
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    mark = models.CharField(max_length=16, blank=True, default=new_mark, editable=False)
    attachment = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+"
    )
    copy_of = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="copies"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=OutboxState.choices, default=OutboxState.WAITING
    )
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(_("waits for room since"), null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("bounced"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    emptied_at = models.DateTimeField(_("text deleted"), null=True, blank=True, editable=False)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("email log")
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], name="outbox_once"),
            models.CheckConstraint(
                condition=models.Q(bounced_at__isnull=False, state=OutboxState.BOUNCED)
                | (models.Q(bounced_at__isnull=True) & ~models.Q(state=OutboxState.BOUNCED)),
                name="outbox_bounced_at",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="outbox_due"),
            models.Index(Lower("to"), name="outbox_to"),
            models.Index(fields=["business", "-created_at", "-id"], name="outbox_newest"),
            models.Index(
                fields=["business", "to"],
                name="outbox_bounced",
                condition=models.Q(state=OutboxState.BOUNCED),
            ),
            models.Index(
                fields=["business", "sent_at"],
                name="outbox_sent",
                condition=models.Q(sent_at__isnull=False),
            ),
            models.Index(
                fields=["business", "created_at"],
                name="outbox_with_text",
                condition=models.Q(emptied_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_written(self) -> bool:
        """Whether its text is made already; some emails are written when they are sent."""
        return bool(self.text) or self.is_emptied

    @property
    def is_emptied(self) -> bool:
        """Whether its text was deleted since."""
        return self.emptied_at is not None

    @property
    def can_be_tried_again(self) -> bool:
        """Whether it did not arrive, and still has its text."""
        return self.is_undelivered and not self.is_emptied

    @property
    def is_copy(self) -> bool:
        """Whether it is what another person got of an email."""
        return self.copy_of_id is not None

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.state == OutboxState.WAITING

    @property
    def waits_for_room(self) -> bool:
        """Whether its business has sent as many as it may for now."""
        return self.is_waiting and self.held_at is not None

    @property
    def is_sent(self) -> bool:
        """Whether a mail server took it."""
        return self.state == OutboxState.SENT

    @property
    def is_failed(self) -> bool:
        """Whether it was given up."""
        return self.state == OutboxState.FAILED

    @property
    def is_bounced(self) -> bool:
        """Whether a mail server took it, and later reported that it cannot be delivered."""
        return self.state == OutboxState.BOUNCED

    @property
    def is_undelivered(self) -> bool:
        """Whether it did not arrive and is not tried again by itself."""
        return self.state in UNDELIVERED


class OwnerNote(TenantRow):
    """What a client did, as a sentence for the owner's email of the day (core.outbox.owner_notes).

    `told_at` is when that email was written. `kind` and `ref` say what happened, as those of an
    email do; there is one note at most for each.
    """

    kind = models.CharField(_("kind"), max_length=40, blank=True)
    ref = models.CharField(_("about"), max_length=80, blank=True)
    sentence = models.CharField(_("what happened"), max_length=700)
    told_at = models.DateTimeField(_("emailed"), null=True, blank=True)

    class Meta:
        verbose_name = _("note for the owner")
        verbose_name_plural = _("notes for the owner")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "ref"], condition=~models.Q(ref=""), name="owner_note_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["business", "created_at"],
                name="owner_note_waits",
                condition=models.Q(told_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.sentence


class EmailWording(TenantRow):
    """A business's own words for one kind of email in one language (core.outbox.own_wording).

    An empty `subject` or `opening` leaves ours. Both may name values in double braces.
    """

    key = models.CharField(_("email"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=formats.language_choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    opening = models.TextField(_("opening"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("own wording of an email")
        verbose_name_plural = _("own wordings of emails")
        constraints = [
            models.UniqueConstraint(
                fields=["business", "key", "language"], name="email_wording_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(subject="", opening=""), name="email_wording_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.opening[:80]
