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
are drawn without a template (component_parts/tables.py).
"""

from collections.abc import Callable

from django import template
from django.template import Node, TemplateSyntaxError
from django.template.base import Parser, Token

from core.templatetags.component_parts.arguments import arguments, body_of, is_named
from core.templatetags.component_parts.navigation import nav_link, nav_section
from core.templatetags.component_parts.slots import Component, Posting, slot
from core.templatetags.component_parts.tables import cell, column, fact, row, table

register = template.Library()

#: What each component that has a template can be given: parameters and slots.
PARTS: dict[str, tuple[str, ...]] = {}
Compiler = Callable[[Parser, Token], Node]


def component(name: str, *parameters: str, slots: tuple[str, ...] = (), **preset: str) -> None:
    """Register {% name … %}…{% endname %}, drawn by components/name.html; `preset` has defaults."""
    empty = dict.fromkeys((*parameters, *slots), "") | preset
    PARTS[name] = tuple(empty)

    def compiled(parser: Parser, token: Token) -> Node:
        given, beyond = arguments(parser, token, *parameters, *preset)
        if beyond:
            raise TemplateSyntaxError(f"{{% {name} %}} takes {len(parameters)} words at most.")
        return Component(name, given, empty, body_of(parser, token))

    register.tag(name, compiled)


def posting(name: str, *parameters: str, slots: tuple[str, ...] = ()) -> None:
    """Registers {% name "url name" arguments … parameter=… %}…{% endname %}."""
    empty = dict.fromkeys((*parameters, *slots), "")
    PARTS[name] = tuple(empty)

    def compiled(parser: Parser, token: Token) -> Node:
        tag, *bits = token.split_contents()
        target = [parser.compile_filter(bit) for bit in bits if not is_named(bit)]
        named = Token(
            token.token_type,
            " ".join([tag, *filter(is_named, bits)]),
            token.position,
            token.lineno,
        )
        given, _beyond = arguments(parser, named, *parameters)
        return Posting(target, name, given, empty, body_of(parser, token))

    register.tag(name, compiled)


component("card", "heading", "id", "css", "flush", slots=("note", "actions"), space="mb-2")
component("fold", "heading", slots=("said",), open="", link="", key="")
component("notice", "tone", "icon", "css", "role")
component("empty_state", "icon", "title", slots=("action",))
component("page_head", "heading", slots=("eyebrow", "actions"))
posting(
    "post_button",
    *("css", "small", "confirm", "ask", "press", "name", "value", "form_css"),
    slots=("fields",),
)
posting("post_form", "css", "id", "once", "files", slots=("buttons",))
for tag in (slot, table, column, row, cell, fact, nav_link, nav_section):
    register.tag(tag.__name__, tag)
