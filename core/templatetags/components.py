"""Components with slots that pages are built of: cards, notices, forms, tables.

`{% load components %}`, then for example:

    {% card _("Time off") id="off" %}
      {% slot note %}{% translate "Days on which you sell no hours." %}{% endslot %}
      {{ form|crispy }}
    {% endcard %}

What stands between the tags is the body; a slot is another part of it that has a place of its own.
Bodies and slots are rendered where they are written, with the page's variables; the component's
template gets them as finished HTML. Each component is drawn by templates/components/<name>.html,
whose first lines say its parameters and slots. Tables and facts stand in rows by the hundred and
are drawn here.
"""

from collections.abc import Callable
from typing import Any

from django import template
from django.template import Context, Node, NodeList, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, TextNode, Token
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from core.templatetags.rh import icon

register = template.Library()

PARTS: dict[
    str, tuple[str, ...]
] = {}  # what each component that has a template can be given: parameters and slots
Arguments = dict[str, FilterExpression]
Compiler = Callable[[Parser, Token], Node]


def arguments(
    parser: Parser, token: Token, *names: str
) -> tuple[Arguments, list[FilterExpression]]:
    """The arguments of a tag by name, positional ones first; and the arguments left over.

    Raises TemplateSyntaxError for a name that the tag does not know.
    """
    tag, *bits = token.split_contents()
    found: Arguments = {}
    places = [bit for bit in bits if not _is_named(bit)]
    for bit in bits:
        if _is_named(bit):
            name, value = bit.split("=", 1)
            if name not in names:
                raise TemplateSyntaxError(
                    f"{{% {tag} %}} has no parameter {name}: it has {', '.join(names)}."
                )
            found[name] = parser.compile_filter(value)
    free = [name for name in names if name not in found]
    found |= {name: parser.compile_filter(bit) for name, bit in zip(free, places, strict=False)}
    return found, [parser.compile_filter(bit) for bit in places[len(free) :]]


def _is_named(bit: str) -> bool:
    return bit.partition("=")[0].isidentifier() and "=" in bit


def _body(parser: Parser, token: Token) -> NodeList:
    tag = token.split_contents()[0]
    nodes = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    return nodes


def _solid(nodes: NodeList) -> NodeList:
    """Drop white space between nodes, where HTML shows none: it would be rendered many times."""
    return NodeList(node for node in nodes if not (isinstance(node, TextNode) and node.s.isspace()))


class Slot(Node):
    """A part of a component's body with a place of its own."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        raise TemplateSyntaxError(f"The slot {self.name} must stand directly inside its component.")


@register.tag
def slot(parser: Parser, token: Token) -> Slot:
    """{% slot actions %}…{% endslot %}, directly inside a component."""
    _tag, name = token.split_contents()
    return Slot(name, _body(parser, token))


def _said(value: Any) -> Any:
    """A translated text as it is said now: each look at a lazy one would translate it again."""
    return str(value) if isinstance(value, Promise) else value


class Filled(SafeString):
    """What a slot shows; true if the slot is used at all, even while it shows nothing."""

    def __bool__(self) -> bool:
        return True


class Component(Node):
    """Renders its body and slots, then the component's template with them."""

    def __init__(
        self, name: str, given: Arguments, empty: dict[str, str], nodelist: NodeList
    ) -> None:
        self.template = f"components/{name}.html"
        self.drawing: Template | None = None
        self.nodelist = nodelist
        self.slots = {node.name: node.nodelist for node in nodelist if isinstance(node, Slot)}
        self.body = NodeList(node for node in nodelist if not isinstance(node, Slot))
        for unknown in self.slots.keys() - empty.keys():
            raise TemplateSyntaxError(f"{self.template} has no slot {unknown}.")
        fixed = {
            name: value.var
            for name, value in given.items()
            if isinstance(value.var, str) and not value.filters
        }
        self.fixed = {**empty, **fixed}
        self.given = {name: value for name, value in given.items() if name not in fixed}

    def values(self, context: Context) -> dict[str, Any]:
        """What the component's template gets; what is not given is empty."""
        given = {name: _said(value.resolve(context)) for name, value in self.given.items()}
        slots = {name: Filled(nodes.render(context).strip()) for name, nodes in self.slots.items()}
        return {**self.fixed, **given, **slots, "body": self.body.render(context)}

    def render(self, context: Context) -> SafeString:
        if self.drawing is None:
            self.drawing = context.template.engine.get_template(self.template)  # type: ignore[union-attr]
        with context.push(**self.values(context)):
            return self.drawing.render(context)


