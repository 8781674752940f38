"""The digest of stored JSON, for agreements, proposals, reports and the audit trail. Pure.

    digest({"b": 1, "a": "ก"}) hashes the bytes of {"a":"ก","b":1}

Stored hashes are compared with it for as long as the rows live, so its bytes never change.
"""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """`value` as canonical JSON: sorted keys, no spaces, letters as they are (UTF-8).

    Raises TypeError for what JSON does not know, such as a date.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(value: Any) -> str:
    """SHA-256 (64 hexadecimal digits) of `value` as canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
