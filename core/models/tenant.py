"""TenantRow: the base of every row that belongs to one business."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.ids import new_id
from core.models.business import Business


class TenantRow(models.Model):
    """An unguessable id, the business it belongs to, and when it was made (UTC; verbs pass their `now`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, models.PROTECT, related_name="+", verbose_name=_("business"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
