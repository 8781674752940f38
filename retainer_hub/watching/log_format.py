"""The formats of the log, from which every token is removed."""

import json
import logging
import re
from datetime import UTC, datetime

from retainer_hub.watching.request_id import NAME

#: A text that Django signed, which ends with a colon and a SHA-256 in 43 characters of base64. In
#: an address that is itself a part of one, as after `next=`, the colon is %3A.
_SIGNATURE = re.compile(r"(:|%(?:25)*3[Aa])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
#: The key in the address of a password reset.
_RESET = re.compile(r"(/reset/key/)[^/\s]+")


def without_tokens(text: str) -> str:
    """Put … in the place of what opens a door: links, sessions and keys in an address."""
    return _RESET.sub(r"\1…", _SIGNATURE.sub(r"\1…", text))


class Formatter(logging.Formatter):
    """One line for each record, and its traceback below it, whoever wrote them."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return without_tokens(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object for each record: at (UTC), level, logger, message, request, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record, in one line."""
        parts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, NAME, ""),
            "traceback": self.formatException(record.exc_info) if record.exc_info else "",
        }
        known = {name: without_tokens(text) for name, text in parts.items() if text}
        return json.dumps(known, ensure_ascii=False)
