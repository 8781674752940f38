"""An email backend for development that sends nothing."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class LocalBackend(BaseEmailBackend):
    """Accepts every email without sending it; the page /mail/ shows them (DEBUG only)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            message.message()  # raises for an email that no mail server could send
        return len(email_messages)
