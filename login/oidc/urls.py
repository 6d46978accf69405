from django.urls import path
from django.urls.resolvers import URLPattern

from login.oidc import views

urlpatterns: list[URLPattern] = [
    path("logg-inn/<slug:provider_id>/", views.start, name="oidc_start"),
    path("logg-inn/<slug:provider_id>/svar/", views.answer, name="oidc_answer"),
]
