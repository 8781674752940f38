"""Admin pages for clients and contacts."""

from django.contrib import admin

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
