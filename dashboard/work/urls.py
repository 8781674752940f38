"""URLs of deliverables, handovers and requests."""

from django.urls import path

from dashboard.work.views import deliverables, requests

urlpatterns = [
    path("periods/<uuid:pk>/work/", deliverables.WorkPage.as_view(), name="work"),
    path("deliverables/<uuid:pk>/", deliverables.Tick.as_view(), name="deliverable"),
    path("deliverables/<uuid:pk>/hand-over/", deliverables.HandOver.as_view(), name="hand_over"),
    path(
        "deliverables/<uuid:pk>/settle/", deliverables.Settle.as_view(), name="deliverable_settle"
    ),
    path(
        "handovers/<uuid:pk>/take-back/", deliverables.TakeBack.as_view(), name="handover_take_back"
    ),
    path("handovers/<uuid:pk>/file/", deliverables.HandoverFile.as_view(), name="handover_file"),
    path("requests/", requests.Inbox.as_view(), name="requests"),
    path("requests/<uuid:pk>/", requests.RequestPage.as_view(), name="request"),
    path("requests/<uuid:pk>/estimate/", requests.Estimate.as_view(), name="request_estimate"),
    path("requests/<uuid:pk>/time/", requests.LogTime.as_view(), name="request_time"),
]
