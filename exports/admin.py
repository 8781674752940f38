"""Exports in the admin site, where they can be read but not changed."""

from django.contrib import admin

from core.web.admin_site.rows import FrozenAdmin
from exports.models import Export


@admin.register(Export)
class ExportAdmin(FrozenAdmin):
    list_display = ["created_at", "scope", "state", "done", "size", "finished_at", "expires_at"]
    list_filter = ["scope", "state"]
    found_through = ("business",)
    neighbours = ("business", "client")
    needs_reason = False
    is_chief = True
    icon = "folder_zip"
