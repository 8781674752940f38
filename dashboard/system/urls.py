"""URLs of sign-in links, the email log and the system status."""

from django.urls import path

from dashboard.system import email_log, views

urlpatterns = [
    path("jobs/", views.Jobs.as_view(), name="jobs"),
    path("letters/", email_log.Letters.as_view(), name="letters"),
    path("letters/<uuid:pk>/again/", email_log.SendAgain.as_view(), name="letter_again"),
    path("mail/", views.mail, name="mail"),
    path("mail/<uuid:pk>/", views.letter, name="letter"),
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
]
