from django.urls import path
from django.urls.resolvers import URLPattern

from teams.views import places

urlpatterns: list[URLPattern] = [
    path("plass/", places.choose_place, name="choose_place"),
    path("team/ingen-plass/", places.no_place, name="no_place"),
]
