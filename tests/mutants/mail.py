"""Mistakes in mail: who sends an email, when again, and whether a report about it is believed."""

from tests.mutants import Mutant

EMAILS = "core/outbox/emails.py"
BOUNCES = "core/outbox/bounces.py"
OUTBOX = "tests/test_outbox.py"
SENDING = "tests/test_sending.py"
TESTS_OF_BOUNCES = "tests/test_bounces.py"
MUTANTS = [
    Mutant(
        "An email is claimed whoever sends it already",
        EMAILS,
        "    rows = OutboxEmail.objects.due(now).filter(pk=email.pk)\n    email.lease_until",
        "    rows = OutboxEmail.objects.filter(pk=email.pk)\n    email.lease_until",
        (SENDING,),
    ),
    Mutant(
        "An email is marked as sent before it is",
        EMAILS,
        "        server.send(message(compose(email, clock())))\n",
        "        OutboxEmail.objects.filter(pk=email.pk).update(state=OutboxState.SENT)\n"
        "        server.send(message(compose(email, clock())))\n",
        (OUTBOX,),
    ),
    Mutant(
        "A worker that was late takes an email from whoever claimed it since",
        EMAILS,
        "pk=email.pk, state=OutboxState.WAITING, lease_until=email.lease_until\n",
        "pk=email.pk, state=OutboxState.WAITING\n",
        (SENDING,),
    ),
    Mutant(
        "An email that came back while it was sent is marked as sent",
        EMAILS,
        "    OutboxEmail.objects.filter(pk=email.pk, state=OutboxState.WAITING).update(\n        state=OutboxState.SENT,",
        "    OutboxEmail.objects.filter(pk=email.pk).update(\n        state=OutboxState.SENT, bounced_at=None,",
        (SENDING, TESTS_OF_BOUNCES),
    ),
    Mutant(
        "After a time-out an email is tried again at once, although it may have gone out",
        EMAILS,
        "        if is_time_up(error):\n            raise",
        "        if not error:\n            raise",
        (SENDING,),
    ),
    Mutant(
        "All leases of a pass begin with the pass",
        EMAILS,
        "    now = clock()\n    email = OutboxEmail",
        "    now = end - PASS\n    email = OutboxEmail",
        (SENDING,),
    ),
    Mutant(
        "The clock of a pass stands still",
        EMAILS,
        "    return lambda: now + timedelta(microseconds=(time.monotonic_ns() - began) // 1000)",
        "    return lambda: now",
        (SENDING,),
    ),
    Mutant(
        "A failed email waits for its second pause after the first try",
        EMAILS,
        "BACK_OFF[email.tries - 1 : email.tries]",
        "BACK_OFF[email.tries : email.tries + 1]",
        (OUTBOX,),
    ),
    Mutant(
        "A mail server that says “later” is understood as “never”",
        "core/outbox/mail_server.py",
        "return all(code >= 500 for",
        "return all(code >= 400 for",
        (SENDING,),
    ),
    Mutant(
        "Every try of an email has a Message-ID of its own",
        EMAILS,
        'f"<{bounces.message_id(email.pk)}>"',
        'f"<{email.tries}.{bounces.message_id(email.pk)}>"',
        (SENDING,),
    ),
    Mutant(
        "An email that was sent can be sent again by a button",
        EMAILS,
        "pk=letter.pk, state__in=UNDELIVERED, emptied_at__isnull=True",
        "pk=letter.pk, emptied_at__isnull=True",
        (OUTBOX,),
    ),
    Mutant(
        "A copy of the database that stands still sends emails",
        EMAILS,
        "    standing.advance(now=now)\n    quota",
        "    quota",
        ("core/tests/test_continuity.py",),
    ),
    Mutant(
        "One business may send as many emails as it likes",
        EMAILS,
        "    quota.hold_back(now)\n",
        "",
        ("core/tests/test_quota.py",),
    ),
    Mutant(
        "Invitations use up the room of invoices",
        "core/outbox/quota.py",
        "max(0, most // 2 - first)",
        "max(0, most - first)",
        ("core/tests/test_quota.py",),
    ),
    Mutant(
        "Every worker asks a mail server that does not work",
        "core/outbox/mail_server.py",
        "pk=outage.pk, next_at=outage.next_at, next_at__lte=now)",
        "pk=outage.pk, next_at__lte=now + PROBE)",
        (SENDING,),
    ),
    Mutant(
        "Three unanswered emails of a pass are an outage, though the server answered in between",
        "core/outbox/mail_server.py",
        "        self._unanswered = 0\n        if self._outage:",
        "        if self._outage:",
        (SENDING,),
    ),
    Mutant(
        "Anybody who knows an email's id can report that it came back",
        BOUNCES,
        "is_ours = pk and found and _is_genuine(_bytes(found[2]), pk)",
        "is_ours = pk and found",
        (TESTS_OF_BOUNCES,),
    ),
    Mutant(
        "A report about a delay counts as a failure",
        BOUNCES,
        'if action == "failed" or',
        'if action in ("failed", "delayed") or',
        (TESTS_OF_BOUNCES,),
    ),
    Mutant(
        "A report about several people counts, whoever did not get it",
        BOUNCES,
        "return failures[0] if len(failures) == 1 else None",
        "return failures[0] if failures else None",
        (TESTS_OF_BOUNCES,),
    ),
    Mutant(
        "An email that came back to another business is shown on my client's page",
        BOUNCES,
        "    rows = OutboxEmail.objects.filter(business=business)\n",
        "    rows = OutboxEmail.objects.all()\n",
        (
            "tests/test_bounces.py::test_a_corrected_address_no_longer_bounces",
            TESTS_OF_BOUNCES,
        ),
    ),
]
