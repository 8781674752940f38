"""Reads JSON that a browser sent: whatever it is, it is read or refused as no JSON."""

import json
from typing import Any


class StrictDecoder(json.JSONDecoder):
    """For `forms.JSONField(decoder=…)`, which answers only a JSONDecodeError with its message.

    Python also raises other errors: for lists in lists without end, and for a number of thousands
    of digits. And it reads half characters ("\\ud800"), which no page and no database can hold.
    """

    def decode(self, s: str, *args: Any) -> Any:
        """The value of the text. Raises JSONDecodeError."""
        try:
            value = super().decode(s, *args)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(type(error).__name__, s[:20], 0) from None
        return value
