"""The format of the log's lines, from which every token is removed."""

import logging
import re

#: A text that Django signed, which ends with a colon and a SHA-256 in 43 characters of base64.
_SIGNATURE = re.compile(r":[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
#: The key in the address of a password reset.
_RESET = re.compile(r"(/reset/key/)[^/\s]+")


class Formatter(logging.Formatter):
    """Writes a line without what opens a door: links, sessions and keys in an address.

    It looks through the whole line and the traceback below it, whoever wrote them.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record, with … in the place of each token."""
        line = super().format(record)
        return _RESET.sub(r"\1…", _SIGNATURE.sub(":…", line))
