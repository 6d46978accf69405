from django.urls import path
from django.urls.resolvers import URLPattern

from tasks.views import my_day, overview, programmes, task, why

urlpatterns: list[URLPattern] = [
    path("min-dag/", my_day.my_day, name="my_day"),
    path("min-dag/logg/", my_day.log, name="log_work"),
    path("oppgave/<int:task_id>/", task.task, name="task"),
    path("oppgave/<int:task_id>/utfort/", task.complete, name="complete_task"),
    path("oppgave/<int:task_id>/angre/", task.undo, name="undo_task"),
    path("oppgave/<int:task_id>/utsett/", task.postpone, name="postpone_task"),
    path("oppgave/<int:task_id>/gi-videre/", task.hand_on, name="hand_on_task"),
    path("oppgave/<int:task_id>/avbryt/", task.cancel, name="cancel_task"),
    path("oppgave/<int:task_id>/hvorfor/", why.why, name="why"),
    path("ingen/", overview.pool, name="pool"),
    path("pasienter/<int:patient_id>/oppfolging/", overview.patient_plans, name="patient_plans"),
    path("team/", overview.team, name="team"),
    path("programmer/", programmes.programmes, name="programmes"),
    path("programmer/<int:programme_id>/", programmes.programme, name="programme"),
    path("programmer/<int:programme_id>/godkjenn/", programmes.approve, name="approve_programme"),
    path("programmer/<int:programme_id>/start/", programmes.start, name="start_plans"),
    path("natt/", programmes.run_night, name="run_night"),
]
