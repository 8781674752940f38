"""All mutants, by what they spoil."""

from tests.mutants import (
    Mutant,
    access,
    books,
    charging,
    hours,
    issuing,
    kept_data,
    mail,
    safety,
    sealing,
    team,
)

MUTANTS: list[Mutant] = [
    *charging.MUTANTS,
    *issuing.MUTANTS,
    *books.MUTANTS,
    *mail.MUTANTS,
    *sealing.MUTANTS,
    *hours.MUTANTS,
    *access.MUTANTS,
    *safety.MUTANTS,
    *team.MUTANTS,
    *kept_data.MUTANTS,
]
