"""The titles and texts of the built-in clauses: one module a language, named after its code."""

from importlib import import_module

from core.languages import LANGUAGES

#: By language, then by the key of the clause: (title, text); both may hold {{variables}}.
TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    code: import_module(f"{__name__}.{code.replace('-', '_')}").TEXTS for code in LANGUAGES
}
