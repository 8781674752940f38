"""What a clause of the library is."""

from typing import NamedTuple


class Clause(NamedTuple):
    """A title and a text with {{variables}} in both languages.

    `when` names the variable without which it has nothing to say: then the agreement leaves it out.
    """

    key: str
    en: tuple[str, str]
    th: tuple[str, str]
    when: str = ""
