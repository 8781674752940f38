"""Withholding certificates, by which a client pays with tax."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class CertificateState(models.TextChoices):
    """OWED until the business has recorded the certificate as received.

    NOT_NEEDED: the payment that left the tax to be withheld was taken back.
    """

    OWED = "owed", _("Owed")
    RECEIVED = "received", _("Received")
    NOT_NEEDED = "not_needed", _("Not needed")


CERTIFICATE: dict[CertificateState, frozenset[CertificateState]] = {
    CertificateState.OWED: frozenset({CertificateState.RECEIVED, CertificateState.NOT_NEEDED}),
    CertificateState.NOT_NEEDED: frozenset({CertificateState.OWED}),
    CertificateState.RECEIVED: frozenset(),
}


class WithholdingCertificate(TenantRow):
    """The withholding certificate of an invoice; there is at most one per invoice.

    `amount` is the tax withheld, in minor units. A certificate that is received settles that part
    of the invoice. `chased_at` is when the client was last asked for the certificate.
    """

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="certificates")
    invoice = models.OneToOneField("billing.Invoice", models.PROTECT, related_name="certificate")
    state = models.CharField(
        _("state"), max_length=10, choices=CertificateState.choices, default=CertificateState.OWED
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    number = models.CharField(_("number"), max_length=60, blank=True)
    received_on = models.DateField(_("received"), null=True, blank=True)
    chased_at = models.DateTimeField(_("last asked for"), null=True, blank=True)

    class Meta:
        verbose_name = _("withholding certificate")
        verbose_name_plural = _("withholding certificates")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="certificate_is_money")
        ]

    def __str__(self) -> str:
        return self.number or str(self.invoice_id)

    @property
    def is_owed(self) -> bool:
        """Whether the client has not sent it yet."""
        return self.state == CertificateState.OWED

    @property
    def is_received(self) -> bool:
        """Whether it is here."""
        return self.state == CertificateState.RECEIVED
