"""What is done on a page of its own: the list says what it is, and leads there."""

from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from core.tenancy import may_open
from dashboard.home import todos
from dashboard.page import DashboardView
from dashboard.todo.items import Entry, Group

NAME = "page"
GROUPS = {
    Group.MONEY: ("cash", todos.MONEY),
    Group.REST: ("bolt", todos.SYSTEM),
}


def entries(view: DashboardView, put_off: frozenset[UUID]) -> list[Entry]:
    """Return the lines of what waits on other pages; each source is bounded."""
    now, lines = timezone.now(), []
    for group, (icon, sources) in GROUPS.items():
        for todo in (todo for source in sources for todo in source(view)):
            pk = uuid5(NAMESPACE_URL, f"{todo.url} {todo.text}")
            if pk not in put_off and may_open(view.role, todo.url):
                key = f"{NAME}-{pk}"
                lines.append(
                    Entry(key, icon, group, now, todo.text, url=todo.url, label=todo.label)
                )
    return lines
