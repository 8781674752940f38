"""Admin pages for clients and contacts."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from clients import portal_links
from clients.models import Client, Contact
from core.web.admin_site import RowAdmin


@admin.register(Client)
class ClientAdmin(RowAdmin):
    list_display = ["name", "state", "language", "signed_at", "created_at"]
    list_filter = ["state", "language"]
    search_fields = ["name", "legal_name", "contacts__email"]
    readonly_fields = ["state", "signed_at"]
    neighbours = ("business",)


@admin.register(Contact)
class ContactAdmin(RowAdmin):
    list_display = ["name", "email", "role", "is_decision_maker", "is_active"]
    list_filter = ["is_decision_maker", "is_active"]
    search_fields = ["name", "email", "client__name"]
    neighbours = ("client", "business")

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        """When the email changes, the person's sessions end and their links stop working."""
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            portal_links.end_sessions(contact=obj, now=timezone.now())
