"""Built-in packages for writing: content writing and copywriting."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.contract.library.packages.built_in import BuiltIn, three_tiers, tier


def content() -> BuiltIn:
    """The package for content writing."""
    articles, letters, renewed = _("articles"), _("newsletters"), _("articles brought up to date")
    return BuiltIn(
        "content",
        _("Content writing"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("Articles that appear on time"),
                1_500,
                12,
                [
                    _("Topics for the month"),
                    _("Research and writing"),
                    _("Editing and proofreading"),
                    _("Headings and descriptions for search"),
                ],
                [(4, articles)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("One voice in every channel"),
                2_800,
                22,
                [_("Newsletters"), _("Care of older articles"), _("Report on what is read")],
                [(6, articles), (2, letters), (2, renewed)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("Your editor in chief"),
                5_000,
                38,
                [
                    _("Interviews with your experts"),
                    _("Guides and case studies"),
                    _("Editorial calendar for the quarter"),
                    _("Editing of your team's own texts"),
                ],
                [(8, articles), (4, letters), (4, renewed), (1, _("guide or case study"))],
            ),
        ),
        [
            _("Growth: visitors who come for articles"),
            _("Engagement: reading time and returning readers"),
            _("Conversion: subscribers and enquiries from articles"),
        ],
    )


def copy() -> BuiltIn:
    """The package for copywriting."""
    pages, emails, ads = _("landing pages"), _("emails"), _("advertisements")
    return BuiltIn(
        "copy",
        _("Copywriting"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("Words that sell, every month"),
                2_000,
                14,
                [
                    _("Copy for landing pages"),
                    _("Copy for emails"),
                    _("A guide to your tone of voice"),
                ],
                [(2, pages), (4, emails)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("Written, tested, improved"),
                3_600,
                25,
                [
                    _("Copy for advertisements"),
                    _("Headlines tested against each other"),
                    _("Interviews with your customers"),
                ],
                [(2, pages), (8, emails), (6, ads)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("The voice of your brand"),
                6_500,
                44,
                [
                    _("Launch campaigns"),
                    _("The whole way from first click to order"),
                    _("Copy for video and talks"),
                    _("Editing of your team's own texts"),
                ],
                [(3, pages), (12, emails), (12, ads), (1, _("campaign"))],
            ),
        ),
        [
            _("Growth: new subscribers and leads"),
            _("Engagement: emails opened and clicked"),
            _("Conversion: orders for each hundred visitors"),
        ],
    )
