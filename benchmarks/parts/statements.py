"""Counts the SQL statements of what is measured."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


class Statements:
    """Counts the SQL statements that go to the database, and how long it takes over them."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Any, *rest: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*rest)
        finally:
            self.count, self.seconds = self.count + 1, self.seconds + time.perf_counter() - began


@contextmanager
def counted() -> Iterator[Statements]:
    """Count inside."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements
