"""Mistakes that let somebody of a team do what their role does not allow (rule 82)."""

from tests.mutants import Mutant

JOINING = "core/team/joining.py"
TEAM = "dashboard/tests/test_team.py"
MUTANTS = [
    Mutant(
        "A role that may not is let in to every view",
        "core/tenancy.py",
        "elif not self.may(self.needs, writes=self.only_writes or request.method not in SAFE):",
        "elif self.needs is None:",
        (TEAM,),
    ),
    Mutant(
        "An account accepts the invitation of another address",
        JOINING,
        "account is not None and account.pk == user.pk and",
        "",
        (TEAM,),
    ),
    Mutant(
        "An invitation is accepted however often",
        JOINING,
        "if links.consume(link, now=now):",
        "if link.pk:",
        (TEAM,),
    ),
    Mutant(
        "An account that somebody prepared for the address keeps its password",
        JOINING,
        "user if user and (user.last_login or user.is_staff) else None",
        "user",
        (TEAM,),
    ),
    Mutant(
        "Who was removed still belongs to the team",
        "core/models/user.py",
        "self.filter(deactivated_at__isnull=True)",
        "self.filter(since__isnull=False)",
        (TEAM,),
    ),
    Mutant(
        "A member signs for the business by sending a proposal",
        "dashboard/proposals/views/proposals.py",
        "if not (proposal.countersigns or view.may(Area.SIGNING)):",
        "if proposal.pk is None:",
        (TEAM,),
    ),
    Mutant(
        "A page shows links and buttons that the role may not use",
        "dashboard/page.py",
        "return page if self.role in (None, Role.OWNER) else without_refused(page, request)",
        "return page",
        (TEAM,),
    ),
]
