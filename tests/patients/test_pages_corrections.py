"""The pages on which a patient is set right, and the one that says who has looked."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.actions.corrections import details_of
from patients.models import Condition, Patient, PatientAccess, PatientChange
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in
from tests.patients.test_pages import people


@pytest.fixture
def patient(solbakken: Cast) -> Patient:
    return people(solbakken, 1)[0]


def sent(patient: Patient, **fields: Any) -> dict[str, Any]:
    stood = details_of(Patient.objects.get(pk=patient.pk))
    as_it_is = {
        "given_name": stood.given_name, "family_name": stood.family_name, "birth_date": stood.birth_date,
        "sex": stood.sex, "list_doctor": stood.list_doctor_id or "", "usual_nurse": stood.usual_nurse_id or "",
        "reason": "", "read": stood.digest,
    }  # fmt: skip
    return as_it_is | fields


def condition_of(patient: Patient, code: str = "T90") -> Condition:
    return patient.conditions.get(icpc2=code)


def addresses(patient: Patient) -> dict[str, str]:
    own, condition = f"/pasienter/{patient.pk}", f"/pasienter/tilstand/{condition_of(patient).pk}"
    return {
        f"{own}/rett/": "both", f"{own}/innsyn/": "get", f"{own}/tilstander/ny/": "post",
        **{f"{condition}/{what}/": "post" for what in ("end", "strike", "restore", "resume")},
    }  # fmt: skip


def test_a_manager_and_another_clinic_get_at_nothing(
    solbakken: Cast, furulund: Cast, patient: Patient
) -> None:
    for cast_member, status in ((solbakken.manager, 403), (furulund.doctor, 404)):
        client = logged_in(cast_member)
        for url, how in addresses(patient).items():
            if how != "post":
                assert client.get(url).status_code == status
            if how != "get":
                assert client.post(url, sent(patient)).status_code == status
    assert not PatientAccess.objects.exists()
    assert not PatientChange.objects.exists()


def test_who_the_patient_is_is_corrected_and_the_correction_is_shown(
    solbakken: Cast, patient: Patient
) -> None:
    nurse = logged_in(solbakken.nurse)
    answer = nurse.post(
        f"/pasienter/{patient.pk}/rett/", sent(patient, family_name="Dahl", reason="Giftet seg")
    )
    assert answer.headers["Location"] == f"/pasienter/{patient.pk}/rett/"
    page = nurse.get(answer.headers["Location"]).content.decode()
    assert "1 opplysning er rettet." in page
    shown = page.split('id="rettelser"')[1]
    for words in ("Etternavn", "<s>Oppspinn</s>", "Dahl", "Nina Nes", "«Giftet seg»"):
        assert words in shown
    assert (
        "Ingenting er endret."
        in nurse.post(f"/pasienter/{patient.pk}/rett/", sent(patient), follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"given_name": "Pål"}, "Skriv kort hvorfor, høyst 200 tegn."),
        ({"given_name": ""}, "Skriv navnet."),
        ({"birth_date": "i går"}, "Skriv en dato, for eksempel 24.11.2026."),
        ({"birth_date": "1850-01-01", "reason": "feil"}, "Velg en dag som kan stemme"),
        ({"list_doctor": "999999"}, "Velg et gyldig valg"),
    ],
)
def test_what_cannot_be_is_refused_with_the_form_as_it_was_typed(
    solbakken: Cast, patient: Patient, fields: dict[str, Any], words: str
) -> None:
    answer = logged_in(solbakken.nurse).post(
        f"/pasienter/{patient.pk}/rett/", sent(patient, family_name="Skrevet", **fields)
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="Skrevet"' in page
    assert Patient.objects.get().family_name == "Oppspinn"


def test_whoever_comes_second_is_told_and_can_send_it_again(solbakken: Cast, patient: Patient) -> None:
    first, second = logged_in(solbakken.secretary), logged_in(solbakken.nurse)
    url, old = f"/pasienter/{patient.pk}/rett/", sent(patient, home_care="on")
    first.post(url, sent(patient, sex="male"))
    answer = second.post(url, old)
    assert answer.status_code == 422
    assert "Endret av andre siden du åpnet siden" in answer.content.decode()
    assert "Siri Sand" in answer.content.decode().split('id="rettelser"')[1]
    again = answer.context["details"]["read"].value()
    assert second.post(url, {**old, "sex": "male", "read": again}).status_code == 302
    assert Patient.objects.get().home_care


def test_conditions_are_added_ended_struck_and_brought_back(solbakken: Cast, patient: Patient) -> None:
    nurse, own = logged_in(solbakken.nurse), f"/pasienter/{patient.pk}"
    assert nurse.post(f"{own}/tilstander/ny/", {"icpc2": "R95"}).status_code == 302
    lungs = f"/pasienter/tilstand/{condition_of(patient, 'R95').pk}"
    today = oslo_date(timezone.now())
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("end", {"on": today}, "Har den fortsatt"), ("resume", {}, "Har den ikke lenger: KOLS"),
        ("strike", {"reason": "Feil pasient"}, "strøket som feil"), ("restore", {}, "Strykingen er tatt tilbake."),
    ]  # fmt: skip
    for what, data, words in steps:
        answer = nurse.post(f"{lungs}/{what}/", data, follow=True)
        assert words in answer.content.decode().replace('<span class="visually-hidden">', "").replace(
            "</span>", ""
        )
    assert condition_of(patient, "R95") in patient.conditions.lived_with()
    assert PatientChange.objects.filter(field="condition:R95").count() == 5


def test_a_refused_change_of_a_condition_stands_open_with_words(solbakken: Cast, patient: Patient) -> None:
    nurse, condition = logged_in(solbakken.nurse), f"/pasienter/tilstand/{condition_of(patient).pk}"
    tomorrow = oslo_date(timezone.now()) + DAY
    for url, data, words in (
        (f"{condition}/strike/", {"reason": ""}, "Skriv kort hvorfor."),
        (f"{condition}/end/", {"on": tomorrow}, "Velg en dag etter at den begynte, til og med i dag."),
        (f"/pasienter/{patient.pk}/tilstander/ny/", {"icpc2": "T90"}, "Velg fra listen."),
        (f"/pasienter/{patient.pk}/tilstander/ny/", {"icpc2": "R95", "starts_on": tomorrow}, "Velg en dag etter fødselen"),
    ):  # fmt: skip
        answer = nurse.post(url, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "<details open" in answer.content.decode() or " open>" in answer.content.decode()
    assert not PatientChange.objects.exists()
    assert nurse.post(f"{condition}/tull/").status_code == 404


def test_a_page_of_corrections_is_a_look_at_the_patient(solbakken: Cast, patient: Patient) -> None:
    nurse = logged_in(solbakken.nurse)
    nurse.get(f"/pasienter/{patient.pk}/rett/")
    nurse.get(f"/pasienter/{patient.pk}/innsyn/")
    assert list(PatientAccess.objects.values_list("what", "ground").order_by("pk")) == [
        ("opplysninger og rettelser", "oppfølging"), ("innsynslogg", "internkontroll"),
    ]  # fmt: skip


def test_every_look_is_told_page_by_page_and_none_twice(solbakken: Cast, patient: Patient) -> None:
    at = timezone.now() - dt.timedelta(days=1)
    PatientAccess.objects.bulk_create(
        PatientAccess(
            clinic=solbakken.clinic, patient=patient, member=solbakken.doctor, user=solbakken.doctor.user,
            at=at + dt.timedelta(minutes=n // 7), ground="oppfølging", what=f"side {n}",
        )
        for n in range(120)
    )  # fmt: skip
    nurse, own = logged_in(solbakken.nurse), f"/pasienter/{patient.pk}/innsyn/"
    shown: list[str] = []
    address = own
    while address:
        context = nurse.get(address).context
        shown += [row.what for row in context["lines"] if row.what.startswith("side")]
        address = f"{own}?{urlencode({'etter': context['next']})}" if context["next"] else ""
    assert len(shown) == len(set(shown)) == 120
    part = nurse.get(own, headers={"HX-Request": "true", "HX-Target": "flere"})
    assert part.content.decode().lstrip().startswith("<tr>")
    for nonsense in ("x", "²", "999999999999", "9" * 30, f"2026-01-01~1~{'9' * 30}", "2026-01-01~7~1", "~~"):
        assert nurse.get(f"{own}?etter={nonsense}").status_code == 200


@pytest.mark.parametrize("page", ["rett", "innsyn"])
def test_the_number_of_queries_does_not_grow_with_what_there_is(
    solbakken: Cast, patient: Patient, page: str
) -> None:
    nurse, url = logged_in(solbakken.nurse), f"/pasienter/{patient.pk}/{page}/"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert nurse.get(url).status_code == 200
        return len(captured)

    nurse.post(f"/pasienter/{patient.pk}/rett/", sent(patient, list_doctor=""))
    queries()
    few = queries()
    for n in range(12):
        nurse.post(
            f"/pasienter/{patient.pk}/rett/",
            sent(patient, list_doctor=[solbakken.doctor, solbakken.second_doctor][n % 2].pk),
        )
    for code in ("R95", "R96", "K77", "K78", "L88"):
        nurse.post(f"/pasienter/{patient.pk}/tilstander/ny/", {"icpc2": code})
    queries()  # what was told of the last change is taken out of the session
    assert queries() == few < 30
