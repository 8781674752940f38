"""The ladder a new proposal starts with: social media management at 3,000 / 5,000 / 10,000 a month."""

from typing import Any

from django.utils.translation import gettext as _


def social_media() -> list[dict[str, Any]]:
    """Three rungs as form values; fees in major units, time in hours. Figures: the field's well-known ladder."""
    return [
        {
            "name": _("Essential"),
            "tagline": _("A steady presence, every day"),
            "fee": "3000",
            "hours": "20",
            "response_hours": 48,
            "adds": _("Content creation\nGraphic design\nDaily scheduled posts\nStrategic promotion"),
            "deliverables": _("20 posts\n4 graphics"),
        },
        {
            "name": _("Growth"),
            "tagline": _("An audience that answers"),
            "fee": "5000",
            "hours": "32",
            "response_hours": 24,
            "adds": _("Daily community engagement\nGrowth strategy\nCampaign monitoring"),
            "deliverables": _("20 posts\n8 graphics\n1 growth review"),
            "is_recommended": True,
        },
        {
            "name": _("Partner"),
            "tagline": _("A senior hand on your team"),
            "fee": "10000",
            "hours": "60",
            "response_hours": 8,
            "adds": _("Influencer outreach\nPartnerships and collaborations\nVideo\nDaily community management"),
            "deliverables": _("30 posts\n12 graphics\n4 videos\n1 growth review"),
        },
    ]
