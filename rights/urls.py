"""A patient's rights, and what is kept for how long."""

from django.urls import path
from django.urls.resolvers import URLPattern

from rights.views import deletion, patient, rectify, retention

urlpatterns: list[URLPattern] = [
    path("pasienter/<int:patient_id>/rettigheter/", patient.patient_rights, name="patient_rights"),
    path("pasienter/<int:patient_id>/rettigheter/alt/", patient.export_all, name="export_all"),
    path("pasienter/<int:patient_id>/rettigheter/sletting/", patient.ask_deletion, name="ask_deletion"),
    path("oppbevaring/", retention.retention, name="retention"),
    path("oppbevaring/tilbake/<int:tombstone_id>/", retention.may_stay, name="may_stay"),
    path("oppbevaring/sletting/<int:request_id>/", deletion.deletion, name="deletion"),
    path("oppbevaring/sletting/<int:request_id>/stans/", deletion.stop_deletion, name="stop_deletion"),
    path("oppbevaring/sletting/<int:request_id>/avslag.pdf", deletion.refusal_letter, name="refusal_letter"),
    path("oppgave/<int:task_id>/rettelser/", rectify.rectify_task, name="rectify_task"),
]
