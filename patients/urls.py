from django.urls import path
from django.urls.resolvers import URLPattern

from patients.views import corrections, imports, patients

urlpatterns: list[URLPattern] = [
    path("import/", imports.imports, name="imports"),
    path("import/<int:run_id>/", imports.import_run, name="import_run"),
    path("import/<int:run_id>/avviste.csv", imports.import_problems, name="import_problems"),
    path("pasienter/", patients.patients, name="patients"),
    path("pasienter/<int:patient_id>/rett/", corrections.correct_patient, name="correct_patient"),
    path("pasienter/<int:patient_id>/tilstander/ny/", corrections.new_condition, name="new_condition"),
    path(
        "pasienter/tilstand/<int:condition_id>/<str:what>/",
        corrections.change_condition,
        name="change_condition",
    ),
    path("pasienter/<int:patient_id>/innsyn/", corrections.accesses, name="patient_accesses"),
]
