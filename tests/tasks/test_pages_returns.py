"""Back to the sender through the web: the rule, the letter, what waits for an answer, and the answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import PatientAccess
from tasks.actions import returns
from tasks.letters import RULES
from tasks.models import SenderReturn, Task
from teams.calendar import DAY
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_patient, make_task


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def doctor(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


@pytest.fixture
def requisition(solbakken: Cast) -> Task:
    return make_task(
        solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, sender="Ortopedisk poliklinikk",
        name="Rekvirere MR av kne", patient=make_patient(solbakken),
    )  # fmt: skip


@pytest.fixture
def sent(solbakken: Cast, requisition: Task) -> SenderReturn:
    return returns.return_to_sender(
        requisition.pk, by=solbakken.doctor, rule="H2", text="Vi returnerer oppgaven.", at=timezone.now()
    )


def test_the_letter_is_proposed_by_the_rule_and_stored_as_it_was_changed(
    doctor: Client, requisition: Task
) -> None:
    url = f"/oppgave/{requisition.pk}/returner/"
    page = text_of(doctor.get(url))
    assert "Til Ortopedisk poliklinikk" in page
    assert RULES["H2"].title in page
    assert "Lunde" not in page
    assert RULES["H1"].text.strip()[-60:] in text_of(doctor.get(f"{url}?regel=H1"))
    answer = doctor.post(url, {"rule": "H1", "text": "Henvis selv, takk.", "version": "1"})
    letter = SenderReturn.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/returer/{letter.pk}/")
    assert (letter.rule, letter.text, letter.task.state) == ("H1", "Henvis selv, takk.", "returned")


def test_only_rules_that_fit_are_offered_and_taken(solbakken: Cast, doctor: Client) -> None:
    certificate = make_task(solbakken.clinic, "attest_uten_plikt", assignee=solbakken.doctor)
    url = f"/oppgave/{certificate.pk}/returner/"
    page = text_of(doctor.get(url))
    assert "§ 35" in page
    assert "H2" not in page
    assert doctor.post(url, {"rule": "H2", "text": "Nei.", "version": "1"}).status_code == 422
    ours = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor)
    assert doctor.get(f"/oppgave/{ours.pk}/returner/").status_code == 404
    assert "Returner til avsender" not in text_of(doctor.get(f"/oppgave/{ours.pk}/"))
    assert "Returner til avsender" in text_of(doctor.get(f"/oppgave/{certificate.pk}/"))


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "Gjelder Per Lunde.", "Gjelder 01036012345."])
def test_a_letter_that_is_empty_too_long_or_tells_who_is_refused_and_kept(
    doctor: Client, requisition: Task, text: str
) -> None:
    answer = doctor.post(f"/oppgave/{requisition.pk}/returner/", {"rule": "H2", "text": text, "version": "1"})
    assert answer.status_code == 422
    assert text.strip() in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    assert not SenderReturn.objects.exists()
    requisition.refresh_from_db()
    assert requisition.state == "assigned"


def test_a_colleague_without_a_say_is_told_so(solbakken: Cast, requisition: Task) -> None:
    answer = logged_in(solbakken.secretary).post(
        f"/oppgave/{requisition.pk}/returner/", {"rule": "H2", "text": "Nei.", "version": "1"}
    )
    assert answer.status_code == 422
    assert "Bare den som har oppgaven" in text_of(answer)


def test_the_letter_page_says_who_for_paper_only_and_that_somebody_looked(
    doctor: Client, sent: SenderReturn
) -> None:
    looks = PatientAccess.objects.count()
    page = text_of(doctor.get(f"/returer/{sent.pk}/"))
    assert "Vi returnerer oppgaven." in page
    assert "Lunde, født 01.03.1960" in page
    assert 'class="on-paper"' in page
    assert "Lunde" not in sent.text
    assert PatientAccess.objects.count() == looks + 1


def test_what_waits_is_listed_with_since_when_and_answered(
    solbakken: Cast, doctor: Client, sent: SenderReturn
) -> None:
    page = text_of(doctor.get("/returer/"))
    assert "Rekvirere MR av kne" in page
    assert "Ortopedisk poliklinikk. Sendt" in page
    assert "Svar innen" in page
    SenderReturn.objects.filter(pk=sent.pk).update(answer_due_on=timezone.localdate() - 3 * DAY)
    assert "3 dager over svarfristen" in text_of(doctor.get("/returer/"))
    answer = doctor.post(f"/returer/{sent.pk}/svar/", {"answer": "taken", "note": "Ringte tilbake"})
    assert (answer.status_code, answer["Location"]) == (302, "/returer/")
    assert "Ingenting venter på svar." in text_of(doctor.get("/returer/"))
    assert "Ringte tilbake" in text_of(doctor.get(f"/returer/{sent.pk}/"))


def test_we_do_it_all_the_same_opens_the_same_task(
    solbakken: Cast, doctor: Client, sent: SenderReturn
) -> None:
    answer = doctor.post(f"/returer/{sent.pk}/svar/", {"answer": "kept", "note": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"/oppgave/{sent.task_id}/")
    task = Task.objects.get(pk=sent.task_id)
    assert (task.state, task.assignee) == ("assigned", solbakken.doctor)


def test_answered_by_two_the_second_is_told_and_the_first_answer_stands(
    solbakken: Cast, doctor: Client, sent: SenderReturn
) -> None:
    doctor.post(f"/returer/{sent.pk}/svar/", {"answer": "taken", "note": ""})
    answer = logged_in(solbakken.second_doctor).post(
        f"/returer/{sent.pk}/svar/", {"answer": "kept", "note": ""}
    )
    assert answer.status_code == 422
    assert "Svaret er alt ført." in text_of(answer)
    assert Task.objects.get(pk=sent.task_id).state == "returned"


@pytest.mark.parametrize("answer", [{}, {"answer": "kanskje"}, {"answer": "taken", "note": "x" * 301}])
def test_an_answer_that_is_none_is_refused(
    doctor: Client, sent: SenderReturn, answer: dict[str, str]
) -> None:
    assert doctor.post(f"/returer/{sent.pk}/svar/", answer).status_code == 422
    sent.refresh_from_db()
    assert sent.answer == ""


def test_another_clinic_reads_no_letter_and_answers_none(furulund: Cast, sent: SenderReturn) -> None:
    stranger = logged_in(furulund.doctor)
    assert stranger.get(f"/returer/{sent.pk}/").status_code == 404
    assert stranger.post(f"/returer/{sent.pk}/svar/", {"answer": "taken", "note": ""}).status_code == 404
    assert "Rekvirere MR" not in text_of(stranger.get("/returer/"))


def test_another_clinic_reads_no_text_for_the_journal(
    solbakken: Cast, furulund: Cast, requisition: Task
) -> None:
    from tasks.models import JournalNote

    assert requisition.patient is not None
    note = JournalNote.objects.create(
        clinic=solbakken.clinic, task=requisition, patient=requisition.patient, text="Tekst", by=solbakken.doctor,
        at=timezone.now(),
    )  # fmt: skip
    assert logged_in(furulund.doctor).get(f"/journaltekst/{note.pk}/").status_code == 404
    assert logged_in(solbakken.doctor).get(f"/journaltekst/{note.pk}/").status_code == 200


def test_the_manager_reads_no_letters(solbakken: Cast, sent: SenderReturn) -> None:
    manager = logged_in(solbakken.manager)
    assert {manager.get(url).status_code for url in ("/returer/", f"/returer/{sent.pk}/")} == {403}


def test_the_list_takes_as_many_queries_for_one_letter_as_for_forty(
    solbakken: Cast, doctor: Client, sent: SenderReturn
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get("/returer/").status_code == 200
        return len(captured)

    queries()
    one = queries()
    for _ in range(40):
        task = make_task(
            solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, patient=make_patient(solbakken)
        )
        returns.return_to_sender(task.pk, by=solbakken.doctor, rule="H2", text="Nei.", at=timezone.now())
    assert queries() == one <= 11


def test_no_rule_is_chosen_for_a_kind_that_has_none_of_its_own(solbakken: Cast, doctor: Client) -> None:
    """A letter on the wrong ground is worse than one press more."""
    sutures = make_task(solbakken.clinic, "sykmelding", assignee=solbakken.doctor, origin="hospital")
    url = f"/oppgave/{sutures.pk}/returner/"
    page = text_of(doctor.get(url))
    assert "Velg regel" in page
    assert "<textarea" not in page
    assert "<textarea" in text_of(doctor.get(f"{url}?regel=H1"))
    assert doctor.post(url, {"text": "Vi returnerer.", "version": "1"}).status_code == 422
    assert not SenderReturn.objects.exists()
