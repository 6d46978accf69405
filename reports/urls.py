"""Reports: the closed weeks, one week, and its charts."""

from django.urls import path
from django.urls.resolvers import URLPattern

from reports.views import list_size, weeks

urlpatterns: list[URLPattern] = [
    path("rapporter/", weeks.weeks, name="reports"),
    path("rapporter/listestorrelse/", list_size.list_size, name="list_size"),
    path("rapporter/listestorrelse/tak/", list_size.set_cap, name="set_list_cap"),
    path("rapporter/<int:year>/<int:number>/", weeks.week, name="report"),
    path("rapporter/<int:year>/<int:number>/uke.<slug:kind>", weeks.export, name="report_export"),
    path("rapporter/<int:year>/<int:number>/<slug:chart>.svg", weeks.chart, name="report_chart"),
]
