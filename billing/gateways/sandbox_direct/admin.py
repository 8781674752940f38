"""The direct sandbox's cards and charges in the admin site, read-only."""

from django.contrib import admin

from billing.gateways.sandbox_direct.models import SandboxDirectCard, SandboxDirectCharge
from core.web.admin_site.rows import FrozenAdmin


@admin.register(SandboxDirectCard)
class SandboxDirectCardAdmin(FrozenAdmin):
    list_display = ["token", "behaviour", "brand", "last4"]
    parts_of = ("customer",)


@admin.register(SandboxDirectCharge)
class SandboxDirectChargeAdmin(FrozenAdmin):
    list_display = ["id", "handle", "status", "currency", "amount", "code"]
    list_filter = ["status"]
    parts_of = ("handle",)
