"""The sandbox's cards and payments in the admin site, read-only."""

from django.contrib import admin

from billing.gateways.sandbox.models import SandboxCard, SandboxIntent
from core.web.admin_site.rows import FrozenAdmin


@admin.register(SandboxCard)
class SandboxCardAdmin(FrozenAdmin):
    list_display = ["token", "behaviour", "brand", "last4"]
    parts_of = ("customer",)


@admin.register(SandboxIntent)
class SandboxIntentAdmin(FrozenAdmin):
    list_display = ["handle", "status", "currency", "amount", "executions", "code"]
    list_filter = ["status"]
    parts_of = ("handle",)
