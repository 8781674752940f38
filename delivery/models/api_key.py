"""ApiKey: lets a program of the freelancer's write readings over HTTP; only its hash is kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class ApiKey(TenantRow):
    """`digest` is the SHA-256 of the secret, which is shown once; `hint` are its last four signs."""

    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("ends in"), max_length=4, editable=False)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.name
