"""URLs of the overview and the search."""

from django.urls import path

from dashboard.home import views

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("search/", views.Search.as_view(), name="search"),
]
