"""AuditEvent: one event of a hash-chained audit trail; SecurityEvent: a line of a security log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import Business, TenantRow


class AuditEvent(TenantRow):
    """What happened to a subject, when (`at`, UTC) and by whom. Append-only (database trigger).

    `chain_id` is the id of the subject and `n` the event's number in that chain, from 1. `hash` is
    the SHA-256 of the row's contents and of `previous`, the hash of the event before it.
    """

    chain_id = models.UUIDField(_("about"))
    n = models.PositiveIntegerField(_("number"))
    event = models.CharField(_("event"), max_length=40)
    actor = models.CharField(_("actor"), max_length=250)
    at = models.DateTimeField(_("time"))
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=300, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    previous = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["chain_id", "n"]
        constraints = [models.UniqueConstraint(fields=["chain_id", "n"], name="audit_chain_order")]

    def __str__(self) -> str:
        return f"{self.event} · {self.actor}"


class SafetyKind(models.TextChoices):
    """What a line of the security log is about, as its list is filtered."""

    SIGNED_IN = "signed_in", _("Sign-ins")
    FAILED = "failed", _("Failed sign-ins")
    CREDENTIALS = "credentials", _("Password and email address")
    SECOND_FACTOR = "second_factor", _("Second factor and passkeys")
    SESSIONS = "sessions", _("Ended sessions")
    BANK = "bank", _("Bank details")
    GATEWAY = "gateway", _("Payment gateways")
    API_KEYS = "api_keys", _("API keys")
    EXPORTS = "exports", _("Exports")
    RULES = "rules", _("Security settings")
    TEAM = "team", _("Team")
    ERASED = "erased", _("Erased data")
    STAFF = "staff", _("Administrators")


class SecurityEvent(TenantRow):
    """What touched the safety of an account or a business. Append-only (database trigger).

    `created_at` is when it happened (UTC), `person` the id of the user whose account it is about,
    and `who` acted, in words. The sentence is chosen by `what` (core.safety.sentences) and names
    the values of `facts`, which hold no secret. `device` are a few words, and `device_id` the hash
    of the browser's cookie. Failed sign-ins within an hour share a row, whose `count` grows.
    """

    business = models.ForeignKey(  # type: ignore[assignment]  # staff may own none
        Business, models.PROTECT, related_name="+", null=True, verbose_name=_("business")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=SafetyKind.choices)
    what = models.CharField(_("event"), max_length=60)
    facts = models.JSONField(_("details"), default=dict, blank=True)
    person = models.UUIDField(_("account"), null=True)
    who = models.CharField(_("actor"), max_length=250, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True)
    device = models.CharField(_("device"), max_length=60, blank=True)
    device_id = models.CharField(max_length=64, blank=True, editable=False)
    hour = models.DateTimeField(_("hour"), null=True, editable=False)
    count = models.PositiveIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("security event")
        verbose_name_plural = _("security events")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["business", "created_at", "id"], name="security_event_order"),
            models.Index(fields=["person", "kind", "device_id"], name="security_event_device"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "hour"], name="security_event_hour")
        ]

    def __str__(self) -> str:
        return f"{self.what} · {self.who}"