class Posting(Component):
    """A component with a form that posts to the URL named first, or else to the page itself."""

    def __init__(self, target: list[FilterExpression], *rest: Any) -> None:
        super().__init__(*rest)
        self.target = target

    def values(self, context: Context) -> dict[str, Any]:
        name, *args = [word.resolve(context) for word in self.target] or [""]
        return super().values(context) | {"action": reverse(name, args=args) if name else ""}


def component(name: str, *parameters: str, slots: tuple[str, ...] = (), **preset: str) -> None:
    """Register {% name … %}…{% endname %}, drawn by components/name.html; `preset` has defaults."""
    empty = dict.fromkeys((*parameters, *slots), "") | preset
    PARTS[name] = tuple(empty)

    def compiled(parser: Parser, token: Token) -> Node:
        given, beyond = arguments(parser, token, *parameters, *preset)
        if beyond:
            raise TemplateSyntaxError(f"{{% {name} %}} takes {len(parameters)} words at most.")
        return Component(name, given, empty, _body(parser, token))

    register.tag(name, compiled)


def posting(name: str, *parameters: str, slots: tuple[str, ...] = ()) -> None:
    """Registers {% name "url name" arguments … parameter=… %}…{% endname %}."""
    empty = dict.fromkeys((*parameters, *slots), "")
    PARTS[name] = tuple(empty)

    def compiled(parser: Parser, token: Token) -> Node:
        tag, *bits = token.split_contents()
        target = [parser.compile_filter(bit) for bit in bits if not _is_named(bit)]
        named = Token(
            token.token_type,
            " ".join([tag, *filter(_is_named, bits)]),
            token.position,
            token.lineno,
        )
        given, _beyond = arguments(parser, named, *parameters)
        return Posting(target, name, given, empty, _body(parser, token))

    register.tag(name, compiled)


component("card", "heading", "id", "css", "flush", slots=("note", "actions"), space="mb-2")
component("fold", "heading", slots=("said",), open="", link="", key="")
component("notice", "tone", "icon", "css", "role")
component("empty_state", "icon", "title", slots=("action",))
component("page_head", "heading", slots=("eyebrow", "under", "actions"))
posting(
    "post_button",
    *("css", "small", "confirm", "ask", "press", "name", "value", "form_css"),
    slots=("fields",),
)
posting("post_form", "css", "id", "once", "files", slots=("buttons",))


# --- tables ---------------------------------------------------------------------------------------

KINDS = {"name", "sum", "bare", "hidden"}


def _opening(css: str, label: str) -> str:
    """The opening tag of a cell."""
    named = f' class="{css}"' if css else ""
    return f'<td{named} data-label="{label}">' if label else f"<td{named}>"


class Column(Node):
    """Draws the head of a column, and keeps for the rows that follow how its cells begin."""

    table: "Table"
    index: int

    def __init__(
        self, label: FilterExpression, kinds: set[str], sort: FilterExpression | None
    ) -> None:
        self.label, self.sort = label, sort
        self.css = "is-name" if "name" in kinds else "is-sum" if "sum" in kinds else ""
        self.is_sum, self.is_hidden = "sum" in kinds, "hidden" in kinds
        self.is_said = kinds <= {"sum"}

    def render(self, context: Context) -> SafeString:
        label = conditional_escape(self.label.resolve(context))
        said = label if self.is_said else ""
        context.render_context[self.table][self.index] = self.css, said, _opening(self.css, said)
        shown = f'<span class="visually-hidden">{label}</span>' if self.is_hidden else label
        at_right = ' class="is-sum"' if self.is_sum else ""
        if self.sort and (sort := self.sort.resolve(context)):
            shown = f'<a href="{conditional_escape(sort.address)}">{shown}{sort.arrow}</a>'
            at_right += f' aria-sort="{sort.direction}"'
        return SafeString(f'<th scope="col"{at_right}>{shown}</th>')


@register.tag
def column(parser: Parser, token: Token) -> Column:
    """{% column label %} or {% column label "kind" %}, at the top of a table.

    The kinds: "name" is what the row is about (on a phone its heading), "sum" a figure at the
    right, "bare" has no label on a phone, "hidden" has a name only for screen readers (a column of
    buttons); "name hidden" is both. sort=… (core.web.keyset_pages.Sort) makes its head a link that
    sorts the list.
    """
    _tag, label, *kind = token.split_contents()
    sort = parser.compile_filter(kind.pop().removeprefix("sort=")) if _is_sort(kind) else None
    kinds = set(kind[0].strip("\"'").split()) if kind else set()
    if kinds - KINDS:
        raise TemplateSyntaxError(
            f"A column is of no kind, or of {', '.join(sorted(KINDS))}; not {kind[0]}."
        )
    return Column(parser.compile_filter(label), kinds, sort)


def _is_sort(bits: list[str]) -> bool:
    return bool(bits) and bits[-1].startswith("sort=")


class Cell(Node):
    """Draws one cell of a row; its class and its label on a phone come from its column."""

    table: "Table"
    index: int

    def __init__(self, given: Arguments, nodelist: NodeList) -> None:
        self.given, self.nodelist = given, nodelist

    def render(self, context: Context) -> SafeString:
        css, label, tag = context.render_context[self.table].get(self.index, ("", "", "<td>"))
        if self.given:
            more = {
                name: conditional_escape(value.resolve(context))
                for name, value in self.given.items()
            }
            tag = _opening(f"{css} {more.get('css', '')}".strip(), more.get("label", label))
        return SafeString(f"{tag}{self.nodelist.render(context)}</td>")


@register.tag
def cell(parser: Parser, token: Token) -> Cell:
    """{% cell %}…{% endcell %} in a row; css="…" adds a class, label=… replaces the column name."""
    given, _beyond = arguments(parser, token, "css", "label")
    return Cell(given, _body(parser, token))


class Row(Node):
    """Draws a row; its cells stand in the order of the columns."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = _solid(nodelist)

    def render(self, context: Context) -> SafeString:
        return SafeString(f"<tr>{self.nodelist.render(context)}</tr>")


@register.tag
def row(parser: Parser, token: Token) -> Row:
    """{% row %}…{% endrow %}: as many cells as the table has columns."""
    return Row(_body(parser, token))


class Table(Node):
    """Draws its columns as the head of a table and everything after them as its body."""

    child_nodelists = ("head", "rows")

    def __init__(self, given: Arguments, nodelist: NodeList) -> None:
        self.given = given
        nodes = _solid(nodelist)
        end = max(
            (place for place, node in enumerate(nodes, 1) if node.get_nodes_by_type(Column)),
            default=0,
        )
        self.head, self.rows = NodeList(nodes[:end]), NodeList(nodes[end:])
        columns = self._in_order(self.head, Column)
        if not columns:
            raise TemplateSyntaxError("A table begins with its columns.")
        rows: list[Any] = self.rows.get_nodes_by_type(Row)
        for row in rows:
            cells = self._in_order(row.nodelist, Cell)
            if cells != columns:
                raise TemplateSyntaxError(
                    f"A row of {cells} cells stands in a table of {columns} columns."
                )

    def _in_order(self, nodes: NodeList, kind: type[Column] | type[Cell]) -> int:
        """Tells each of a kind which table it is in, and at which place; how many there are."""
        found: list[Any] = nodes.get_nodes_by_type(kind)
        for index, node in enumerate(found):
            node.table, node.index = self, index
        return len(found)

    def render(self, context: Context) -> SafeString:
        css = "".join(
            f" {conditional_escape(value.resolve(context))}" for value in self.given.values()
        )
        context.render_context[self] = {}
        head, rows = self.head.render(context), self.rows.render(context)
        return SafeString(
            f'<table class="rh-table{css}"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )


@register.tag
def table(parser: Parser, token: Token) -> Table:
    """{% table css="is-dense" %} columns, rows {% endtable %}; on a phone, cells have labels."""
    given, _beyond = arguments(parser, token, "css")
    return Table(given, _body(parser, token))


# --- facts ----------------------------------------------------------------------------------------


class Fact(Node):
    """A name and what is said under it, in a list of them."""

    def __init__(self, label: FilterExpression, given: Arguments, nodelist: NodeList) -> None:
        self.label, self.given, self.nodelist = label, given, nodelist

    def render(self, context: Context) -> SafeString:
        css = "".join(
            f' class="{conditional_escape(value.resolve(context))}"'
            for value in self.given.values()
        )
        label = conditional_escape(self.label.resolve(context))
        return SafeString(
            f"<div><dt>{label}</dt><dd{css}>{self.nodelist.render(context)}</dd></div>"
        )


@register.tag
def fact(parser: Parser, token: Token) -> Fact:
    """{% fact label %}…{% endfact %}, in <dl class="rh-facts">; css="…" is the value's class."""
    given, _beyond = arguments(parser, token, "label", "css")
    return Fact(given.pop("label"), given, _body(parser, token))


