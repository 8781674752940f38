"""The sidebar of the admin site: the chief lists, and a way to all of them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.web.admin_site.rows import RowAdmin


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the sidebar, with what the user may see."""
    items = []
    for one in admin.site._registry.values():
        if isinstance(one, RowAdmin) and one.is_chief and one.has_view_permission(request):
            meta = one.model._meta
            page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
            title = str(meta.verbose_name_plural)
            items.append({"title": title[:1].upper() + title[1:], "link": page, "icon": one.icon})
    everything = {"title": _("All tables"), "link": reverse("admin:index"), "icon": "table_rows"}
    return [{"items": [*items, everything]}]
