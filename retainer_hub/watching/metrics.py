"""/metrics for Prometheus: how old what waits is, what the last billing run did, page times.

It answers only who sends METRICS_TOKEN, and names no business and no person.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from billing.models import BillingRun, Collection, GatewayEvent
from billing.rules.states import CollectionState
from billing.runs.billing_run import AUDIT
from core.models import Heartbeat, OutboxEmail, SetAside
from core.system import alerts, health_checks

PAGES = Histogram(
    "retainer_hub_page_seconds",
    "Time that this process took for a request.",
    ["page", "status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)


class PageTimes:
    """Measures every request by the name of its page, never by its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        page = request.resolver_match.view_name if request.resolver_match else ""
        PAGES.labels(page, response.status_code).observe(time.perf_counter() - began)
        return response


class Installation(Collector):
    """What the database says now, whatever the number of its rows."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Gauge]:
        """Yield every figure."""
        yield from self._checks()
        yield from self._waiting()
        yield from self._last_run()
        ages = Gauge(
            "retainer_hub_sign_of_life_seconds",
            "Age of the last sign of life of a worker's queue, the scheduler, or the backup.",
            labels=["of"],
        )
        for row in Heartbeat.objects.exclude(name__startswith=alerts.TROUBLE):
            ages.add_metric([row.name], self._age(row.at))
        yield ages

    def _checks(self) -> Iterator[Gauge]:
        checks = Gauge(
            "retainer_hub_check_ok", "1 if a check of /health/ passes.", labels=["check"]
        )
        for name, problem in health_checks.findings(self.now).items():
            checks.add_metric([name], not problem)
        yield checks

    def _waiting(self) -> Iterator[Gauge]:
        number = Gauge("retainer_hub_waiting", "Rows that are due and wait.", labels=["what"])
        oldest = Gauge(
            "retainer_hub_waiting_seconds",
            "For how long the oldest of them has waited.",
            labels=["what"],
        )
        waiting: dict[str, tuple[QuerySet[Any], str]] = {
            "emails": (OutboxEmail.objects.due(self.now), "next_at"),
            "webhooks": (GatewayEvent.objects.filter(done_at__isnull=True), "received_at"),
            "charges": (_unresolved(self.now), "next_at"),
            "set aside": (SetAside.objects.open(), "created_at"),
            "failed steps": (SetAside.objects.failed_steps(), "created_at"),
        }
        for what, (rows, since) in waiting.items():
            number.add_metric([what], rows.count())
            first = rows.aggregate(first=Min(since))["first"]
            oldest.add_metric([what], self._age(first) if first else 0)
        yield number
        yield oldest

    def _last_run(self) -> Iterator[Gauge]:
        runs = BillingRun.objects.exclude(door=AUDIT).filter(finished_at__isnull=False)
        run = runs.order_by("-started_at", "-pk").first()
        if run is None or run.finished_at is None:
            return
        age = Gauge("retainer_hub_billing_run_age_seconds", "Since the last billing run ended.")
        age.add_metric([], self._age(run.finished_at))
        yield age
        took = Gauge("retainer_hub_billing_run_seconds", "How long the last billing run took.")
        took.add_metric([], (run.finished_at - run.started_at).total_seconds())
        yield took
        did = Gauge("retainer_hub_billing_run_rows", "What the last run did.", labels=["what"])
        for what, number in run.result.items():
            if isinstance(number, int):
                did.add_metric([what], number)
        yield did

    def _age(self, at: datetime) -> float:
        return (self.now - at).total_seconds()


def _unresolved(now: datetime) -> QuerySet[Collection]:
    """Return the charges whose outcome is to be asked for now."""
    open_ones = Collection.objects.exclude(state=CollectionState.DONE)  # as their index says
    return open_ones.filter(state=CollectionState.WAIT, next_at__lte=now)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures as Prometheus reads them. Raises Http404 without the token."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    is_right = kind == "Bearer" and constant_time_compare(token, settings.METRICS_TOKEN)
    is_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
    if not settings.METRICS_TOKEN or not is_right or is_clear:
        raise Http404
    figures = CollectorRegistry()
    figures.register(Installation(timezone.now()))
    body = generate_latest(figures) + generate_latest(REGISTRY)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
