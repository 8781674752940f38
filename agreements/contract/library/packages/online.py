"""Built-in packages for online marketing: social media, search engines and websites."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.contract.library.packages.built_in import BuiltIn, three_tiers, tier


def social() -> BuiltIn:
    """The package for social media management, at fees that are common in that field."""
    posts, graphics, review = _("posts"), _("graphics"), _("growth review")
    return BuiltIn(
        "social",
        _("Social media management"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("A steady presence, every day"),
                3_000,
                20,
                [
                    _("Content creation"),
                    _("Graphic design"),
                    _("Daily scheduled posts"),
                    _("Strategic promotion"),
                ],
                [(20, posts), (4, graphics)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("An audience that answers"),
                5_000,
                32,
                [_("Daily community engagement"), _("Growth strategy"), _("Campaign monitoring")],
                [(20, posts), (8, graphics), (1, review)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("A senior hand on your team"),
                10_000,
                60,
                [
                    _("Influencer outreach"),
                    _("Partnerships and collaborations"),
                    _("Video"),
                    _("Daily community management"),
                ],
                [(30, posts), (12, graphics), (1, review), (4, _("videos"))],
            ),
        ),
        [
            _("Growth: new followers each month"),
            _("Engagement: comments, shares and saves for each post"),
            _("Conversion: enquiries and orders that come from posts"),
        ],
    )


def seo() -> BuiltIn:
    """The package for search engine optimisation."""
    check, better, new = _("check of the whole site"), _("improved pages"), _("new pages")
    return BuiltIn(
        "seo",
        _("Search engine optimisation (SEO)"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("Found for what you do"),
                1_500,
                12,
                [
                    _("Technical check of the site"),
                    _("Keyword research"),
                    _("Titles and descriptions"),
                    _("Monthly report on positions"),
                ],
                [(1, check), (4, better)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("Higher for what matters"),
                3_000,
                23,
                [
                    _("Plans for new content"),
                    _("Links inside the site"),
                    _("Local and map listings"),
                ],
                [(1, check), (6, better), (2, new)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("Ahead of your market"),
                6_000,
                44,
                [
                    _("Links from other sites"),
                    _("Structured data and other languages"),
                    _("Watch on competitors"),
                    _("Strategy session every month"),
                ],
                [(1, check), (10, better), (4, new), (1, _("strategy session"))],
            ),
        ),
        [
            _("Growth: visitors from search"),
            _("Engagement: clicks for each hundred views in search results"),
            _("Conversion: enquiries that come from search"),
        ],
    )


def web() -> BuiltIn:
    """The package for website maintenance and development."""
    updates, health, better = _("rounds of updates"), _("health check"), _("improvements")
    return BuiltIn(
        "web",
        _("Website maintenance and development"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("Safe, fast and up to date"),
                900,
                8,
                [
                    _("Updates and backups"),
                    _("Monitoring day and night"),
                    _("Small changes to texts and pictures"),
                ],
                [(4, updates), (1, health)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("A site that gets better"),
                2_400,
                20,
                [
                    _("Work on speed"),
                    _("New sections and forms"),
                    _("Checks of accessibility and privacy"),
                ],
                [(4, updates), (1, health), (2, better)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("Your own development team"),
                5_500,
                42,
                [
                    _("New functions and integrations"),
                    _("Experiments on important pages"),
                    _("Technical plan for the quarter"),
                    _("Urgent repairs first"),
                ],
                [(4, updates), (1, health), (4, better), (1, _("planning session"))],
            ),
        ),
        [
            _("Growth: visitors each month"),
            _("Engagement: loading time and pages for each visit"),
            _("Conversion: forms sent and orders made"),
        ],
    )
