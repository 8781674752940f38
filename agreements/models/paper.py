"""Paper: what is put before signers, the exact file they read, and the sealed one that follows (rules 28 to 30)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Document, TenantRow


class Paper(TenantRow):
    """An agreement or an amendment on its way to its signatures.

    `document` is the exact PDF that is read, `signed_document` the sealed one. `sign_by` is the last local day on
    which it can be signed; `in_order`: each signer is asked when the one before has signed. `closed_because` is
    the reason of whoever declined it or took it back.
    """

    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    signed_document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    in_order = models.BooleanField(_("signed one after the other"), default=True)
    sign_by = models.DateField(_("to be signed by"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)
    opened_at = models.DateTimeField(_("first opened"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed unsigned"), null=True, blank=True)
    closed_because = models.CharField(_("closed because"), max_length=500, blank=True)

    class Meta:
        abstract = True
