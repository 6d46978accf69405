"""Reports: the closed weeks, one week, and its charts."""

from django.urls import path
from django.urls.resolvers import URLPattern

from reports.views import behind, departments, list_size, mail, moved, municipal, weeks

urlpatterns: list[URLPattern] = [
    path("kommune/", municipal.municipality, name="municipality"),
    path("rapporter/", weeks.weeks, name="reports"),
    path("rapporter/listestorrelse/", list_size.list_size, name="list_size"),
    path("rapporter/listestorrelse/tak/", list_size.set_cap, name="set_list_cap"),
    path("rapporter/listestorrelse/sats/", list_size.set_grant_rate, name="set_grant_rate"),
    path("rapporter/listestorrelse/sats/bort/", list_size.forget_grant_rate, name="forget_grant_rate"),
    path("rapporter/flyttet/", moved.realised, name="moved"),
    path("rapporter/e-post/", mail.by_mail, name="by_mail"),
    path("rapporter/e-post/slutt/", mail.no_mail, name="no_mail"),
    path("rapporter/e-post/<int:delivery_id>/igjen/", mail.mail_again, name="mail_again"),
    path("rapporter/avdelinger/", departments.per_department, name="departments"),
    path("rapporter/avdelinger/avdelinger.pdf", departments.per_department_pdf, name="departments_pdf"),
    path("rapporter/<int:year>/<int:number>/", weeks.week, name="report"),
    path("rapporter/<int:year>/<int:number>/bak/<slug:what>/", behind.tasks_behind, name="behind"),
    path("rapporter/<int:year>/<int:number>/uke.<slug:kind>", weeks.export, name="report_export"),
    path("rapporter/<int:year>/<int:number>/<slug:chart>.svg", weeks.chart, name="report_chart"),
]
