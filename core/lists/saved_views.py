"""Saved views: a person keeps a filter and an order of a list under a name."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import RuleError
from core.models import Business, SavedView, User

AT_MOST = 20  # views of one list


def views_of(business: Business, user: User, page: str) -> list[SavedView]:
    """Return the views that a person keeps of a list, in the order in which they were saved."""
    return list(SavedView.objects.filter(business=business, user=user, page=page))


def save_view(
    *, business: Business, user: User, page: str, name: str, query: str, now: datetime
) -> SavedView:
    """Keep `query`, the filters and the order of the list `page`, under a name.

    Raises RuleError for a name that this list has already, and for one view too many.
    """
    with transaction.atomic():
        views = _locked(business, user, page)
        if len(views) >= AT_MOST:
            raise RuleError(
                _("A list has at most %(number)d saved views. Please delete one first.")
                % {"number": AT_MOST}
            )
        name = _free_name(views, name)
        return SavedView.objects.create(
            business=business, user=user, page=page, name=name, query=query, created_at=now
        )


def rename_view(*, view: SavedView, name: str) -> None:
    """Give a view another name. Raises RuleError for one that another view of the list has."""
    with transaction.atomic():
        views = _locked(view.business, view.user, view.page)
        view.name = _free_name([row for row in views if row.pk != view.pk], name)
        view.save(update_fields=["name"])


def replace_query(*, view: SavedView, query: str) -> None:
    """Let a view keep another filter and order."""
    view.query = query
    view.save(update_fields=["query"])


def open_with(*, view: SavedView, is_default: bool) -> None:
    """Let its list open with this view, or with all rows again."""
    with transaction.atomic():
        _locked(view.business, view.user, view.page)
        others = SavedView.objects.filter(
            business=view.business_id, user=view.user_id, page=view.page
        )
        others.filter(is_default=True).update(is_default=False)
        view.is_default = is_default
        view.save(update_fields=["is_default"])


def delete_view(*, view: SavedView) -> None:
    """Forget a view; its rows stay as they are."""
    view.delete()


def _locked(business: Business, user: User, page: str) -> list[SavedView]:
    """The views of a list, while nobody else can save one."""
    Business.objects.select_for_update().get(pk=business.pk)
    return views_of(business, user, page)


def _free_name(views: list[SavedView], name: str) -> str:
    """The name without spaces around it. Raises RuleError if one of the views has it."""
    name = " ".join(name.replace("\0", "").split())[: SavedView.LONGEST_NAME].strip()
    if not name:
        raise RuleError(_("Please give the view a name."), field="name")
    if any(view.name.casefold() == name.casefold() for view in views):
        raise RuleError(
            _("This list already has a view “%(name)s”. Please choose another name.")
            % {"name": name},
            field="name",
        )
    return name
