"""The mail server of an installation that has none: the letter's own row in the outbox is the copy."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class LocalBackend(BaseEmailBackend):
    """Takes every letter and sends none: the app shows the outbox at /mail/ instead (DEBUG only)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()  # a letter that no server could send is refused here too
        return len(email_messages)
