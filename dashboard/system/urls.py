"""URLs of sign-in links, the email log and the system status."""

from django.urls import path

from dashboard.system import email_log, invitations, recovery, views

urlpatterns = [
    path("jobs/", views.SystemStatus.as_view(), name="jobs"),
    path(
        "jobs/set-aside/<uuid:pk>/try-again/",
        views.ReleaseSetAside.as_view(),
        name="set_aside_release",
    ),
    path("jobs/compare/", recovery.Compare.as_view(), name="recovery_compare"),
    path("jobs/go-on/", recovery.GoOn.as_view(), name="recovery_go_on"),
    path("jobs/found/<uuid:pk>/", recovery.CloseFound.as_view(), name="recovery_close"),
    path("jobs/invite/", invitations.Invite.as_view(), name="invite"),
    path("letters/", email_log.EmailLog.as_view(), name="letters"),
    path("letters/<uuid:pk>/", email_log.SentEmail.as_view(), name="sent_email"),
    path("letters/<uuid:pk>/html/", email_log.SentEmailHtml.as_view(), name="sent_email_html"),
    path(
        "letters/<uuid:pk>/attachment/",
        email_log.SentEmailAttachment.as_view(),
        name="sent_email_attachment",
    ),
    path("letters/<uuid:pk>/again/", email_log.ResendEmail.as_view(), name="letter_again"),
    path("mail/", views.local_outbox, name="mail"),
    path("mail/<uuid:pk>/", views.local_email, name="letter"),
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
]
