"""Signature: one person's act of signing one agreement, and the code that proved their mailbox."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Signature(TenantRow):
    """One per agreement. `code_row` is the id that the emailed code is derived from (core.links.code)."""

    agreement = models.OneToOneField("agreements.Agreement", models.PROTECT, related_name="signature")
    contact = models.ForeignKey("clients.Contact", models.PROTECT, related_name="+")
    name = models.CharField(_("signed as"), max_length=120)
    consent_version = models.CharField(_("consent text"), max_length=20)
    consented_at = models.DateTimeField(_("consented"))
    code_row = models.UUIDField(_("code"), editable=False)
    code_sent_at = models.DateTimeField(_("code sent"))
    code_tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")

    def __str__(self) -> str:
        return self.name
