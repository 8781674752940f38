"""URLs of the overview and the search."""

from django.urls import path

from dashboard.home import samples, views

urlpatterns = [
    path("", views.Home.as_view(), name="home"),
    path("samples/", samples.LoadSamples.as_view(), name="samples_load"),
    path("samples/remove/", samples.RemoveSamples.as_view(), name="samples_remove"),
    path("search/", views.Search.as_view(), name="search"),
]
