"""URLs of deliverables, handovers and requests."""

from django.urls import path

from dashboard.work.views import deliverables, requests

urlpatterns = [
    path("periods/<uuid:pk>/work/", deliverables.WorkPage.as_view(), name="work"),
    path("deliverables/<uuid:pk>/", deliverables.CorrectCount.as_view(), name="deliverable"),
    path("deliverables/<uuid:pk>/hand-over/", deliverables.HandOver.as_view(), name="hand_over"),
    path(
        "deliverables/<uuid:pk>/settle/",
        deliverables.SettleDeliverable.as_view(),
        name="deliverable_settle",
    ),
    path(
        "handovers/<uuid:pk>/take-back/",
        deliverables.RemoveHandover.as_view(),
        name="handover_take_back",
    ),
    path("handovers/<uuid:pk>/file/", deliverables.HandoverFile.as_view(), name="handover_file"),
    path("requests/", requests.Inbox.as_view(), name="requests"),
    path("requests/<uuid:pk>/", requests.RequestPage.as_view(), name="request"),
    path(
        "requests/<uuid:pk>/estimate/", requests.EstimateRequest.as_view(), name="request_estimate"
    ),
    path("requests/<uuid:pk>/time/", requests.LogTimeForRequest.as_view(), name="request_time"),
]
