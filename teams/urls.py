from django.urls import path
from django.urls.resolvers import URLPattern

from teams import views

urlpatterns: list[URLPattern] = [
    path("plass/", views.choose_place, name="choose_place"),
    path("team/ingen-plass/", views.no_place, name="no_place"),
]
