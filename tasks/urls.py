from django.urls import path
from django.urls.resolvers import URLPattern

from tasks.sharings import WAITING
from tasks.views import my_day, new_task, overrides, overview, programmes, sharing, sharing_decide, task, why

urlpatterns: list[URLPattern] = [
    path("min-dag/", my_day.my_day, name="my_day"),
    path("min-dag/logg/", my_day.log, name="log_work"),
    path("oppgave/<int:task_id>/", task.task, name="task"),
    path("oppgave/<int:task_id>/utfort/", task.complete, name="complete_task"),
    path("oppgave/<int:task_id>/begynn/", task.start, name="start_task"),
    path("oppgave/<int:task_id>/angre/", task.undo, name="undo_task"),
    path("oppgave/<int:task_id>/utsett/", task.postpone, name="postpone_task"),
    path("oppgave/<int:task_id>/gi-videre/", task.hand_on, name="hand_on_task"),
    path("oppgave/<int:task_id>/avbryt/", task.cancel, name="cancel_task"),
    path("oppgave/<int:task_id>/hvorfor/", why.why, name="why"),
    path("oppgave/<int:task_id>/las/", overrides.pin, name="pin_task"),
    path("oppgave/<int:task_id>/las-opp/", overrides.unpin, name="unpin_task"),
    path("oppgave/<int:task_id>/utelukk/", overrides.forbid, name="forbid_task"),
    path("oppgave/<int:task_id>/tillat/", overrides.allow, name="allow_task"),
    path("oppgave/<int:task_id>/sett-inn/", overrides.place, name="place_task"),
    path("oppgaver/ny/", new_task.new_task, name="new_task"),
    path("team/overtid/", overview.overtime, name="allow_overtime"),
    path("fordeling/", sharing.sharing, name="sharing"),
    path("fordeling/foresla/", sharing_decide.propose, name="propose_sharing"),
    path("fordeling/<int:run_id>/ta-i-bruk/", sharing_decide.apply, name="apply_sharing"),
    path("fordeling/<int:run_id>/forkast/", sharing_decide.discard, name="discard_sharing"),
    path("fordeling/<int:run_id>/angre/", sharing_decide.undo, name="undo_sharing"),
    path("fordeling/<int:run_id>/", sharing.sharing_run, name="sharing_run"),
    path(
        "fordeling/<int:run_id>/venter/", sharing.sharing_person, {"group": WAITING}, name="sharing_waiting"
    ),
    path("fordeling/<int:run_id>/til/<int:group>/", sharing.sharing_person, name="sharing_person"),
    path("ingen/", overview.pool, name="pool"),
    path("pasienter/<int:patient_id>/oppfolging/", overview.patient_plans, name="patient_plans"),
    path("team/", overview.team, name="team"),
    path("programmer/", programmes.programmes, name="programmes"),
    path("programmer/<int:programme_id>/", programmes.programme, name="programme"),
    path("programmer/<int:programme_id>/godkjenn/", programmes.approve, name="approve_programme"),
    path("programmer/<int:programme_id>/start/", programmes.start, name="start_plans"),
    path("natt/", programmes.run_night, name="run_night"),
]
