"""URLs of the four steps after signing up."""

from django.urls import path

from dashboard.welcome import views

urlpatterns = [
    path("welcome/", views.YouStep.as_view(), name="welcome"),
    path("welcome/business/", views.BusinessStep.as_view(), name="welcome_business"),
    path("welcome/work/", views.WorkStep.as_view(), name="welcome_work"),
    path("welcome/client/", views.ClientStep.as_view(), name="welcome_client"),
    path(
        "welcome/checklist/dismiss/",
        views.DismissChecklist.as_view(),
        name="welcome_dismiss",
    ),
]
