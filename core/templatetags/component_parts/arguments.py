"""How a tag of a component is read: its arguments, its body."""

from django.template import NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, TextNode, Token

Arguments = dict[str, FilterExpression]


def arguments(
    parser: Parser, token: Token, *names: str
) -> tuple[Arguments, list[FilterExpression]]:
    """The arguments of a tag by name, positional ones first; and the arguments left over.

    Raises TemplateSyntaxError for a name that the tag does not know.
    """
    tag, *bits = token.split_contents()
    found: Arguments = {}
    places = [bit for bit in bits if not is_named(bit)]
    for bit in bits:
        if is_named(bit):
            name, value = bit.split("=", 1)
            if name not in names:
                raise TemplateSyntaxError(
                    f"{{% {tag} %}} has no parameter {name}: it has {', '.join(names)}."
                )
            found[name] = parser.compile_filter(value)
    free = [name for name in names if name not in found]
    found |= {name: parser.compile_filter(bit) for name, bit in zip(free, places, strict=False)}
    return found, [parser.compile_filter(bit) for bit in places[len(free) :]]


def is_named(bit: str) -> bool:
    """Whether it is name=value."""
    return bit.partition("=")[0].isidentifier() and "=" in bit


def body_of(parser: Parser, token: Token) -> NodeList:
    """What is written between the tag and its end."""
    tag = token.split_contents()[0]
    nodes = parser.parse((f"end{tag}",))
    parser.delete_first_token()
    return nodes


def solid(nodes: NodeList) -> NodeList:
    """Drop white space between nodes, where HTML shows none: it would be rendered many times."""
    return NodeList(node for node in nodes if not (isinstance(node, TextNode) and node.s.isspace()))
