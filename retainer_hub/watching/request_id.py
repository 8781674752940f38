"""Names every request, so that all lines of the log that belong to it can be found.

The answer carries the name as X-Request-ID, and the tasks that the request starts have it too.
"""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
NAME = "request_id"  # in the headers of a task, and in a record of the log
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # by a proxy that is trusted
current: ContextVar[str] = ContextVar(NAME, default="")


class RequestId:
    """Takes the name that a trusted proxy gave, or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
        name = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        before = current.set(name)
        try:
            response = self.get_response(request)
        finally:
            current.reset(before)
        response.headers[HEADER] = name
        return response


class RequestIdFilter(logging.Filter):
    """Writes the name into each record of the log; "" outside of requests and their tasks."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes."""
        setattr(record, NAME, current.get())
        return True


@before_task_publish.connect
def give_to_task(headers: dict[str, Any] | None = None, **_sent: Any) -> None:
    """The task gets the name of the request that starts it."""
    if headers is not None and current.get():
        headers[NAME] = current.get()


@task_prerun.connect
def take_from_request(task: Any = None, **_run: Any) -> None:
    """The lines of a task carry the name of its request."""
    if not task.request.is_eager:
        current.set(task.request.get(NAME) or "")


@task_postrun.connect
def forget(task: Any = None, **_run: Any) -> None:
    """The next task of this process belongs to another request."""
    if not task.request.is_eager:
        current.set("")