# --- navigation -----------------------------------------------------------------------------------


class NavLink(Node):
    """A link of a navigation, marked where one of its pages is shown."""

    def __init__(self, target: str, given: Arguments, pages: set[str], nodelist: NodeList) -> None:
        self.target, self.given, self.nodelist = target, given, nodelist
        self.pages = pages | {target.rpartition(":")[2]}

    def is_here(self, context: Context) -> bool:
        """Whether one of the link's pages is shown."""
        match = context["request"].resolver_match
        return bool(match) and match.url_name in self.pages

    def render(self, context: Context) -> SafeString:
        here = ' aria-current="page"' if self.is_here(context) else ""
        label = conditional_escape(self.given["label"].resolve(context))
        sign = icon(self.given["icon"].resolve(context)) if "icon" in self.given else ""
        more = self.nodelist.render(context)
        return SafeString(
            f'<li><a href="{reverse(self.target)}"{here}>{sign}{label}{more}</a></li>'
        )


@register.tag
def nav_link(parser: Parser, token: Token) -> NavLink:
    """{% nav_link "url name" label=… icon="…" %} its other url names {% endnav_link %}, in a <ul>.

    The slot `more` is what stands behind the label.
    """
    tag, target, *bits = token.split_contents()
    named = Token(token.token_type, " ".join([tag, *bits]), token.position, token.lineno)
    given, _beyond = arguments(parser, named, "label", "icon")
    nodes = _body(parser, token)
    pages = {name for node in nodes if isinstance(node, TextNode) for name in node.s.split()}
    parts = [node for node in nodes if isinstance(node, Slot)]
    if any(part.name != "more" for part in parts):
        raise TemplateSyntaxError("A link of a navigation has one slot: more.")
    more = NodeList(node for part in parts for node in part.nodelist)
    return NavLink(target.strip("\"'"), given, pages, more)


class NavSection(Node):
    """A section of a navigation: it leads to its first link, and is marked where one is shown."""

    def __init__(self, given: Arguments, nodelist: NodeList) -> None:
        self.given, self.nodelist = given, _solid(nodelist)
        found = nodelist.get_nodes_by_type(NavLink)
        self.links = [node for node in found if isinstance(node, NavLink)]

    def render(self, context: Context) -> SafeString:
        is_here = any(link.is_here(context) for link in self.links)
        here, css = (' aria-current="true"', " is-here") if is_here else ("", "")
        label = conditional_escape(self.given["label"].resolve(context))
        sign = icon(self.given["icon"].resolve(context))
        return SafeString(
            f'<li class="rh-nav-section{css}"><a href="{reverse(self.links[0].target)}"{here}>'
            f"{sign}{label}</a><ul>{self.nodelist.render(context)}</ul></li>"
        )


@register.tag
def nav_section(parser: Parser, token: Token) -> NavSection:
    """{% nav_section label=… icon="…" %} its links, {% nav_link %} each {% endnav_section %}."""
    given, _beyond = arguments(parser, token, "label", "icon")
    return NavSection(given, _body(parser, token))
