"""The addresses of the product, and that of a bare page. Only what opens pages loads them."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View

from core.tenancy import BusinessView

SIZE = 20_000  # characters of the bare page, about as many as the overview has


class Bare(BusinessView, View):
    """A page that asks who is signed in, and no more."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"<p>{self.business.name}</p>".ljust(SIZE))


urlpatterns = [path("bare/", Bare.as_view()), path("", include("retainer_hub.urls"))]
