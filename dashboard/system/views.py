"""Signing in by link, the local outbox, and the jobs."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agreements.signing import seal
from agreements.signing.seal_expiry import WARN_DAYS
from billing.runs.run import last_run as last_billing_run
from core import links, nudge
from core.documents import certificate
from core.models.link import LinkPurpose
from core.outbox import email_log
from core.system.health_checks import findings, next_hour
from dashboard.page import DashboardView
from delivery.reports.report_run import last_run as last_report_run


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link from the command line: shows a button, and the button signs in."""
    now = timezone.now()
    link = links.find(token, purpose=LinkPurpose.SIGN_IN, now=now)
    user = email_log.user_of(link) if link else None
    if link is None or user is None:
        return render(request, "dashboard/sign_in_stale.html", status=410)
    if request.method == "POST" and links.consume(link, now=now):
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("dashboard:home")
    return render(request, "dashboard/sign_in.html", {"person": user})


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Letters of an installation that has no mail server; only while DEBUG is on."""
    _only_here()
    return render(request, "dashboard/mail.html", {"letters": email_log.newest(100)})


@require_safe
def letter(request: HttpRequest, pk: Any) -> HttpResponse:
    """One letter with its links in place."""
    _only_here()
    found = email_log.by_id(pk)
    if found is None:
        raise Http404
    return render(
        request, "dashboard/letter.html", {"letter": found, "text": links.fill(found.text)}
    )


def _only_here() -> None:
    if not (settings.DEBUG and settings.MAIL_IS_LOCAL):
        raise Http404


class Jobs(DashboardView):
    """The last run, the next run, and whether the worker works."""

    template = "dashboard/jobs.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        found = findings(now)
        return self.show(
            request,
            checks=found,
            stuck=bool(found["worker"] or found["beat"]),
            billing=last_billing_run(),
            reports=last_report_run(),
            next_billing=next_hour(now),
            waiting=seal.waiting(self.business, now),
            seal_ends=certificate.own(),
            seal_days=certificate.days_left(now),
            seal_trouble=found["seal"],
            ends_soon=WARN_DAYS,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        nudge.ring("billing.tasks.bill")
        nudge.ring("delivery.tasks.send_reports")
        messages.success(request, _("The worker was asked to look now."))
        return redirect("dashboard:jobs")
