"""The doors of the API: a key instead of a session, JSON in and out, the business's own rows only (docs/api.md)."""

from typing import Any

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
from core.web.throttle import address, too_often
from delivery.kpis import readings
from delivery.kpis.measure import Written
from delivery.kpis.readings import No
from delivery.models import Kpi
from delivery.models.kpi import Source
from delivery.rules.errors import BadReadings

LARGEST = 1_000_000  # bytes
WINDOW = 60  # seconds
CALLS = 120  # of one key in a window
STRANGERS = 30  # calls of one address in a window without a key that opens
STATUS = {No.UNKNOWN: 404, No.CLOSED: 409}


def says(status: int, error: str, words: str, **more: Any) -> JsonResponse:
    """An error as JSON: its name for the program, a sentence for the person who reads the log."""
    return JsonResponse({"error": error, "message": words, **more}, status=status)


@method_decorator(csrf_exempt, name="dispatch")
class Door(View):
    """Lets a key in. No session is looked at, so that no page of somebody else's can post here."""

    key: ApiKey

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = self._refused(request) or super().dispatch(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> JsonResponse:
        words = _("This address does not take %(method)s.") % {"method": request.method}
        answer = says(405, "method_not_allowed", words)
        answer.headers["Allow"] = ", ".join(
            name.upper() for name in self.http_method_names if hasattr(self, name)
        )
        return answer

    def _refused(self, request: HttpRequest) -> JsonResponse | None:
        way, _space, secret = request.headers.get("Authorization", "").partition(" ")
        found = (
            api_keys.find(secret.strip(), now=timezone.now()) if way.lower() == "bearer" else None
        )
        who = str(found.pk) if found else address(request)
        if too_often(
            "api" if found else "api_stranger",
            who,
            limit=CALLS if found else STRANGERS,
            seconds=WINDOW,
        ):
            answer = says(429, "too_many_requests", _("Too many calls. Try again in a minute."))
            answer.headers["Retry-After"] = str(WINDOW)
            return answer
        if found is None:
            answer = says(
                401, "unauthorized", _("Send a key that is in use: Authorization: Bearer …")
            )
            answer.headers["WWW-Authenticate"] = 'Bearer realm="Retainer Hub"'
            return answer
        if found.business.is_suspended:
            return says(403, "suspended", _("This business is suspended."))
        self.key = found
        return None


class Kpis(Door):
    """What can be read: every KPI that is measured, with its id."""

    def get(self, request: HttpRequest) -> JsonResponse:
        rows = scoped(Kpi, self.key.business).filter(retired_at__isnull=True)
        rows = rows.select_related("agreement__client").order_by("created_at", "name", "pk")
        return JsonResponse({"kpis": [_kpi(row) for row in rows]})


class Readings(Door):
    """Takes one reading or up to 1,000, all or none. The same again changes nothing; another value corrects."""

    def post(self, request: HttpRequest) -> JsonResponse:
        try:
            raw = request.body
        except RequestDataTooBig:  # Django's own limit, before it is read
            raw = b" " * (LARGEST + 1)
        if len(raw) > LARGEST:
            return says(413, "too_large", _("A call takes up to 1,000 readings in 1 MB."))
        try:
            wanted, faults = body.read(raw)
        except body.NotJson:
            return says(400, "bad_json", _("The body is not JSON."))
        except body.TooMany:
            return says(413, "too_large", _("A call takes up to 1,000 readings in 1 MB."))
        if faults:
            errors = [
                {"index": one.place, "field": one.field, "message": one.words} for one in faults
            ]
            return says(422, "bad_reading", faults[0].words, errors=errors)
        return self._write(wanted)

    def _write(self, wanted: list[readings.Wanted]) -> JsonResponse:
        actor = f"API: {self.key.name}"
        try:
            done = readings.write(
                business=self.key.business,
                wanted=wanted,
                now=timezone.now(),
                actor=actor,
                source=Source.HTTP,
            )
        except BadReadings as no:
            errors = [
                {"index": one.place, "error": one.why, "message": one.words} for one in no.bad
            ]
            return says(
                STATUS.get(no.bad[0].why, 422), no.bad[0].why, no.bad[0].words, errors=errors
            )
        new = sum(one.is_new for one in done)
        return JsonResponse(
            {"readings": [_reading(one) for one in done]}, status=201 if new else 200
        )


def _reading(one: Written) -> dict[str, str]:
    row = one.reading
    became = "unchanged" if not one.is_new else "corrected" if one.was else "created"
    return {
        "kpi": str(row.kpi_id),
        "on": row.on.isoformat(),
        "value": str(row.value),
        "result": became,
    }


def _kpi(row: Kpi) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "unit": row.unit,
        "kind": row.kind,
        "shape": row.shape,
        "target": str(row.target),
        "baseline": str(row.baseline),
        "less_is_better": row.less_is_better,
        "agreement": row.agreement.title,
        "client": row.agreement.client.name,
    }
