"""Lists that say for every field of a model where its value comes from and what may change it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldLists:
    """Each field of a model stands in exactly one of the lists; a house test compares them.

    `copied` are taken over unchanged from the row that this one is made from. `frozen` are this
    row's own and never change once it counts (a database trigger refuses it). `own` are this row's
    own and follow its course.
    """

    copied: tuple[str, ...]
    frozen: tuple[str, ...]
    own: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """In how many lists each name stands."""
        names = [*self.copied, *self.frozen, *self.own]
        return {name: names.count(name) for name in names}
