"""Sign in by link, read emails without a mail server, and see the system status."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agreements.signing import seal
from agreements.signing.seal_check import WARN_DAYS
from billing.recovery import compare
from billing.runs.billing_run import last_run as last_billing_run
from core import links, nudge
from core.continuity import standing
from core.documents import certificate
from core.jobs import set_aside
from core.models import SetAside, User
from core.models.link import LinkPurpose
from core.outbox import email_log
from core.system import administrators, invite, rows_set_aside
from core.system.health_checks import (
    NAMES,
    findings,
    last_backup,
    last_drill,
    late_backup,
    next_hour,
)
from core.team.roles import Area
from dashboard.page import DashboardView
from dashboard.settings.subjects import SettingsView
from delivery.reports.report_run import last_run as last_report_run

SHOWN = 100  # rows set aside


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link made on the command line.

    GET shows a button and changes nothing, because mail programs fetch links in advance; POST signs
    in.
    """
    now = timezone.now()
    link = links.find(token, purpose=LinkPurpose.SIGN_IN, now=now)
    user = email_log.user_of(link) if link else None
    if link is None or user is None:
        return render(request, "dashboard/system/sign_in_stale.html", status=410)
    if request.method == "POST" and links.consume(link, now=now):
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("dashboard:home")
    return render(request, "dashboard/system/sign_in.html", {"person": user})


@require_safe
def local_outbox(request: HttpRequest) -> HttpResponse:
    """The newest emails of an installation without a mail server; Http404 unless DEBUG is on."""
    _require_local_mail()
    return render(request, "dashboard/system/mail.html", {"letters": email_log.newest(100)})


@require_safe
def local_email(request: HttpRequest, pk: Any) -> HttpResponse:
    """One of these emails, with its links filled in. Raises Http404 unless DEBUG is on."""
    _require_local_mail()
    email = email_log.by_id(pk)
    if email is None:
        raise Http404
    return render(
        request,
        "dashboard/system/letter.html",
        {"letter": email, "text": links.fill(email.text, email.mark)},
    )


def _require_local_mail() -> None:
    """Raise Http404 unless this is a development installation without a mail server."""
    if not (settings.DEBUG and settings.MAIL_IS_LOCAL):
        raise Http404


def _user(request: HttpRequest) -> User:
    """The signed-in user of a dashboard page."""
    assert isinstance(request.user, User)
    return request.user


class ReleaseSetAside(DashboardView):
    """Try a row again that a job has set aside."""

    needs = Area.SYSTEM

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        rows = rows_set_aside.visible_to(_user(request), self.business)
        row = self.row(SetAside, pk, rows)
        set_aside.release(rows.filter(pk=row.pk), actor=self.actor, now=timezone.now())
        messages.success(request, _("We try it again now."))
        is_own = row.business_id == self.business.pk
        return redirect(rows_set_aside.page_url(row) if is_own else "dashboard:jobs")


class SystemStatus(SettingsView):
    """The system status: last and next runs, and the checks. POST starts the jobs now."""

    needs = Area.SYSTEM
    template = "dashboard/system/jobs.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        checks = findings(now)
        return self.show(
            request,
            version=settings.VERSION,
            set_aside=[
                (row, rows_set_aside.sentence(row), rows_set_aside.page_url(row))
                for row in rows_set_aside.visible_to(_user(request), self.business)[:SHOWN]
            ],
            still=standing.in_doubt(),
            is_keeper=administrators.looks_after(_user(request)),
            invites=invite.invites(),
            found=compare.open_objects(self.business),
            failed_steps=rows_set_aside.failed_steps() if _user(request).is_staff else [],
            checks=[(NAMES[name], problem) for name, problem in checks.items()],
            stuck=bool(checks["worker"] or checks["beat"]),
            billing=last_billing_run(),
            reports=last_report_run(),
            next_billing=next_hour(now),
            waiting=seal.late_documents(self.business, now),
            last_backup=last_backup(),
            last_drill=last_drill(),
            late_backup=late_backup(now),
            backs_up=bool(settings.BACKUP_TO),
            seal_ends=certificate.own(),
            seal_days=certificate.days_left(now),
            seal_trouble=checks["seal"],
            ends_soon=WARN_DAYS,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not administrators.looks_after(_user(request)):
            raise PermissionDenied
        nudge.ring("billing.tasks.bill")
        nudge.ring("delivery.tasks.send_reports")
        messages.success(request, _("The billing run starts now."))
        return redirect("dashboard:jobs")
