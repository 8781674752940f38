"""SearchEntry: one row that the search finds, with its words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models.business import Business


class SearchEntry(models.Model):
    """The words of a row somewhere else, in lower case; it has the id of that row.

    `total` is a sum in minor units of `currency`, or None. Database triggers write the entries
    (core.database.searched_table), so that no code has to. An index that is made there finds a part
    of the words within one business.
    """

    id = models.UUIDField(primary_key=True)
    business = models.ForeignKey(Business, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=12)
    words = models.TextField(_("words"))
    total = models.BigIntegerField(_("total"), null=True)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [
            models.Index(
                fields=["business", "total", "id"],
                name="search_by_total",
                condition=models.Q(total__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.words
