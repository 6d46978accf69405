from django.urls import path
from django.urls.resolvers import URLPattern

from patients.views import imports, patients

urlpatterns: list[URLPattern] = [
    path("import/", imports.imports, name="imports"),
    path("import/<int:run_id>/", imports.import_run, name="import_run"),
    path("import/<int:run_id>/avviste.csv", imports.import_problems, name="import_problems"),
    path("pasienter/<int:patient_id>/", patients.patient, name="patient"),
]
