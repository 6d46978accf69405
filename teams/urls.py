from django.urls import path
from django.urls.resolvers import URLPattern

from teams.views import accesses, hours, invitations, logins, members, places

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
    path("team/medlem/<int:member_id>/innlogging/", logins.member_login, name="member_login"),
    path("team/medlem/<int:member_id>/innlogging/trekk/", logins.take_back, name="take_back_link"),
    path("team/medlem/<int:member_id>/trekk-tilgang/", accesses.withdraw, name="withdraw_access"),
    path("team/tilganger/", accesses.accesses, name="accesses"),
    path("team/tilganger/matrise/", accesses.matrix, name="permissions"),
    path("team/tilganger/godkjenn/", accesses.approve, name="approve_access"),
    path("invitasjon/", invitations.invitation, name="invitation"),
    path("invitasjon/<str:token>/", invitations.open_invitation, name="open_invitation"),
]
