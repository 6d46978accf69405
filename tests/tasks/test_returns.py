"""Back to the sender with the rule named, and the same task again when the sender says no."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from reports.actions.closing import close_weeks
from reports.models import WorkLine
from tasks.actions import doing, returns
from tasks.actions.changing import Changed
from tasks.letters import DATA, RULES, letter, rules_for, tells_who
from tasks.life import NotAllowed
from tasks.models import Answer, SenderReturn, Task
from tasks.queries import waiting_returns
from teams.calendar import DAY, Week
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

LETTER = "Vi returnerer oppgaven."


@pytest.fixture
def requisition(solbakken: Cast) -> Task:
    return make_task(
        solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, sender="Ortopedisk poliklinikk",
        patient=make_patient(solbakken), planned_on=MONDAY,
    )  # fmt: skip


def send(task: Task, by: Any, **given: Any) -> SenderReturn:
    return returns.return_to_sender(
        task.pk, **{"by": by, "rule": "H2", "text": LETTER, "at": MORNING, **given}
    )


# --- rules and letters


def test_every_rule_has_its_source_and_a_letter_without_anybodys_name() -> None:
    assert set(RULES) == {"H1", "H2", "H3", "H4", "H5", "H6", "§ 35"}
    for rule in RULES.values():
        text = letter(rule, what="MR av kne", sender="Ortopedi", clinic="Solbakken", today=MONDAY)
        assert rule.source in text
        assert "MR av kne" in text
        assert "{" not in text
        assert ("5 virkedager" in text) == (not rule.refuses)


def test_the_catalogues_rules_are_among_them() -> None:
    with (DATA / "return_rules.toml").open("rb") as file:
        codes = [row["code"] for row in tomllib.load(file)["rule"]]
    assert len(codes) == len(set(codes)) == len(RULES)


def test_what_a_hospital_sends_may_be_any_of_its_own_the_kinds_own_first() -> None:
    assert [r.code for r in rules_for("H2", "hospital")] == ["H2", "H1", "H3", "H4", "H5", "H6"]
    assert [r.code for r in rules_for("", "hospital")] == ["H1", "H2", "H3", "H4", "H5", "H6"]
    assert [r.code for r in rules_for("§ 35", "patient")] == ["§ 35"]
    assert rules_for("", "patient") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Gjelder 010170 12345", True),
        ("Gjelder 01017012345.", True),
        ("Telefon 22 33 44 55, sak 2026/1234567", False),
        ("Gjelder Per Lunde", True),
        ("Gjelder lunde, per", True),
        ("Per i dag har vi ikke kapasitet", False),
        ("Gjelder Lunde", True),
        ("P. Lunde f. 05.11.1990", True),
        ("Lundes prøver", True),
        ("Blundet ikke i natt", False),
        ("Gjelder 010190  12345", True),
        ("Gjelder 010190\u00a012345", True),
        ("Gjelder 010190\u201312345", True),
        ("Gjelder 010190\n12345", True),
        ("Gjelder 01 01 90 12345", True),
        ("Pasienten er født 5.11.1990.", True),
        ("Pasienten er født 05.11.90", True),
        ("Pasienten, 051190", True),
        ("Pasienten, 05111990", True),
        ("Pasienten, 1990-11-05", True),
        ("Solbakken, 05.11.2026", False),
    ],
)
def test_a_letter_that_tells_who_the_patient_is_is_found(text: str, told: bool) -> None:
    assert tells_who(text, ("Per", "Lunde"), dt.date(1990, 11, 5)) is told


def test_what_the_drafted_letter_says_itself_tells_nothing() -> None:
    drafted = "Til Dal sykehus\n\nVi returnerer MR av kne."
    assert not tells_who(drafted, ("Kari", "Dal"), drafted=drafted)
    assert tells_who(f"{drafted} Gjelder Dal.", ("Kari", "Dal"), drafted=drafted)
    assert not tells_who("Vi kan gi raad", ("Kari", "Aa"))
    assert tells_who("Gjelder Kari Aa", ("Kari", "Aa"))


def test_a_letter_with_a_family_name_is_not_stored_and_the_draft_is(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, sender="Lunde sykehus",
        patient=make_patient(solbakken),
    )  # fmt: skip
    rule = RULES["H2"]
    draft = letter(rule, what=task.name, sender=task.sender, clinic=solbakken.clinic.name, today=MONDAY)
    for added in ("Gjelder Lunde", "Født 01.03.1960"):
        with pytest.raises(ValueError, match="text"):
            send(task, solbakken.doctor, text=f"{draft}\n{added}")
    assert send(task, solbakken.doctor, text=draft).text == draft


# --- sending


def test_returned_it_waits_five_working_days_for_an_answer(solbakken: Cast, requisition: Task) -> None:
    sent = send(requisition, solbakken.doctor)
    requisition.refresh_from_db()
    assert (requisition.state, requisition.closing, requisition.done_by) == ("returned", "returned", None)
    assert (sent.rule, sent.sender, sent.text) == ("H2", "Ortopedisk poliklinikk", LETTER)
    assert sent.answer_due_on == MONDAY + 7 * DAY
    assert waiting_returns(solbakken.nurse) == [sent]
    event = requisition.events.get()
    assert (event.verb, event.after["rule"]) == ("return", "H2")
    assert event.reason == f"{RULES['H2'].title} (H2)"


def test_what_nobody_is_obliged_to_do_is_declined_and_waits_for_nothing(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "attest_uten_plikt", assignee=solbakken.doctor)
    sent = send(task, solbakken.doctor, rule="§ 35")
    task.refresh_from_db()
    assert (task.state, task.closing, sent.answer_due_on) == ("returned", "refused", None)
    assert waiting_returns(solbakken.doctor) == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rule": "H9"}, "rule"),
        ({"rule": "§ 35"}, "rule"),
        ({"text": "  "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "Gjelder Per Lunde"}, "text"),
        ({"reason": "x" * 301}, "reason"),
    ],
)
def test_what_is_wrong_is_named(
    solbakken: Cast, requisition: Task, given: dict[str, str], field: str
) -> None:
    with pytest.raises(ValueError, match=f"^{field}$"):
        send(requisition, solbakken.doctor, **given)
    assert not SenderReturn.objects.exists()


def test_whoever_has_no_part_in_it_returns_nothing(
    solbakken: Cast, furulund: Cast, requisition: Task
) -> None:
    with pytest.raises(PermissionDenied):
        send(requisition, solbakken.secretary)
    with pytest.raises(Task.DoesNotExist):
        send(requisition, furulund.doctor)
    with pytest.raises(Changed):
        send(requisition, solbakken.doctor, version=requisition.version + 1)
    send(requisition, solbakken.doctor)
    with pytest.raises(NotAllowed):
        send(requisition, solbakken.doctor)


# --- the answer


def test_the_sender_does_it_and_that_is_that(solbakken: Cast, requisition: Task) -> None:
    sent = send(requisition, solbakken.doctor)
    told = returns.answer(
        sent.pk, by=solbakken.secretary, answer=Answer.TAKEN, note="Ringte", at=MORNING + DAY
    )
    assert (told.answer, told.answered_by, told.answer_note) == ("taken", solbakken.secretary, "Ringte")
    requisition.refresh_from_db()
    assert requisition.state == "returned"
    assert waiting_returns(solbakken.doctor) == []
    with pytest.raises(NotAllowed, match="alt ført"):
        returns.answer(sent.pk, by=solbakken.secretary, answer=Answer.KEPT, note="", at=MORNING + DAY)


def test_done_all_the_same_it_is_the_same_task_again(solbakken: Cast, requisition: Task) -> None:
    sent = send(requisition, solbakken.doctor)
    opened, due = requisition.opened_at, requisition.due_on
    returns.answer(sent.pk, by=solbakken.secretary, answer=Answer.KEPT, note="Haster", at=MORNING + DAY)
    requisition.refresh_from_db()
    assert (requisition.state, requisition.assignee, requisition.closing, requisition.ended_at) == (
        "assigned", solbakken.doctor, "", None,
    )  # fmt: skip
    assert (requisition.opened_at, requisition.due_on, requisition.planned_on) == (opened, due, None)
    done = doing.complete(requisition.pk, by=solbakken.doctor, minutes=5, at=MORNING + DAY)
    assert done.state == "done"


def test_whose_it_was_and_is_gone_the_team_gets_it(solbakken: Cast, requisition: Task) -> None:
    sent = send(requisition, solbakken.doctor)
    type(solbakken.doctor).objects.filter(pk=solbakken.doctor.pk).update(ends_on=MONDAY)
    returns.answer(sent.pk, by=solbakken.secretary, answer=Answer.KEPT, note="", at=MORNING + DAY)
    requisition.refresh_from_db()
    assert (requisition.state, requisition.assignee) == ("open", None)


def test_another_clinics_letter_is_not_there(solbakken: Cast, furulund: Cast, requisition: Task) -> None:
    sent = send(requisition, solbakken.doctor)
    assert waiting_returns(furulund.doctor) == []
    with pytest.raises(SenderReturn.DoesNotExist):
        returns.answer(sent.pk, by=furulund.doctor, answer=Answer.KEPT, note="", at=MORNING)
    with pytest.raises(ValueError, match="answer"):
        returns.answer(sent.pk, by=solbakken.doctor, answer="kanskje", note="", at=MORNING)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="note"):
        returns.answer(sent.pk, by=solbakken.doctor, answer=Answer.TAKEN, note="x" * 301, at=MORNING)


def test_returned_and_declined_are_counted_in_the_week(solbakken: Cast, requisition: Task) -> None:
    certificate = make_task(solbakken.clinic, "attest_uten_plikt", assignee=solbakken.doctor)
    called_off = make_task(solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor)
    send(requisition, solbakken.doctor)
    send(certificate, solbakken.doctor, rule="§ 35")
    doing.cancel(called_off.pk, by=solbakken.doctor, reason="", at=MORNING)
    kept = make_task(solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor)
    letter_ = send(kept, solbakken.doctor)
    returns.answer(letter_.pk, by=solbakken.doctor, answer=Answer.KEPT, note="", at=MORNING)
    week = Week.of(MONDAY)
    close_weeks(now=week.ends_at + dt.timedelta(hours=5), week=week)
    lines = WorkLine.objects.filter(clinic=solbakken.clinic, ended_undone__gt=0)
    assert {(line.kind.slug, line.ended_undone, line.returned) for line in lines} == {
        ("rekv_sykehus", 2, 1),
        ("attest_uten_plikt", 1, 1),
    }
