"""The admin pages of proposals and agreements, which are read only."""

from django.contrib import admin

from agreements.models import (
    Agreement,
    GivenValueAdd,
    Package,
    Pause,
    Period,
    Proposal,
    Signature,
    Template,
    Tier,
    TimeOff,
    Upgrade,
)
from core import formats
from core.web.admin_site.rows import FrozenAdmin


@admin.register(Proposal)
class ProposalAdmin(FrozenAdmin):
    """Proposals, found by their title or client."""

    list_display = ["title", "state", "interval", "starts_on", "sent_at", "opened_at"]
    list_filter = ["state", "interval"]
    parts_of = ("title",)
    found_through = ("client",)
    neighbours = ("client", "business")
    is_chief = True
    icon = "request_quote"


@admin.register(Tier)
class TierAdmin(FrozenAdmin):
    """Tiers of proposals, found by their name or the title of their proposal."""

    list_display = ["name", "position", "amount", "minutes", "is_recommended"]
    parts_of = ("name",)
    found_through = ("proposal",)
    neighbours = ("proposal",)


@admin.register(Agreement)
class AgreementAdmin(FrozenAdmin):
    """Agreements, found by their title, client or terms hash."""

    list_display = [
        "title",
        "state",
        "currency",
        "amount",
        "starts_on",
        "ends_on",
        "signed_at",
        "parked_because",
    ]
    list_filter = ["state", "interval", "currency"]
    parts_of = ("title",)
    found_through = ("client",)
    neighbours = ("client", "proposal", "business")
    is_chief = True
    icon = "handshake"


@admin.register(Signature)
class SignatureAdmin(FrozenAdmin):
    """Signatures, found by the name or email of the signer."""

    list_display = ["name", "consent_version", "consented_at", "signed_at"]
    parts_of = ("name",)
    found_through = ("contact", "agreement")
    neighbours = ("agreement", "contact")


@admin.register(Period)
class PeriodAdmin(FrozenAdmin):
    """Periods, found by their agreement or client."""

    def name_of(self, row: Period) -> str:
        """The days of a period."""
        return formats.span(row.starts_on, row.ends_on)

    list_display = [
        "starts_on",
        "ends_on",
        "index",
        "currency",
        "amount",
        "minutes",
        "skipped_because",
    ]
    list_filter = ["currency"]
    found_through = ("agreement",)
    neighbours = ("agreement", "business")
    needs_reason = False


@admin.register(Upgrade)
class UpgradeAdmin(FrozenAdmin):
    """Upgrades in the middle of a period, found by their agreement or client."""

    def name_of(self, row: Upgrade) -> str:
        """The days that an upgrade bills."""
        return formats.span(row.starts_on, row.ends_on)

    list_display = [
        "starts_on",
        "ends_on",
        "state",
        "currency",
        "credit",
        "charge",
        "amount",
        "minutes",
    ]
    list_filter = ["state", "currency"]
    found_through = ("agreement",)
    neighbours = ("agreement", "period", "amendment", "business")
    needs_reason = False


@admin.register(Pause)
class PauseAdmin(FrozenAdmin):
    """Pauses, found by their agreement or client."""

    list_display = ["starts_on", "ends_on", "is_skip", "created_at"]
    found_through = ("agreement",)
    neighbours = ("agreement", "business")


@admin.register(GivenValueAdd)
class GivenValueAddAdmin(FrozenAdmin):
    """Value-adds given to running agreements, found by what they are, their agreement or client."""

    list_display = ["title", "starts_on", "ends_on", "minutes", "taken_back_at"]
    parts_of = ("title",)
    found_through = ("agreement",)
    neighbours = ("agreement", "business")


@admin.register(Template)
class TemplateAdmin(FrozenAdmin):
    """Agreement templates, found by their name or business."""

    list_display = ["name", "kind", "version", "retired_at"]
    list_filter = ["kind"]
    parts_of = ("name",)
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(Package)
class PackageAdmin(FrozenAdmin):
    """Packages of tiers, found by their name or business."""

    list_display = ["name", "service", "currency", "version", "retired_at"]
    list_filter = ["service"]
    parts_of = ("name",)
    found_through = ("business",)
    neighbours = ("business",)


@admin.register(TimeOff)
class TimeOffAdmin(FrozenAdmin):
    """Time off, found by its note or business."""

    list_display = ["starts_on", "ends_on", "created_at"]
    found_through = ("business",)
    neighbours = ("business",)
