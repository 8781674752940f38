"""The fields of documents that are signed, and the signatures on them (rules 28 to 30)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class SignableDocument(TenantRow):
    """The fields that agreements and amendments share because they are signed.

    `document` is the exact PDF that the signers read, `signed_document` the sealed one. `sign_by`
    is the last day to sign, in the client's time zone. With `in_order`, each signer is asked once
    the one before has signed. `closed_because` is the reason of whoever declined or withdrew it.
    """

    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    signed_document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+"
    )
    in_order = models.BooleanField(_("signed one after the other"), default=True)
    sign_by = models.DateField(_("to be signed by"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed unsigned"), null=True, blank=True)
    closed_because = models.CharField(_("closed because"), max_length=500, blank=True)

    class Meta:
        abstract = True


class Signature(TenantRow):
    """A signer's place on an agreement or amendment, created together with the document.

    Without a `contact` the business signs, through its owner. `signed_at` is null until they sign;
    `invited_at` is when they were asked to. `code_row` is the id from which the emailed code is
    derived (core.links.code). `strokes` is the drawn signature: lines of points [x, y] on an area
    of 600 × 200; empty where the name was typed only.
    """

    agreement = models.ForeignKey("agreements.Agreement", models.PROTECT, related_name="signatures")
    amendment = models.ForeignKey(
        "agreements.Amendment", models.PROTECT, null=True, blank=True, related_name="signatures"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    contact = models.ForeignKey(
        "clients.Contact", models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("signed as"), max_length=120, blank=True)
    strokes = models.JSONField(_("drawn signature"), default=list, blank=True)
    consent_version = models.CharField(_("consent text"), max_length=20, blank=True)
    consented_at = models.DateTimeField(_("consented"), null=True, blank=True)
    code_row = models.UUIDField(_("code"), null=True, editable=False)
    code_sent_at = models.DateTimeField(_("code sent"), null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    invited_at = models.DateTimeField(_("asked to sign"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "position"],
                condition=models.Q(amendment__isnull=True),
                name="signature_place",
            ),
            models.UniqueConstraint(
                fields=["amendment", "position"], name="signature_place_of_amendment"
            ),
            models.UniqueConstraint(
                fields=["agreement", "contact"],
                condition=models.Q(amendment__isnull=True),
                name="signs_once",
            ),
            models.UniqueConstraint(fields=["amendment", "contact"], name="signs_amendment_once"),
        ]

    def __str__(self) -> str:
        return self.name or (self.contact.name if self.contact else self.business.name)

    @property
    def paths(self) -> list[str]:
        """The drawn signature for SVG: the `points` of one polyline for each line."""
        return [" ".join(f"{x},{y}" for x, y in line) for line in self.strokes]


class SignerChange(TenantRow):
    """A signer's wish that another person signs, which a code to the signer's mailbox confirms.

    `contact` is the signer, `name` and `email` are those of the other person. The emailed code is
    derived from the row's id (core.links.code), and the newest wish of a place is the valid one.
    """

    signature = models.ForeignKey(Signature, models.PROTECT, related_name="changes")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    name = models.CharField(_("full name"), max_length=120)
    email = models.EmailField(_("email"))
    code_tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of signer")
        verbose_name_plural = _("changes of signer")

    def __str__(self) -> str:
        return self.email
