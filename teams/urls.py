from django.urls import path
from django.urls.resolvers import URLPattern

from teams.views import hours, members, places

urlpatterns: list[URLPattern] = [
    path("plass/", places.choose_place, name="choose_place"),
    path("team/ingen-plass/", places.no_place, name="no_place"),
    path("team/medlemmer/", members.members, name="members"),
    path("team/medlemmer/ny/", members.new_member, name="new_member"),
    path("team/medlem/<int:member_id>/", members.member, name="member"),
    path("team/medlem/<int:member_id>/endre/", members.change, name="change_member"),
    path("team/medlem/<int:member_id>/arbeidstid/", hours.hours, name="hours"),
    path("team/medlem/<int:member_id>/plikt/", hours.new_duty, name="new_duty"),
    path("team/plikt/<int:duty_id>/avslutt/", hours.end, name="end_duty"),
]
