"""Built-in packages for design and consulting."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agreements.contract.library.packages.built_in import BuiltIn, three_tiers, tier


def design() -> BuiltIn:
    """The package for design."""
    graphics, slides, campaigns = _("graphics"), _("presentations"), _("campaign designs")
    return BuiltIn(
        "design",
        _("Design"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("Everything in one style"),
                2_000,
                16,
                [
                    _("Graphics for web and social media"),
                    _("Presentations and documents"),
                    _("Care of your brand files"),
                ],
                [(8, graphics), (2, slides)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("A brand people recognise"),
                3_800,
                30,
                [_("Designs for campaigns"), _("Files for print"), _("Illustrations and icons")],
                [(16, graphics), (2, slides), (2, campaigns)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("Your design department"),
                7_000,
                54,
                [
                    _("Brand guidelines"),
                    _("Landing pages and interfaces"),
                    _("Motion graphics"),
                    _("Art direction of photos and video"),
                ],
                [(24, graphics), (4, slides), (4, campaigns), (2, _("animations"))],
            ),
        ),
        [
            _("Growth: people reached by campaigns"),
            _("Engagement: clicks and saves for each design"),
            _("Conversion: enquiries from designed pages"),
        ],
    )


def consulting() -> BuiltIn:
    """The package for consulting."""
    sessions, summary, reviews = (
        _("strategy sessions"),
        _("summary with next steps"),
        _("reviews of documents"),
    )
    return BuiltIn(
        "consulting",
        _("Consulting"),
        three_tiers(
            tier(
                pgettext("tier", "Essential"),
                _("A second opinion, every month"),
                2_000,
                8,
                [_("Strategy sessions"), _("Questions by email"), _("Written recommendations")],
                [(2, sessions), (1, summary)],
            ),
            tier(
                pgettext("tier", "Growth"),
                _("Decisions with a plan"),
                4_500,
                17,
                [
                    _("Plan for the quarter with measures"),
                    _("Review of proposals and numbers"),
                    _("Preparation of your meetings"),
                ],
                [(4, sessions), (1, summary), (2, reviews)],
            ),
            tier(
                pgettext("tier", "Partner"),
                _("At your table when it counts"),
                9_000,
                32,
                [
                    _("A seat in your management meetings"),
                    _("Workshops with your team"),
                    _("Help at short notice"),
                    _("Introductions to useful people"),
                ],
                [(6, sessions), (1, summary), (4, reviews), (1, _("workshop"))],
            ),
        ),
        [
            _("Growth: income from what we work on"),
            _("Engagement: decisions taken and carried out"),
            _("Conversion: offers that become orders"),
        ],
    )
