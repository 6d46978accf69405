"""Getting in, and what happens to what was open when one is out again."""

from __future__ import annotations

import pytest
from django.test import Client

from patients.models import PatientAccess
from teams.models import Member, User
from tests.conftest import STARTED, Cast, let_in, logged_in, logged_in_user
from tests.tasks.conftest import make_patient, make_task

pytestmark = pytest.mark.django_db


def test_somebody_without_a_place_is_told_so_everywhere() -> None:
    client = logged_in_user(User.objects.create_user("uten", password=None))
    for url in ("/min-dag/", "/team/", "/pasienter/", "/rapporter/"):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, "/team/ingen-plass/"), url
    assert client.post("/min-dag/logg/", {"kind": "1"}).status_code == 302
    assert "ingen plass" in client.get("/team/ingen-plass/").content.decode()


def test_a_fragment_after_the_session_has_ended_sends_the_page_to_the_login() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/min-dag/"}
    answer = Client().post("/oppgave/1/utfort/", headers=headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/konto/login/?next=/min-dag/")


def test_a_form_from_the_clinic_one_has_left_is_refused(solbakken: Cast, furulund: Cast) -> None:
    there = let_in(
        Member.objects.create(
            clinic=furulund.clinic,
            user=solbakken.nurse.user,
            name="Nina",
            profession="nurse",
            starts_on=STARTED,
        )
    )
    client = logged_in(solbakken.nurse)
    client.handler.enforce_csrf_checks = True
    old = client.get("/min-dag/").context["csrf_token"]
    assert client.post("/plass/", {"member": there.pk, "csrfmiddlewaretoken": str(old)}).status_code == 302
    late = client.post("/min-dag/logg/", {"kind": "1", "csrfmiddlewaretoken": str(old)})
    assert late.status_code == 403
    assert "gått ut på dato" in late.content.decode()


@pytest.mark.parametrize("path", ["password/reset/", "signup/", "email/", "password/set/"])
def test_what_is_not_offered_is_not_there(path: str) -> None:
    assert Client().get(f"/konto/{path}").status_code == 404
    assert Client().post(f"/konto/{path}", {"email": "a@example.no"}).status_code == 404


def test_opening_a_task_of_a_patient_is_seen_in_the_access_log(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    patient = make_patient(solbakken)
    task = make_task(solbakken.clinic, "sarstell", assignee=solbakken.nurse, patient=patient)
    nurse.get(f"/oppgave/{task.pk}/")
    nurse.get(f"/pasienter/{patient.pk}/hendelser/")
    found = PatientAccess.objects.filter(patient=patient, member=solbakken.nurse).order_by("pk")
    assert list(found.values_list("what", flat=True)) == ["oppgave", "hendelser"]
