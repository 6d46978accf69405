"""Hva om: scenarios, and what is done with one."""

from django.urls import path
from django.urls.resolvers import URLPattern

from scenarios import views

urlpatterns: list[URLPattern] = [
    path("rapporter/hva-om/", views.scenarios, name="scenarios"),
    path("rapporter/hva-om/nytt/", views.new_scenario, name="new_scenario"),
    path("rapporter/hva-om/<int:scenario_id>/", views.scenario, name="scenario"),
    path("rapporter/hva-om/<int:scenario_id>/regn/", views.run_scenario, name="run_scenario"),
    path("rapporter/hva-om/<int:scenario_id>/navn/", views.rename_scenario, name="rename_scenario"),
    path("rapporter/hva-om/<int:scenario_id>/del/", views.share_scenario, name="share_scenario"),
    path("rapporter/hva-om/<int:scenario_id>/slett/", views.delete_scenario, name="delete_scenario"),
]
