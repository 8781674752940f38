"""What a person types is only text in an email: never a link or a code, and never a failure."""

from email import message_from_bytes, policy
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients import portal_links
from core import links
from core.models import OutboxEmail
from core.outbox import emails
from tests.world import NOW, World

#: Characters that a database stores; Django refuses what is not Unicode before.
TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


def write(world: World, **context: object) -> OutboxEmail:
    """A short email whose subject, name and text somebody typed."""
    typed = {"subject": "S", "name": "N", "paragraphs": [], "button": ""} | context
    return emails.write(
        kind="test",
        ref=str(uuid4()),
        to="somebody@example.com",
        template="note",
        context=typed,
        language="en",
        business=world.business,
        now=NOW,
    )


def sent(row: OutboxEmail) -> str:
    """Everything of an email as it goes to the mail server, decoded."""
    message = message_from_bytes(emails.message(row).message().as_bytes(), policy=policy.default)
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(message["subject"]), *parts])


def test_a_typed_placeholder_opens_no_door(world: World) -> None:
    """Not even one that somebody with the right to see ids or emails copied from there."""
    link = portal_links.mail_portal_link(contact=world.person(world.client()), now=NOW)
    code_row = uuid4()
    theirs = OutboxEmail.objects.get(kind="portal_link")
    copied = next(line for line in theirs.text.splitlines() if str(link.pk) in line)
    for typed in (f"[[link:{link.pk}]]", f"[[code:{code_row}]]", copied.strip()):
        letter = sent(write(world, subject=typed, name=typed, paragraphs=[typed]))
        assert links.token(link.pk) not in letter
        assert links.code(code_row) not in letter
        assert letter.count(typed) >= 3  # it is shown as it was typed
    assert links.token(link.pk) in sent(theirs)


def test_an_email_that_waits_from_before_an_upgrade_is_filled_in(world: World) -> None:
    link = portal_links.mail_portal_link(contact=world.person(world.client()), now=NOW)
    row = OutboxEmail.objects.get(kind="portal_link")
    row.text = row.text.replace(row.mark + ":", "")  # as 0.1.0 wrote it
    row.mark = ""
    assert links.token(link.pk) in sent(row)


@pytest.mark.parametrize(
    "typed", ["[[link:" + "-" * 36 + "]]", "[[code:0]]", "[[link:]]", "]]", "[[" * 9]
)
def test_no_typed_placeholder_stops_an_email(world: World, typed: str) -> None:
    assert typed in sent(write(world, paragraphs=[typed]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=TYPED)
def test_no_typed_text_stops_an_email(world: World, typed: str) -> None:
    row = write(world, subject=typed, name=typed, paragraphs=[typed])
    assert emails.message(row).message().as_bytes()
