"""Two people at one task: whoever comes second is told, keeps what they typed, and nothing is overwritten."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tasks.actions import doing
from tasks.models import Closing, Task, TaskEvent, Verb
from tasks.presenters.story import BY_NOBODY, BY_SOMEBODY, happened
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

SHEET = {"HX-Request": "true", "HX-Target": "ark", "HX-Current-URL": "http://testserver/min-dag/"}
Two = tuple[Client, Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def task(solbakken: Cast) -> Task:
    """A telephone call that both the nurse and the secretary may take; the secretary has it."""
    return make_task(
        solbakken.clinic, "telefonsporsmal", assignee=solbakken.secretary, patient=make_patient(solbakken)
    )


@pytest.fixture
def two(solbakken: Cast) -> Two:
    return logged_in(solbakken.secretary), logged_in(solbakken.nurse)


def in_row(task: Task) -> dict[str, str]:
    return {**SHEET, "HX-Target": f"oppgave-{task.pk}"}


def state(task: Task) -> tuple[Any, ...]:
    task.refresh_from_db()
    return task.state, task.minutes, task.done_by_id, task.version, task.events.count()


@pytest.mark.parametrize("where", ["row", "sheet", "page"])
def test_done_by_two_at_once_is_done_by_the_first_and_the_second_is_told(
    task: Task, two: Two, where: str
) -> None:
    first, second = two
    first.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "12", "version": "1"})
    before = state(task)
    headers = {"row": in_row(task), "sheet": SHEET, "page": {}}[where]
    answer = second.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "47", "version": "1"}, headers=headers)
    assert answer.status_code == 422
    page = text_of(answer)
    assert re.search(r"Siri Sand utførte denne i dag kl\. \d\d\.\d\d, 12 min\.", page)
    assert "47" in page
    assert "La det stå" in page
    assert "Gjør det likevel" not in page
    assert ("<html" in page) == (where == "page")
    assert state(task) == before


def test_what_the_second_one_did_can_be_logged_as_their_own(solbakken: Cast, task: Task, two: Two) -> None:
    first, second = two
    first.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "12", "version": "1"})
    page = text_of(
        second.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "47", "version": "1"}, headers=in_row(task))
    )
    kind = re.search(r'name="kind" value="(\d+)"', page)
    assert kind and "Logg min tid også" in page
    second.post("/min-dag/logg/", {"kind": kind[1], "minutes": "47"})
    logged = Task.objects.get(logged=True)
    assert (logged.minutes, logged.done_by) == (47, solbakken.nurse)


@pytest.mark.parametrize("where", ["row", "sheet", "page"])
def test_changed_but_open_can_be_done_all_the_same_knowingly(
    solbakken: Cast, task: Task, two: Two, where: str
) -> None:
    doing.postpone(
        task.pk, by=solbakken.secretary, until=oslo_date(timezone.now()) + DAY, reason="Ringer i morgen", at=timezone.now()
    )  # fmt: skip
    before = state(task)
    headers = {"row": in_row(task), "sheet": SHEET, "page": {}}[where]
    answer = two[1].post(f"/oppgave/{task.pk}/utfort/", {"minutes": "7", "version": "1"}, headers=headers)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Siri Sand utsatte denne i dag" in page
    assert "Ringer i morgen" in page
    assert state(task) == before
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version and version[1] == "2"
    assert re.search(r'name="minutes"[^>]*value="7"', page)
    again = two[1].post(f"/oppgave/{task.pk}/utfort/", {"minutes": "7", "version": version[1]})
    assert again.status_code == 302
    assert state(task)[:3] == ("done", 7, solbakken.nurse.pk)


def test_la_det_sta_shows_the_row_as_it_is(task: Task, two: Two) -> None:
    two[0].post(f"/oppgave/{task.pk}/utfort/", {"minutes": "12", "version": "1"})
    row = two[1].get(f"/oppgave/{task.pk}/rad/", headers=in_row(task))
    assert "utført på 12 min" in text_of(row)
    assert two[1].get(f"/oppgave/{task.pk}/rad/")["Location"] == f"/min-dag/#oppgave-{task.pk}"


FORMS = {
    "utsett": {"until": "IMORGEN", "reason": "Venter på svar fra røntgen"},
    "gi-videre": {"to": "team", "reason": "Venter på svar fra røntgen"},
    "ikke-nadd": {"channel": "phone", "note": "Venter på svar fra røntgen"},
    "avslutt": {"closing": "not_needed", "reason": "Venter på svar fra røntgen"},
}


@pytest.mark.parametrize("verb", FORMS)
@pytest.mark.parametrize("ended", [False, True], ids=["changed", "ended"])
def test_every_form_of_the_sheet_keeps_what_was_typed_and_changes_nothing(
    solbakken: Cast, task: Task, two: Two, verb: str, ended: bool
) -> None:
    first, second = two
    if ended:
        first.post(
            f"/oppgave/{task.pk}/avslutt/", {"closing": "not_needed", "reason": "Ordnet", "version": "1"}
        )
    else:
        first.post(f"/oppgave/{task.pk}/begynn/")
    before = state(task)
    sent = {k: str(oslo_date(timezone.now()) + DAY) if v == "IMORGEN" else v for k, v in FORMS[verb].items()}
    answer = second.post(f"/oppgave/{task.pk}/{verb}/", {**sent, "version": "1"}, headers=SHEET)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Siri Sand" in page
    assert "Venter på svar fra røntgen" in page
    assert ("Gjør det likevel" in page) == (not ended)
    assert state(task) == before
    if not ended:
        form = re.search(r'form="(skjema-\w+)">Gjør det likevel', page)
        assert form and f'id="{form[1]}"' in page
        again = second.post(f"/oppgave/{task.pk}/{verb}/", {**sent, "version": str(before[3])})
        assert again.status_code == 302


LEADERS = ("las", "las-opp", "utelukk", "tillat")


@pytest.mark.parametrize("verb", LEADERS)
@pytest.mark.parametrize("ended", [False, True], ids=["changed", "ended"])
def test_a_leader_who_comes_second_is_told_and_may_decide_it_knowingly(
    solbakken: Cast, task: Task, two: Two, verb: str, ended: bool
) -> None:
    secretary, leader = two[0], logged_in(solbakken.doctor)
    Task.objects.filter(pk=task.pk).update(forbidden=[solbakken.second_doctor.pk], pinned=True)
    who = {
        "las": {"to": solbakken.nurse.pk},
        "utelukk": {"member": solbakken.nurse.pk},
        "tillat": {"member": solbakken.second_doctor.pk},
    }
    sent = {**who.get(verb, {}), "reason": "Kjenner pasienten best"}
    if ended:
        secretary.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "12", "version": "1"})
    else:
        at = timezone.now()
        doing.postpone(task.pk, by=solbakken.secretary, until=oslo_date(at) + DAY, reason="", at=at)
    before = state(task)
    answer = leader.post(f"/oppgave/{task.pk}/{verb}/", {**sent, "version": "1"}, headers=SHEET)
    page = text_of(answer)
    assert answer.status_code == 422
    assert ("Siri Sand utførte denne" if ended else "Siri Sand utsatte denne") in page
    assert "Kjenner pasienten best" in page
    assert ("Gjør det likevel" in page) == (not ended)
    assert state(task) == before
    if not ended:
        form = re.search(r'form="(skjema-\w+)">Gjør det likevel', page)
        assert form
        again = re.search(rf'id="{form[1]}".*?name="version" value="(\d+)"', page, re.DOTALL)
        assert again
        assert leader.post(f"/oppgave/{task.pk}/{verb}/", {**sent, "version": again[1]}).status_code == 302
        assert state(task)[3] == before[3] + 1


def test_a_letter_that_came_second_is_kept_on_the_page(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "rekv_sykehus", assignee=solbakken.doctor, patient=make_patient(solbakken)
    )
    doctor, colleague = logged_in(solbakken.doctor), logged_in(solbakken.second_doctor)
    colleague.post(f"/oppgave/{task.pk}/utfort/", {"minutes": "3", "version": "1"})
    sent = {"rule": "H2", "text": "Mitt lange brev om MR", "version": "1"}
    answer = doctor.post(f"/oppgave/{task.pk}/returner/", sent)
    assert answer.status_code == 422
    assert "Arne Aune utførte denne" in text_of(answer)
    assert "Mitt lange brev om MR" in text_of(answer)
    assert not task.returns.exists()


# --- somebody is at it


def test_a_colleague_who_is_at_it_is_named_and_can_be_taken_over_from_knowingly(
    solbakken: Cast, task: Task, two: Two
) -> None:
    two[0].post(f"/oppgave/{task.pk}/begynn/", {"timer": "1"})
    page = text_of(two[1].get(f"/oppgave/{task.pk}/"))
    assert "Siri Sand har startet denne." in page
    assert "Ta over" in page
    refused = two[1].post(f"/oppgave/{task.pk}/begynn/", {"timer": "1"}, headers=SHEET)
    assert refused.status_code == 422
    assert Task.objects.get(pk=task.pk).assignee == solbakken.secretary
    assert two[1].post(f"/oppgave/{task.pk}/ta-over/", {"version": "2"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.assignee, task.timer_from) == ("started", solbakken.nurse, None)
    assert [e.verb for e in task.events.order_by("id")][-2:] == [Verb.RELEASE, Verb.START]
    assert "Siri Sand har startet denne" not in text_of(two[1].get(f"/oppgave/{task.pk}/"))


def test_whoever_takes_over_second_is_told_and_pressed_twice_nothing_more_happens(
    solbakken: Cast, task: Task, two: Two
) -> None:
    two[0].post(f"/oppgave/{task.pk}/begynn/", {"timer": "1"})
    page = text_of(two[1].get(f"/oppgave/{task.pk}/"))
    shown = re.search(r'id="skjema-ta-over".*?name="version" value="(\d+)"', page)
    assert shown
    sent = {"version": shown[1]}
    third = make_member(solbakken.clinic, "Tove Tangen", "secretary")
    colleague = logged_in(third)
    assert colleague.post(f"/oppgave/{task.pk}/ta-over/", sent).status_code == 302
    before = state(task)
    assert colleague.post(f"/oppgave/{task.pk}/ta-over/", sent).status_code == 302
    for none_or_old in (sent, {}):
        answer = two[1].post(f"/oppgave/{task.pk}/ta-over/", none_or_old, headers=SHEET)
        assert answer.status_code == 422
        assert 'form="skjema-ta-over">Gjør det likevel' in text_of(answer)
        assert "Tove Tangen har startet denne." in text_of(answer)
    assert state(task) == before
    assert task.events.count() == 3
    again = two[1].post(f"/oppgave/{task.pk}/ta-over/", {"version": str(before[3])})
    assert again.status_code == 302
    task.refresh_from_db()
    assert task.assignee == solbakken.nurse


@pytest.mark.parametrize("address", ["http://testserver//evil.com", "http://["])
def test_whatever_address_the_browser_tells_nobody_is_led_elsewhere(
    task: Task, two: Two, address: str
) -> None:
    headers = {**SHEET, "HX-Current-URL": address}
    sent = {"minutes": "3", "version": "1"}
    answer = two[0].post(f"/oppgave/{task.pk}/utfort/", sent, headers=headers)
    assert answer["HX-Redirect"] == f"/min-dag/#oppgave-{task.pk}"
    sent = {"closing": "not_needed", "version": "2"}
    two[0].post(f"/oppgave/{task.pk}/angre/", headers=headers)
    sent["version"] = str(Task.objects.get(pk=task.pk).version)
    assert two[0].post(f"/oppgave/{task.pk}/avslutt/", sent, headers=headers)["HX-Redirect"] == "/min-dag/"


def test_who_may_not_do_it_does_not_take_it_over(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "sykmelding", assignee=solbakken.doctor, patient=make_patient(solbakken)
    )
    logged_in(solbakken.doctor).post(f"/oppgave/{task.pk}/begynn/")
    secretary = logged_in(solbakken.secretary)
    assert "Ta over" not in text_of(secretary.get(f"/oppgave/{task.pk}/"))
    assert secretary.post(f"/oppgave/{task.pk}/ta-over/", {"version": "2"}).status_code == 422
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("started", solbakken.doctor)


# --- in words


@pytest.mark.parametrize("verb", Verb)
def test_everything_that_can_happen_is_told_in_a_sentence(solbakken: Cast, task: Task, verb: Verb) -> None:
    for by in (solbakken.secretary, None):
        event = TaskEvent(
            task=task, verb=verb, by=by, to_member=solbakken.nurse, at=MORNING,
            after={"minutes": 12, "closing": str(Closing.DECLINED), "by": "phone"},
        )  # fmt: skip
        told = happened(event, by=solbakken.nurse, today=MONDAY)
        assert "%(" not in told.text
        assert told.text.endswith(".")
        assert "08.00" in told.text
        assert (by is None) or told.text.startswith("Siri Sand")
    assert verb in BY_SOMEBODY
    assert set(BY_NOBODY) <= set(Verb)


def test_given_to_who_has_taken_it_over_meanwhile_it_is_told_so(
    solbakken: Cast, task: Task, two: Two
) -> None:
    """Whoever has it cannot be given it: that is no wrong choice, but somebody who was first."""
    doing.start(task.pk, by=solbakken.nurse, at=timezone.now(), version=1)
    sent = {"to": str(solbakken.nurse.pk), "reason": "Du kjenner pasienten", "version": "1"}
    answer = two[0].post(f"/oppgave/{task.pk}/gi-videre/", sent, headers=SHEET)
    assert answer.status_code == 422
    assert all(text in text_of(answer) for text in ('class="conflict"', "Nina Nes", "Du kjenner pasienten"))
