"""The views of the API (docs/api.md).

A key replaces the session; requests and responses are JSON, and hold only the business's own rows.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from api import body
from core.models import ApiKey
from core.tenancy import scoped
from core.web import api_keys
from core.web.throttle import network, too_often
from delivery.kpis import readings
from delivery.kpis.kpi_changes import WrittenReading
from delivery.kpis.readings import Refusal
from delivery.models import Kpi
from delivery.models.kpi import Source
from delivery.rules.errors import BadReadings

LARGEST = 1_000_000  # bytes
WINDOW = 60  # seconds
CALLS_ALLOWED = 120  # of one key in a window
CALLS_WITHOUT_KEY = 30  # calls without a valid key from one IP address in a window
STATUS = {Refusal.UNKNOWN: 404, Refusal.CLOSED: 409}


def error_response(status: int, error: str, message: str, **fields: Any) -> JsonResponse:
    """Return an error as JSON.

    `error` is its name, for the program; the message is for the person who reads the program's log.
    """
    return JsonResponse({"error": error, "message": message, **fields}, status=status)


@method_decorator(csrf_exempt, name="dispatch")
class ApiKeyView(View):
    """The base of all views: admits a request by its API key.

    Sessions are ignored, so no other site can post here with a visitor's cookies.
    """

    key: ApiKey

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check the key, then answer the request; no answer may be cached."""
        response = self._refusal(request) or super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> JsonResponse:
        """Answer 405 as JSON, with the allowed methods in the header `Allow`."""
        message = _("This address does not take %(method)s.") % {"method": request.method}
        response = error_response(405, "method_not_allowed", message)
        response.headers["Allow"] = ", ".join(
            name.upper() for name in self.http_method_names if hasattr(self, name)
        )
        return response

    def _refusal(self, request: HttpRequest) -> JsonResponse | None:
        """Return the response for a request by http, without a valid key, or with too many calls.

        None when the request may go on; then `key` is set.
        """
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            message = _("Use https. Take this key back and make another: it was sent unencrypted.")
            return error_response(403, "https_required", message)
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        key = (
            api_keys.find(secret.strip(), now=timezone.now())
            if scheme.lower() == "bearer"
            else None
        )
        caller = str(key.pk) if key else network(request)
        if too_often(
            "api" if key else "api_stranger",
            caller,
            limit=CALLS_ALLOWED if key else CALLS_WITHOUT_KEY,
            seconds=WINDOW,
            now=timezone.now(),
        ):
            response = error_response(
                429, "too_many_requests", _("Too many calls. Try again in a minute.")
            )
            response.headers["Retry-After"] = str(WINDOW)
            return response
        if key is None:
            response = error_response(
                401, "unauthorized", _("Send a key that is in use: Authorization: Bearer …")
            )
            response.headers["WWW-Authenticate"] = 'Bearer realm="Retainer Hub"'
            return response
        if key.business.is_suspended:
            return error_response(403, "suspended", _("This business is suspended."))
        self.key = key
        return None


class KpiList(ApiKeyView):
    """Lists every KPI that is measured, with its id."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return the KPIs of the business."""
        kpis = scoped(Kpi, self.key.business).filter(retired_at__isnull=True)
        kpis = kpis.select_related("agreement__client").order_by("created_at", "name", "pk")
        return JsonResponse({"kpis": [_kpi(kpi) for kpi in kpis]})


class ReadingList(ApiKeyView):
    """Takes one reading or up to 1,000, all of them or none.

    The same reading again changes nothing; another value corrects it.
    """

    def post(self, request: HttpRequest) -> JsonResponse:
        """Write the readings in the body."""
        try:
            raw = request.body
        except RequestDataTooBig:  # Django's own limit, raised before the body is read
            raw = b" " * (LARGEST + 1)
        if len(raw) > LARGEST:
            return error_response(413, "too_large", _("A call takes up to 1,000 readings in 1 MB."))
        try:
            new_readings, faults = body.read_body(raw)
        except body.NotJson:
            return error_response(400, "bad_json", _("The body is not JSON."))
        except body.TooMany:
            return error_response(413, "too_large", _("A call takes up to 1,000 readings in 1 MB."))
        if faults:
            errors = [
                {"index": fault.place, "field": fault.field, "message": fault.words}
                for fault in faults
            ]
            return error_response(422, "bad_reading", faults[0].words, errors=errors)
        return self._write(new_readings)

    def _write(self, new_readings: list[readings.SubmittedReading]) -> JsonResponse:
        """Write the readings; return what became of each, or why they are refused."""
        actor = f"API: {self.key.name}"
        try:
            results = readings.write_batch(
                business=self.key.business,
                wanted=new_readings,
                now=timezone.now(),
                actor=actor,
                source=Source.HTTP,
            )
        except BadReadings as error:
            errors = [
                {"index": bad.place, "error": bad.why, "message": bad.words} for bad in error.bad
            ]
            return error_response(
                STATUS.get(error.bad[0].why, 422),
                error.bad[0].why,
                error.bad[0].words,
                errors=errors,
            )
        new_count = sum(result.is_new for result in results)
        return JsonResponse(
            {"readings": [_reading(result) for result in results]}, status=201 if new_count else 200
        )


def _reading(result: WrittenReading) -> dict[str, str]:
    """Return a written reading as JSON, with what became of it."""
    reading = result.reading
    outcome = "unchanged" if not result.is_new else "corrected" if result.was else "created"
    return {
        "kpi": str(reading.kpi_id),
        "on": reading.on.isoformat(),
        "value": str(reading.value),
        "result": outcome,
        **({"unusual": result.unusual} if result.unusual else {}),
    }


def _kpi(kpi: Kpi) -> dict[str, Any]:
    """Return a KPI as JSON."""
    return {
        "id": str(kpi.pk),
        "name": kpi.name,
        "unit": kpi.unit,
        "kind": kpi.kind,
        "shape": kpi.shape,
        "target": str(kpi.target),
        "baseline": str(kpi.baseline),
        "less_is_better": kpi.less_is_better,
        "agreement": kpi.agreement.title,
        "client": kpi.agreement.client.name,
    }
