"""The links of a navigation, in sections; those that the reader's role opens."""

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import Parser, TextNode, Token
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from core.templatetags.component_parts.arguments import Arguments, arguments, body_of, solid
from core.templatetags.component_parts.slots import Slot
from core.templatetags.rh import icon
from core.tenancy import may_open


class NavLink(Node):
    """A link of a navigation, marked where one of its pages is shown."""

    def __init__(self, target: str, given: Arguments, pages: set[str], nodelist: NodeList) -> None:
        self.target, self.given, self.nodelist = target, given, nodelist
        self.pages = pages | {target.rpartition(":")[2]}

    def is_here(self, context: Context) -> bool:
        """Whether one of the link's pages is shown."""
        match = context["request"].resolver_match
        return bool(match) and match.url_name in self.pages

    def is_open(self, context: Context) -> bool:
        """Whether the reader's role opens the page that the link leads to (rule 82)."""
        return may_open(context["request"].role, reverse(self.target))

    def render(self, context: Context) -> SafeString:
        if not self.is_open(context):
            return SafeString()
        here = ' aria-current="page"' if self.is_here(context) else ""
        label = conditional_escape(self.given["label"].resolve(context))
        sign = icon(self.given["icon"].resolve(context)) if "icon" in self.given else ""
        more = self.nodelist.render(context)
        return SafeString(
            f'<li><a href="{reverse(self.target)}"{here}>{sign}{label}{more}</a></li>'
        )


def nav_link(parser: Parser, token: Token) -> NavLink:
    """{% nav_link "url name" label=… icon="…" %} its other url names {% endnav_link %}, in a <ul>.

    The slot `more` is what stands behind the label.
    """
    tag, target, *bits = token.split_contents()
    named = Token(token.token_type, " ".join([tag, *bits]), token.position, token.lineno)
    given, _beyond = arguments(parser, named, "label", "icon")
    nodes = body_of(parser, token)
    pages = {name for node in nodes if isinstance(node, TextNode) for name in node.s.split()}
    parts = [node for node in nodes if isinstance(node, Slot)]
    if any(part.name != "more" for part in parts):
        raise TemplateSyntaxError("A link of a navigation has one slot: more.")
    more = NodeList(node for part in parts for node in part.nodelist)
    return NavLink(target.strip("\"'"), given, pages, more)


class NavSection(Node):
    """A section of a navigation: it leads to its first link, and is marked where one is shown."""

    def __init__(self, given: Arguments, nodelist: NodeList) -> None:
        self.given, self.nodelist = given, solid(nodelist)
        found = nodelist.get_nodes_by_type(NavLink)
        self.links = [node for node in found if isinstance(node, NavLink)]

    def render(self, context: Context) -> SafeString:
        links = [link for link in self.links if link.is_open(context)]
        if not links:
            return SafeString()
        is_here = any(link.is_here(context) for link in links)
        here, css = (' aria-current="true"', " is-here") if is_here else ("", "")
        label = conditional_escape(self.given["label"].resolve(context))
        sign = icon(self.given["icon"].resolve(context))
        return SafeString(
            f'<li class="rh-nav-section{css}"><a href="{reverse(links[0].target)}"{here}>'
            f"{sign}{label}</a><ul>{self.nodelist.render(context)}</ul></li>"
        )


def nav_section(parser: Parser, token: Token) -> NavSection:
    """{% nav_section label=… icon="…" %} its links, {% nav_link %} each {% endnav_section %}."""
    given, _beyond = arguments(parser, token, "label", "icon")
    return NavSection(given, body_of(parser, token))
