from django.urls import path
from django.urls.resolvers import URLPattern

from patients.views import access_log, blocking, corrections, imports, imports_decide, imports_rows

urlpatterns: list[URLPattern] = [
    path("import/", imports.imports, name="imports"),
    path("import/<int:run_id>/", imports.import_run, name="import_run"),
    path("import/<int:run_id>/kolonner/", imports_decide.import_columns, name="import_columns"),
    path("import/<int:run_id>/ta-inn/", imports_decide.import_confirm, name="import_confirm"),
    path("import/<int:run_id>/forkast/", imports_decide.import_discard, name="import_discard"),
    path("import/<int:run_id>/avviste/", imports_rows.import_refused, name="import_refused"),
    path("import/<int:run_id>/avviste.csv", imports_rows.import_problems, name="import_problems"),
    path("import/<int:run_id>/<slug:fate>/", imports_rows.import_changes, name="import_changes"),
    path("pasienter/<int:patient_id>/rett/", corrections.correct_patient, name="correct_patient"),
    path("pasienter/<int:patient_id>/tilstander/ny/", corrections.new_condition, name="new_condition"),
    path(
        "pasienter/tilstand/<int:condition_id>/<str:what>/",
        corrections.change_condition,
        name="change_condition",
    ),
    path("pasienter/<int:patient_id>/innsyn/", corrections.accesses, name="patient_accesses"),
    path("pasienter/<int:patient_id>/innsyn/utskrift/", access_log.own_log, name="own_log"),
    path("innsyn/sperringer/", blocking.blocks, name="blocks"),
    path("innsyn/sperringer/<int:block_id>/opphev/", blocking.end_block, name="end_block"),
    path("innsyn/nodapning/", blocking.break_glass, name="break_glass"),
    path("innsyn/logg/", access_log.access_log, name="access_log"),
    path("innsyn/logg/fil/", access_log.access_log_file, name="access_log_file"),
    path("innsyn/logg/<int:shown_id>/", access_log.access_list, name="access_list"),
]
