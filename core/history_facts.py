"""What a history is made of: one fact with its time, in words, who, from where, and its paper."""

from dataclasses import dataclass
from datetime import datetime

from core.models import Document


@dataclass(frozen=True)
class Fact:
    """`about` is the paper it belongs to, if not the agreement itself. `more`, `aside` and where it came from (`ip`,
    `user_agent`) add to `what`; `aside` is for the business's eyes, as is a fact that is `inside` as a whole."""

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
