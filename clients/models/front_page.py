"""FrontPage: the public page of a business, on which prospects introduce themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class FrontPage(TenantRow):
    """The public page of a business; there is one at most, and nobody sees it until it is on.

    `slug` is its address, `services` a list of short lines. With `shows_places` it says how many
    places are free this month, computed from signed agreements (rule 36).
    """

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    is_on = models.BooleanField(_("visible to everybody"), default=False)
    headline = models.CharField(_("headline"), max_length=120)
    about = models.TextField(_("about you"), max_length=2000, blank=True)
    services = models.JSONField(_("services"), default=list, blank=True)
    shows_places = models.BooleanField(_("say how many places are free"), default=False)

    class Meta:
        verbose_name = _("public page")
        verbose_name_plural = _("public pages")
        constraints = [
            models.UniqueConstraint(fields=["business"], name="front_page_once_per_business")
        ]

    def __str__(self) -> str:
        return self.slug
