"""GatewayAccount: a business's own account at a gateway; its secrets are encrypted at rest (docs/trust.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class GatewayAccount(TenantRow):
    """`secret` and `webhook_secret` are sealed with core.vault; `hint` is what may be shown of the key."""

    gateway = models.CharField(_("gateway"), max_length=20)
    secret = models.BinaryField(editable=False)
    webhook_secret = models.BinaryField(editable=False, blank=True, default=b"")
    hint = models.CharField(_("key"), max_length=20)
    is_live = models.BooleanField(_("real money"), default=False)
    connected_at = models.DateTimeField(_("connected"))

    class Meta:
        verbose_name = _("gateway account")
        verbose_name_plural = _("gateway accounts")
        constraints = [models.UniqueConstraint(fields=["business", "gateway"], name="gateway_account_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.hint}"
