"""The way back to a list: a step that leads to it leads to where a person was in it."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

FIELD = "list"  # what static/js/page.js sends along with a form: the list it came from
LONGEST = 2000  # characters of an address


def keep_place(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the redirect after a POST the filter, the order and the page of its list.

    Where it leads is decided by the view. The form's field and the browser's Referer can only add
    the query string that they have for that same path, and only where its view says `is_list`:
    that of another page can mean something else after the step. Nobody is led anywhere else.
    """
    if request.method != "POST" or response.status_code != 302:
        return
    where = response["Location"]
    if not _is_list(where):
        return
    for address in (request.POST.get(FIELD, ""), _own_referer(request)):
        path, _mark, query = address.partition("?")
        if path == where and query and len(address) <= LONGEST and query.isprintable():
            response["Location"] = f"{where}?{query.partition('#')[0]}"
            return


def _own_referer(request: HttpRequest) -> str:
    """The page of ours from which the form was sent, as path and query string; or ""."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    own = parts.netloc == request.get_host()
    return f"{parts.path}?{parts.query}" if own else ""


def _is_list(path: str) -> bool:
    """Whether this is the path of a list."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    return bool(getattr(getattr(view, "view_class", None), "is_list", False))
