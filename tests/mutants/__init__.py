"""Small wrong edits of the product, of the kind that a tired engineer makes; the tests catch each.

`bin/test mutants` makes one after the other in a copy of the project, and runs the tests that
should fail. The bugs of tests.faults.mutants are others: those are for the simulation to catch.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A wrong edit: in `file`, `before` becomes `after`. `words` say what is wrong then.

    `before` stands in the file exactly once. `tests` are the files, or at need the tests, of which
    one has to fail; the one that is likely to fail comes first.
    """

    words: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
