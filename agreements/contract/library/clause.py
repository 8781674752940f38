"""The fields of a clause in the library of built-in agreement texts."""

from typing import NamedTuple


class Clause(NamedTuple):
    """A clause with its (title, text) in English and Thai; both may hold {{variables}}.

    `when` names a variable: an agreement leaves the clause out where that variable is empty.
    """

    key: str
    en: tuple[str, str]
    th: tuple[str, str]
    when: str = ""
