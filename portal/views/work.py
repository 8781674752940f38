"""The deliverables of a period as the client sees them, and the files handed over."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agreements.models import Period
from core.dates import local_day
from core.tenancy import scoped
from core.web.download import attachment
from delivery.models import Handover
from delivery.work import checklist, handover_files
from portal.access import PortalView


class WorkPage(PortalView):
    """Every deliverable of a period: what was handed over, is late, was carried or waived."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        periods = scoped(Period, self.contact.business).filter(agreement__client=self.client)
        period = periods.select_related("agreement").filter(pk=pk).first()
        if period is None:
            raise Http404
        today = local_day(timezone.now(), period.agreement.time_zone)
        siblings = periods.filter(agreement=period.agreement)
        context = {
            "period": period,
            "lines": checklist.checklist_lines([period], today)[period.pk],
            "before": siblings.filter(starts_on__lt=period.starts_on)
            .order_by("-starts_on")
            .first(),
            "after": siblings.filter(starts_on__gt=period.starts_on).order_by("starts_on").first(),
        }
        return render(request, "portal/work.html", context)


class HandoverFile(PortalView):
    """Download the file of a handover."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        handovers = scoped(Handover, self.contact.business).filter(
            deliverable__period__agreement__client=self.client
        )
        handover = handovers.filter(pk=pk).first()
        content = handover_files.read_file(handover) if handover else None
        if handover is None or content is None:
            raise Http404
        return attachment(content, handover.file_name, handover.content_type)
