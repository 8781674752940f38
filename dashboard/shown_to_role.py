"""Takes out of a page what its reader may not use: links, forms and buttons (rule 82).

The door of each view refuses whom their role does not let in (core.tenancy). So that nobody is
shown a way that ends there, a page for anybody but the owner is read once more before it is sent.
It asks the same table as the door, so templates know nothing of roles, and forget nothing.
"""

from html import escape
from html.parser import HTMLParser

from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse

from core.team.roles import Role
from core.tenancy import may_open

#: Links with one of these classes are buttons: they are taken out. Others keep their words.
BUTTONS = frozenset(("btn", "dropdown-item", "rh-tool", "rh-chip"))
HOME = "dashboard:home"  # leads on to the to-do list whom it does not let in
VOID = frozenset(("input", "img", "br", "hr", "meta", "link", "source", "wbr", "col", "area"))
ASKS = {"hx-get": "GET", "hx-post": "POST", "formaction": "POST"}


def without_refused(page: HttpResponse, request: HttpRequest) -> HttpResponse:
    """The page without what the role of its reader does not open."""
    reader = _Reader(request.role, request.path)  # type: ignore[attr-defined]
    reader.feed(page.content.decode())
    reader.close()
    page.content = "".join(reader.kept)
    return page


class _Reader(HTMLParser):
    """Copies a page, but for what may not be used."""

    def __init__(self, role: Role | None, path: str) -> None:
        super().__init__(convert_charrefs=False)
        self.role, self.path = role, path
        self.kept: list[str] = []
        self.left_out = ""  # the tag of the element that is being left out
        self.depth = 0  # of that tag inside itself
        self.unlinked = False  # whether the words of a link are being kept without it
        self.answers: dict[tuple[str, str], bool] = {}

    def may(self, url: str, method: str = "GET") -> bool:
        """Whether the reader may ask for an address; each is looked up once a page."""
        key = (url or self.path, method)
        if key not in self.answers:
            is_open = (
                key[0] == reverse(HOME) or not key[0].startswith("/") or key[0].startswith("//")
            )
            self.answers[key] = is_open or may_open(self.role, *key)
        return self.answers[key]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.left_out:
            self.depth += tag == self.left_out
            return
        given = {name: value or "" for name, value in attrs}
        if not self._is_usable(tag, given):
            if tag == "a" and self._names_row(given):
                self.unlinked = True
                css = given.get("class", "")
                self.kept.append(f'<span class="{escape(css)}">' if css else "<span>")
            elif tag not in VOID:
                self.left_out, self.depth = tag, 1
            return
        self.kept.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._keep(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self.left_out:
            self.depth -= tag == self.left_out
            if not self.depth:
                self.left_out = ""
        elif tag == "a" and self.unlinked:
            self.unlinked = False
            self.kept.append("</span>")
        else:
            self.kept.append(f"</{tag}>")

    def _is_usable(self, tag: str, given: dict[str, str]) -> bool:
        if tag == "a" and "href" in given:
            return self.may(given["href"])
        if tag == "form":
            method = given.get("method", "get").upper()
            return self.may(given.get("action", ""), method)
        return all(self.may(given[name], method) for name, method in ASKS.items() if name in given)

    def _names_row(self, given: dict[str, str]) -> bool:
        """Whether the words of a link name a client, an invoice or the like, and are to stay.

        Those of a button, of an action, and of a page that is not about one row, are taken out.
        """
        if BUTTONS & set(given.get("class", "").split()):
            return False
        match = resolve(given["href"].partition("?")[0].partition("#")[0])
        view = getattr(match.func, "view_class", None)
        return bool(match.kwargs) and not getattr(view, "only_writes", False)

    def _keep(self, text: str) -> None:
        if not self.left_out:
            self.kept.append(text)

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._keep(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")
