"""Sends unexpected errors to Sentry. Imported only if SENTRY_DSN is set.

What people wrote stays here, and so does who they are.
"""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import ignore_logger

from retainer_hub.watching import request_id
from retainer_hub.watching.log_format import without_tokens


def begin() -> None:
    """Let this process report its errors from now on: none of its requests and no measurement."""
    ignore_logger("django.security.DisallowedHost")  # anybody can cause it, as often as they like
    sentry_sdk.init(
        settings.SENTRY_DSN,
        release=settings.VERSION,
        auto_enabling_integrations=False,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        before_send=scrubbed,
        max_breadcrumbs=0,  # they hold the statements sent to the database
        max_request_body_size="never",
        include_local_variables=False,
        auto_session_tracking=False,
    )


def scrubbed(event: Any, hint: dict[str, Any]) -> Any:
    """Return the event with no more of the request than its method, page and name."""
    request = event.pop("request", {})
    kept = {name: request[name] for name in ("method", "url") if name in request}
    event |= {"request": kept} if kept else {}
    event.pop("user", None)
    event.pop("server_name", None)
    event.setdefault("tags", {})[request_id.NAME] = request_id.current.get()
    return _clean(event)


def _clean(value: Any) -> Any:
    """The same without tokens in any text."""
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]
    return without_tokens(value) if isinstance(value, str) else value
