"""Admin pages for clients and contacts, which are read only: their business changes them."""

from django.contrib import admin
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.http import urlencode

from clients.models import Client, Contact
from core.models import OutboxEmail
from core.web.admin_site.rows import FrozenAdmin


@admin.register(Client)
class ClientAdmin(FrozenAdmin):
    """Clients of all businesses, found by their name."""

    list_display = ["name", "state", "language", "signed_at", "created_at"]
    list_filter = ["state", "language"]
    found_by = (Lower("name"),)
    parts_of = ("name", "legal_name")
    neighbours = ("business",)
    is_chief = True
    icon = "groups"


@admin.register(Contact)
class ContactAdmin(FrozenAdmin):
    """The people at clients, found by their email address or their client."""

    list_display = ["name", "email", "role", "is_decision_maker", "is_active"]
    list_filter = ["is_decision_maker", "is_active"]
    found_by = (Lower("email"),)
    parts_of = ("name",)
    found_through = ("client",)
    neighbours = ("client", "business")

    def other_lists(self, row: Contact) -> list[tuple[str, str]]:
        """The emails to this person."""
        page = reverse("admin:core_outboxemail_changelist")
        return [
            (str(OutboxEmail._meta.verbose_name_plural), f"{page}?{urlencode({'q': row.email})}")
        ]
