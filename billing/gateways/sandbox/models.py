"""The sandbox gateway's own ledger: what a card processor would hold on its side. Nothing else reads it."""

from django.db import models
from django.utils import timezone


class SandboxCard(models.Model):
    """A card saved at the pretended processor. `behaviour` is the named test card."""

    token = models.CharField(max_length=80, primary_key=True)
    customer = models.CharField(max_length=80, db_index=True)
    behaviour = models.CharField(max_length=30)
    brand = models.CharField(max_length=20)
    last4 = models.CharField(max_length=4)
    expires_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sandbox card"

    def __str__(self) -> str:
        return self.token


class SandboxRefund(models.Model):
    """Money given back at the pretended processor, once per key."""

    handle = models.CharField(max_length=80, primary_key=True)
    key = models.CharField(max_length=80, unique=True)
    intent = models.CharField(max_length=80, db_index=True)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=30, default="succeeded")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sandbox refund"

    def __str__(self) -> str:
        return self.handle


class SandboxDispute(models.Model):
    """A payment contested at the pretended processor."""

    handle = models.CharField(max_length=80, primary_key=True)
    intent = models.CharField(max_length=80, db_index=True)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=60)
    status = models.CharField(max_length=30, default="open")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sandbox dispute"

    def __str__(self) -> str:
        return self.handle


class SandboxIntent(models.Model):
    """A single-shot payment at the pretended processor: confirming it twice cannot take money twice."""

    handle = models.CharField(max_length=80, primary_key=True)
    prepare_key = models.CharField(max_length=80, unique=True)
    invoice_ref = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=30, default="new")
    charge_key = models.CharField(max_length=80, blank=True)
    card = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=60, blank=True)
    executions = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "sandbox payment"

    def __str__(self) -> str:
        return self.handle
