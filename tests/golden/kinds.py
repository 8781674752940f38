"""Which kinds of emails the source can write: read from it, so that no new kind is missed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from django.apps import apps
from django.conf import settings

from core.outbox.emails import COMPOSERS

Function = ast.FunctionDef
VERBS = ("emails.write", "OutboxEmail.objects.create")  # that make an email


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What its names stand for; only those that stand for one thing."""
        found: dict[str, ast.expr] = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    pairs = (
                        zip(target.elts, node.value.elts, strict=True)
                        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                        else [(target, node.value)]
                    )
                    found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
        return found

    @cached_property
    def calls(self) -> list[tuple[ast.Call, Function | None]]:
        """Every call, with the function that it stands in."""
        return list(_calls(self.tree, None))

    def is_call_of(self, call: ast.Call, name: str, home: "Module") -> bool:
        """Whether it calls the function of that name that `home` defines."""
        match call.func:
            case ast.Name(id=called):
                return called == name and (self is home or self._imports(name))
            case ast.Attribute(value=ast.Name(id=module), attr=called):
                return called == name and module in (home.path.stem, home.path.parent.name)
        return False

    def _imports(self, name: str) -> bool:
        taken = [node for node in ast.walk(self.tree) if isinstance(node, ast.ImportFrom)]
        return any(alias.name == name for node in taken for alias in node.names)


@cache
def written() -> set[str]:
    """Every kind: those written with their fact, and those composed when they are sent.

    Raises AssertionError where a kind cannot be told from the source.
    """
    modules, found = list(_modules()), set(COMPOSERS)
    for module in modules:
        if any(verb in module.text for verb in VERBS):
            for call, inside in module.calls:
                if ast.unparse(call.func) in VERBS:
                    found |= _values(_argument(call, "kind", 0), inside, module, modules)
    return found


def _modules() -> Iterator[Module]:
    for config in apps.get_app_configs():
        folder = Path(config.path)
        if folder.parent == Path(settings.BASE_DIR):
            for path in sorted(folder.rglob("*.py")):
                if not {"tests", "migrations"} & set(path.relative_to(folder).parts):
                    yield Module(path, path.read_text())


def _calls(node: ast.AST, inside: Function | None) -> Iterator[tuple[ast.Call, Function | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, inside
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else inside)


def _argument(call: ast.Call, name: str, place: int) -> ast.expr:
    by_name = [keyword.value for keyword in call.keywords if keyword.arg == name]
    return by_name[0] if by_name else call.args[place]


def _values(
    value: ast.expr, inside: Function | None, module: Module, modules: list[Module]
) -> set[str]:
    """What an argument can be: a text, a constant, or what the function's callers pass."""
    match value:
        case ast.Constant(value=str(said)):
            return {said}
        case ast.Name(id=name) if name in module.constants:
            return _values(module.constants[name], None, module, modules)
        case ast.Name(id=name) if inside and name in (names := _parameters(inside)):
            found: set[str] = set()
            for other in modules:
                for call, around in other.calls if f"{inside.name}(" in other.text else ():
                    if other.is_call_of(call, inside.name, module):
                        found |= _values(
                            _argument(call, name, names.index(name)), around, other, modules
                        )
            return found
    raise AssertionError(f"{module.path}:{value.lineno}: which kind is “{ast.unparse(value)}”?")


def _parameters(function: Function) -> list[str]:
    return [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
