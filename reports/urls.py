"""Reports: the closed weeks, one week, and its charts."""

from django.urls import path
from django.urls.resolvers import URLPattern

from reports import views

urlpatterns: list[URLPattern] = [
    path("rapporter/", views.weeks, name="reports"),
    path("rapporter/<int:year>/<int:number>/", views.week, name="report"),
    path("rapporter/<int:year>/<int:number>/<slug:chart>.svg", views.chart, name="report_chart"),
]
