"""Components with a template, whose body and slots are rendered where they are written."""

from typing import Any

from django.template import Context, Node, NodeList, Template, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from core.templatetags.component_parts.arguments import Arguments, body_of


class Slot(Node):
    """A part of a component's body with a place of its own."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        raise TemplateSyntaxError(f"The slot {self.name} must stand directly inside its component.")


def slot(parser: Parser, token: Token) -> Slot:
    """{% slot actions %}…{% endslot %}, directly inside a component."""
    _tag, name = token.split_contents()
    return Slot(name, body_of(parser, token))


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
