"""Tables with labels on a phone, and lists of facts: they are drawn without a template."""

from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from core.templatetags.component_parts.arguments import Arguments, arguments, body_of, solid

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


def cell(parser: Parser, token: Token) -> Cell:
    """{% cell %}…{% endcell %} in a row; css="…" adds a class, label=… replaces the column name."""
    given, _beyond = arguments(parser, token, "css", "label")
    return Cell(given, body_of(parser, token))


class Row(Node):
    """Draws a row; its cells stand in the order of the columns."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = solid(nodelist)

    def render(self, context: Context) -> SafeString:
        return SafeString(f"<tr>{self.nodelist.render(context)}</tr>")


def row(parser: Parser, token: Token) -> Row:
    """{% row %}…{% endrow %}: as many cells as the table has columns."""
    return Row(body_of(parser, token))


class Table(Node):
    """Draws its columns as the head of a table and everything after them as its body."""

    child_nodelists = ("head", "rows")

    def __init__(self, given: Arguments, nodelist: NodeList) -> None:
        self.given = given
        nodes = solid(nodelist)
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


def table(parser: Parser, token: Token) -> Table:
    """{% table css="is-dense" %} columns, rows {% endtable %}; on a phone, cells have labels."""
    given, _beyond = arguments(parser, token, "css")
    return Table(given, body_of(parser, token))


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


def fact(parser: Parser, token: Token) -> Fact:
    """{% fact label %}…{% endfact %}, in <dl class="rh-facts">; css="…" is the value's class."""
    given, _beyond = arguments(parser, token, "label", "css")
    return Fact(given.pop("label"), given, body_of(parser, token))
