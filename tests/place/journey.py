"""A first day over HTTPS: the first owner comes in, a client signs, and a worker seals the document.

`python -m tests.place.journey SITE COMMAND...` runs it; COMMAND runs a management command.
"""

import re
import subprocess
import sys

from tests.person import Person, soon
from tests.selling import sign

FIND = """
from core import links
from core.models import OutboxEmail
found = OutboxEmail.objects.filter(subject__contains={subject!r}, state="sent").order_by("-pk")
for email in found[:1]:
    print(links.fill(email.text, email.mark))
"""


def journey(site: str, command: list[str]) -> None:
    """Go through it; what is not as it should be raises an AssertionError."""

    def manage(*words: str) -> str:
        done = subprocess.run([*command, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def read(_site: str, subject: str) -> str:
        ask = FIND.format(subject=subject)
        return str(soon(f"the email “{subject}”", lambda: manage("shell", "-v0", "-c", ask)))

    stranger = Person(site)
    stranger.go("/")
    assert stranger.at.startswith(f"{site}/accounts/login/"), stranger.at
    print("a stranger is asked to sign in")
    owner, kaew = Person(site), Person(site)
    owner.go("/accounts/signup/")
    assert "bin/manage first_owner" in owner.page, "a stranger is not the first owner"
    owner.go(manage("first_owner").removeprefix(site))
    owner.go(owner.at, name="Nan", email="nan@studio.example", password1="ninety-nine oaks")
    letter = read(site, "Confirm your email")
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", letter, re.M)
    assert code
    owner.go(owner.at, code=code[1])
    place = {"currency": "USD", "time_zone": "Asia/Bangkok", "language": "en"}
    owner.go(owner.at, **place)
    print("the first owner is in:", owner.at)
    agreement = sign(owner, kaew, site, read)
    print("a client has signed:", agreement)
    sealed = soon("the seal", lambda: b"/ByteRange" in kaew.download(f"{agreement}pdf/"))
    assert sealed
    print("a worker has sealed the agreement")
    soon("health", lambda: is_well(stranger))
    print("every part is well")


def is_well(stranger: Person) -> bool:
    """Whether /health/ answers 200: a minute after the start all workers have reported."""
    try:
        return '"ok": true' in stranger.go("/health/")
    except AssertionError:
        return False


if __name__ == "__main__":
    journey(sys.argv[1], sys.argv[2:])
