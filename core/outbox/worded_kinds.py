"""The kinds of email that a business may open in its own words: each with its names and a sample.

The module that writes a kind registers it here. `KINDS` has them in the order in which a client
gets them.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_day
from core.errors import RuleError
from core.models import Business, EmailWording
from core.outbox import emails, own_wording
from core.outbox.emails import Letter
from core.texts import placeholders

#: The names that every email to a client has.
PEOPLE: Mapping[str, Promise] = {
    "name": gettext_lazy("the name of the person who gets the email"),
    "client": gettext_lazy("the client's name"),
    "business": gettext_lazy("the name of your business"),
}


@dataclass(frozen=True)
class WordedKind:
    """A kind of email. `names` are what its words may name, each with its meaning.

    `sample` makes such an email of a day, in the active language, about an invented client.
    `sentence` follows the greeting where the business wrote no opening.
    """

    key: str
    label: Promise
    sent: Promise
    names: Mapping[str, Promise]
    sample: Callable[[Business, date], Letter]
    sentence: Promise | str = ""


KINDS: dict[str, WordedKind] = {}


class BadWords(RuleError):
    """Words that an email cannot be opened with."""


def register(*kinds: WordedKind) -> None:
    """Add kinds of email, each with the names of the people besides its own."""
    for kind in kinds:
        KINDS[kind.key] = replace(kind, names={**PEOPLE, **kind.names})


def save(
    *, business: Business, key: str, language: str, subject: str, opening: str, now: datetime
) -> None:
    """Keep own words for one kind of email in one language; without any, ours come back.

    The standard words, unchanged, are no own words: a later version may have better ones. Raises
    BadWords where a name is not known or a brace is missing.
    """
    for field, fault in faults(KINDS[key], subject=subject, opening=opening).items():
        raise BadWords(fault, field=field)
    own = own_words(business=business, key=key, language=language, subject=subject, opening=opening)
    if not any(own.values()):
        reset(business=business, key=key, language=language)
        return
    EmailWording.objects.update_or_create(
        business=business,
        key=key,
        language=language,
        defaults=own,
        create_defaults={**own, "created_at": now},
    )


def standard(*, business: Business, key: str, language: str) -> dict[str, str]:
    """The subject and the opening that we send, with the names of what varies."""
    kind, marked = KINDS[key], copy.copy(business)
    marked.name = "\ufdd0"  # nobody's name: a short one would be found within other words
    with translation.override(language):
        contents = kind.sample(marked, date(2026, 11, 28))
        opening = " ".join(render_to_string("emails/greeting.txt", {"name": "{{name}}"}).split())
        sentence = str(kind.sentence)
    subject = emails.rendered(contents, own_wording.OURS)["subject"]
    names = {value: name for name, value in contents.values.items() if value}
    longest_first = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    subject = re.sub(longest_first, lambda found: f"{{{{{names[found[0]]}}}}}", subject)
    return {"subject": subject, "opening": f"{opening}\n\n{sentence}".strip()}


def kept(*, business: Business, key: str, language: str) -> dict[str, str]:
    """The words that are saved, and the standard ones where there are none."""
    row = EmailWording.objects.filter(business=business, key=key, language=language).first()
    ours = standard(business=business, key=key, language=language)
    own = {"subject": row.subject, "opening": row.opening} if row else {}
    return {field: own.get(field) or text for field, text in ours.items()}


def own_words(
    *, business: Business, key: str, language: str, subject: str, opening: str
) -> dict[str, str]:
    """What is the business's own of these words: "" where they are the standard ones."""
    ours = standard(business=business, key=key, language=language)
    said = {
        "subject": " ".join(subject.split()),
        "opening": "\n".join(opening.splitlines()).strip(),
    }
    return {field: "" if text == ours[field] else text for field, text in said.items()}


def reset(*, business: Business, key: str, language: str) -> None:
    """Take back own words: from now on such an email has ours."""
    EmailWording.objects.filter(business=business, key=key, language=language).delete()


def has_gap(row: EmailWording) -> bool:
    """Whether kept words name what is not known any more, so that ours are sent instead."""
    kind = KINDS.get(row.key)
    named = placeholders.names(f"{row.subject}\n{row.opening}")
    return kind is None or not set(named) <= set(kind.names)


def example(
    *, business: Business, key: str, language: str, subject: str, opening: str, today: date
) -> dict[str, Any]:
    """A sample email with these words: its columns, and `own`, the words that it was given."""
    with translation.override(language):
        contents = KINDS[key].sample(business, today)
    said = own_words(
        business=business, key=key, language=language, subject=subject, opening=opening
    )
    own = own_wording.filled(**said, values=contents.values)
    return {**emails.rendered(contents, own), "own": own}


def send_test(
    *, business: Business, key: str, language: str, subject: str, opening: str, now: datetime
) -> str:
    """Email the sample with these words to the owner, saying that it is a test.

    Returns the address that it was sent to. Raises BadWords.
    """
    for field, fault in faults(KINDS[key], subject=subject, opening=opening).items():
        raise BadWords(fault, field=field)
    with translation.override(language):
        contents = KINDS[key].sample(business, local_day(now, business.time_zone))
        notice = _("This is a test with sample data. Only you received it.")
    said = own_words(
        business=business, key=key, language=language, subject=subject, opening=opening
    )
    to = business.owner.email
    emails.write(
        kind="wording_test",
        ref=f"{business.pk}:{now.isoformat()}"[:80],
        to=to,
        template=contents.template,
        context={**contents.context, "test_notice": notice},
        language=language,
        business=business,
        own=own_wording.filled(**said, values=contents.values),
        now=now,
    )
    return to


def faults(kind: WordedKind, *, subject: str, opening: str) -> dict[str, str]:
    """What is wrong with words, by the field: a name that is not known, or a missing brace."""
    found = {}
    for field, text in (("subject", subject), ("opening", opening)):
        unknown = [name for name in placeholders.names(text) if name not in kind.names]
        if unknown:
            found[field] = _(
                "This email does not know {{%(name)s}}. The names it knows are below."
            ) % {"name": unknown[0]}
        elif placeholders.has_stray_braces(text):
            found[field] = _("A brace is missing: a name stands between {{ and }}.")
    return found
