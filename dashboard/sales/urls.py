"""URLs of sales: pipeline, fit check, calls, objections and testimonials."""

from django.urls import path

from dashboard.sales.views import call_list, calls, fit, objections, pipeline, testimonials

urlpatterns = [
    path("pipeline/", pipeline.PipelineBoard.as_view(), name="pipeline"),
    path("clients/<uuid:pk>/stage/", pipeline.MoveClient.as_view(), name="client_move"),
    path("clients/<uuid:pk>/lost/", pipeline.LoseClient.as_view(), name="client_lost"),
    path("clients/<uuid:pk>/fit/", fit.FitPage.as_view(), name="client_fit"),
    path("clients/<uuid:pk>/calls/new/", calls.BookCall.as_view(), name="call_new"),
    path("clients/<uuid:pk>/objections/", objections.LogObjection.as_view(), name="objection_new"),
    path("calls/", call_list.Calls.as_view(), name="calls"),
    path("calls/<uuid:pk>/", calls.CallPage.as_view(), name="call"),
    path("calls/<uuid:pk>/move/", calls.RescheduleCall.as_view(), name="call_move"),
    path("calls/<uuid:pk>/cancel/", calls.CancelCall.as_view(), name="call_cancel"),
    path("calls/<uuid:pk>/call.ics", calls.CallCalendarFile.as_view(), name="call_file"),
    path("objections/", objections.Objections.as_view(), name="objections"),
    path("objections/<uuid:pk>/", objections.ObjectionPage.as_view(), name="objection"),
    path("replies/<uuid:pk>/put-away/", objections.ArchiveReply.as_view(), name="reply_put_away"),
    path("settings/testimonials/", testimonials.Testimonials.as_view(), name="testimonials"),
    path(
        "settings/testimonials/<uuid:pk>/",
        testimonials.EditTestimonial.as_view(),
        name="testimonial",
    ),
    path(
        "settings/testimonials/<uuid:pk>/retire/",
        testimonials.RetireTestimonial.as_view(),
        name="testimonial_retire",
    ),
    path(
        "settings/testimonials/<uuid:pk>/letter/",
        testimonials.ReferenceLetter.as_view(),
        name="testimonial_letter",
    ),
]
