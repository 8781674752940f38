"""Why a row could not be done, from the error that it raised, for SetAside.reason_text."""

import json
import re
from zoneinfo import ZoneInfoNotFoundError

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError

from core.errors import RuleError
from core.models.set_aside import Reason
from core.storage.places import Unreachable

LONGEST = 300  # characters of `detail`
#: In this order: a class stands before the classes that it is derived from.
REASONS: tuple[tuple[type[Exception], Reason], ...] = (
    (RuleError, Reason.RULE),
    (SoftTimeLimitExceeded, Reason.TIME_LIMIT),
    (FileNotFoundError, Reason.NO_FILE),
    (ZoneInfoNotFoundError, Reason.UNKNOWN),
    (KeyError, Reason.MISSING),
    (json.JSONDecodeError, Reason.MALFORMED),
    (UnicodeError, Reason.MALFORMED),
    (ValueError, Reason.UNKNOWN),
    (TypeError, Reason.MALFORMED),
    (AttributeError, Reason.MALFORMED),
    (IndexError, Reason.MALFORMED),
    (ObjectDoesNotExist, Reason.MISSING),
    (IntegrityError, Reason.CONSTRAINT),
    (DataError, Reason.TOO_LARGE),
    (OverflowError, Reason.TOO_LARGE),
    (OperationalError, Reason.DATABASE),
    (InterfaceError, Reason.DATABASE),
    (DatabaseError, Reason.CONSTRAINT),
)


def explain(error: Exception) -> tuple[Reason, str]:
    """Return the reason and its detail. The detail is one line, without what a database quotes."""
    reason = next((reason for kind, reason in REASONS if isinstance(error, kind)), None)
    if isinstance(error, FileNotFoundError):
        said = error.filename or error
    elif isinstance(error, KeyError) and error.args:
        said = error.args[0]
    else:
        said = error
    # PostgreSQL quotes the row's values on the lines after the first.
    lines = str(said).strip().splitlines()
    words = re.sub(r"[\x00-\x1f\x7f]", " ", lines[0] if lines else type(error).__name__)
    if reason is None:
        reason, words = Reason.UNEXPECTED, f"{type(error).__name__}: {words}"
    return reason, words.rstrip(" .")[:LONGEST] if reason != Reason.RULE else words[:LONGEST]


def is_time_up(error: Exception) -> bool:
    """Whether the task has run for as long as it may (core.jobs.queues)."""
    return isinstance(error, SoftTimeLimitExceeded)


def is_passing(error: Exception) -> bool:
    """Whether the error is not the row's.

    It may be a lock, a time-out, a database that restarts, or an object store that is away.
    """
    return isinstance(error, (OperationalError, InterfaceError, Unreachable))
