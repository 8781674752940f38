"""One entry of a client's or an agreement's history, as pages and exports show it."""

from dataclasses import dataclass
from datetime import datetime

from core.models import Document


@dataclass(frozen=True)
class Fact:
    """What happened (`what`), when (`at`, UTC), who did it, and the document that proves it.

    `about` names the document or invoice that the fact belongs to; it is empty where the fact
    belongs to the agreement itself. `more`, `aside` and the origin (`ip`, `user_agent`) add to
    `what`. `aside` is shown to the business only; so is the whole fact where `inside` is True.
    """

    at: datetime
    what: str
    more: str = ""
    actor: str = ""
    about: str = ""
    aside: str = ""
    ip: str = ""
    user_agent: str = ""
    document: Document | None = None
    inside: bool = False
