"""Mistakes that delete too much or too little of what is old or asked to be erased (rules 89, 90)."""

from tests.mutants import Mutant

RULES, PRUNE = "retainer_hub/pruning/rules.py", "retainer_hub/pruning/prune.py"
ERASE, BY_NAME = "exports/erasing/erase.py", "exports/erasing/found_by_name.py"
PRUNING, ERASING = "tests/test_pruning.py", "exports/tests/test_erasing.py"
MUTANTS = [
    Mutant(
        "An old email that still waits loses its text",
        RULES,
        "with_text.exclude(state=OutboxState.WAITING).filter(old)",
        "with_text.filter(old)",
        (PRUNING,),
    ),
    Mutant(
        "The runs by which the clock is judged are deleted",
        RULES,
        "old.filter(pk__lt=good.pk) if good else old",
        "old",
        (PRUNING,),
    ),
    Mutant(
        "A clock that jumped makes everything old",
        PRUNE,
        "if why := billing_run.clock_doubt(now):",
        "if why := '':",
        (PRUNING,),
    ),
    Mutant(
        "A night deletes everything that is old at once",
        PRUNE,
        '.values_list("pk", flat=True)[:MOST]',
        '.values_list("pk", flat=True)',
        (PRUNING,),
    ),
    Mutant(
        "A client is erased while it owes money",
        ERASE,
        "if Invoice.objects.filter(client=client, state=InvoiceState.OPEN).exists():",
        "if client.erased_at:",
        (ERASING,),
    ),
    Mutant(
        "Erasing one person empties the emails of another at the same address",
        ERASE,
        "same.exclude(pk=contact.pk).exists()",
        "same.none()",
        (ERASING,),
    ),
    Mutant(
        "A name is erased out of the middle of other words",
        BY_NAME,
        'r"(?![A-Za-z0-9])" if name[-1].isascii() else ""',
        '""',
        (ERASING,),
    ),
]
