"""CacheEntry: a value that Django's cache keeps for some time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CacheEntry(models.Model):
    """The table of the cache (core.database.cache), in the columns that Django gives it.

    It is written and read through `django.core.cache` only. `expires` is rounded to seconds.
    """

    cache_key = models.CharField(_("key"), max_length=255, primary_key=True)
    value = models.TextField(_("value"))
    expires = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        db_table = "core_cache"
        verbose_name = _("cache entry")
        verbose_name_plural = _("cache entries")

    def __str__(self) -> str:
        return self.cache_key
