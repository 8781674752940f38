"""Admin pages for clients and contacts."""

from typing import Any

from django.contrib import admin
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone

from clients import portal_links
from clients.models import Client, Contact
from core.web.admin_site.rows import RowAdmin


@admin.register(Client)
class ClientAdmin(RowAdmin):
    list_display = ["name", "state", "language", "signed_at", "created_at"]
    list_filter = ["state", "language"]
    found_by = (Lower("name"),)
    parts_of = ("name", "legal_name")
    readonly_fields = ["state", "signed_at"]
    neighbours = ("business",)


@admin.register(Contact)
class ContactAdmin(RowAdmin):
    list_display = ["name", "email", "role", "is_decision_maker", "is_active"]
    list_filter = ["is_decision_maker", "is_active"]
    found_by = (Lower("email"),)
    parts_of = ("name",)
    found_through = ("client",)
    neighbours = ("client", "business")

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """When the email changes, the person's sessions end and their links stop working."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            portal_links.end_sessions(contact=obj, now=timezone.now())
