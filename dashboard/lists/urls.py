"""URLs of the saved views of all lists."""

from django.urls import path

from dashboard.lists import views

urlpatterns = [
    path("lists/views/", views.SaveView.as_view(), name="view_save"),
    path("lists/views/<uuid:pk>/", views.ChangeView.as_view(), name="view_change"),
]
