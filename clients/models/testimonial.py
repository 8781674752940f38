"""Testimonial: what a client said, to be shown in proposals: a quote, a video's address, a letter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import TenantRow


class Testimonial(TenantRow):
    """A proposal that was sent keeps the words as they were (its snapshot). A retired one is not offered any more."""

    author = models.CharField(_("who said it"), max_length=120)
    role = models.CharField(_("role and company"), max_length=160, blank=True)
    quote = models.TextField(_("in their words"), max_length=600, blank=True)
    video_url = models.URLField(_("address of a video"), max_length=300, blank=True)
    letter = models.ForeignKey(
        "core.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reference letter")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("testimonial")
        verbose_name_plural = _("testimonials")
        ordering = ["author", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(quote="", video_url="", letter=None), name="testimonial_says_something"
            )
        ]

    def __str__(self) -> str:
        return self.author
