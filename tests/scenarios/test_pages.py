"""Hva om through the web: made, watched, read, shared; and who must see nothing of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scenarios import actions
from scenarios.changes import (
    Away,
    Delegate,
    LessTime,
    ListLength,
    MorePeople,
    NewInterval,
    StartProgramme,
    read,
)
from scenarios.models import Scenario
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import Programme, TaskKind
from teams.calendar import DAY
from teams.models import Access
from tests.conftest import Cast, logged_in, make_member
from tests.scenarios.conftest import made, worked_out
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

URL, NEW = "/rapporter/hva-om/", "/rapporter/hva-om/nytt/"
PROGRESS = {"HX-Request": "true", "HX-Target": "framdrift"}


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def sent(**fields: Any) -> dict[str, Any]:
    return {"name": "Kortere liste", "weeks": "4", "endring": ["0:list"], "e0-percent": "-10", **fields}


@pytest.fixture
def nurse(work: Cast) -> Client:
    return logged_in(work.nurse)


def test_the_first_page_offers_what_can_be_changed(nurse: Client) -> None:
    page = text(nurse.get(URL))
    assert "Ingen ennå." in page
    for what in ("more", "less", "away", "delegate", "interval", "programme", "list"):
        assert f"?endring={what}" in page


def test_made_worked_out_and_read(nurse: Client, work: Cast) -> None:
    assert nurse.post(NEW, sent()).headers["Location"] == f"{URL}{Scenario.objects.get().pk}/"
    scenario = Scenario.objects.get()
    assert (scenario.by, scenario.shared, scenario.changes) == (
        work.nurse,
        False,
        [{"what": "list", "percent": -10}],
    )
    here = f"{URL}{scenario.pk}/"
    waiting = text(nurse.get(here))
    assert "Venter på tur" in waiting and re.search("0 av (8|10) uker", waiting)  # 10: a week has begun
    assert "<html" not in text(nurse.get(here, headers=PROGRESS))
    worked_out(scenario)
    assert nurse.get(here, headers=PROGRESS).headers["HX-Redirect"] == here
    page = text(nurse.get(here))
    for words in ("Listen blir 10 % kortere", "Legetid", "Forfalt", "Harde frister brutt", "Utnyttelse, sykepleier",
                  "ikke et løfte om kortere arbeidsdager", "Ingen har tid"):  # fmt: skip
        assert words in page
    assert "Utløpt" not in re.sub(r"<dl.*?</dl>", "", page)  # nothing expired: only what it means is there


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " "}, "Skriv et navn."),
        ({"weeks": "5"}, "Velg fra listen."),
        ({"endring": []}, "Legg til minst én endring."),
        ({"e0-percent": "0"}, "Skriv et tall som ikke er 0."),
        ({"e0-percent": "101"}, "Skriv et helt tall fra -50 til 100."),
        ({"e0-percent": "ti"}, "Skriv et helt tall fra -50 til 100."),
        ({"endring": ["x:list", "1:fire", "9999999:list"]}, "Legg til minst én endring."),
        ({"endring": ["0:away"], "e0-starts_on": "2026-11-24", "e0-ends_on": "2026-11-23"}, "før den første"),
        ({"endring": ["0:more"], "e0-profession": "psychologist"}, "Velg fra listen."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_it_and_nothing_is_kept(
    nurse: Client, work: Cast, fields: dict[str, Any], said: str
) -> None:
    data = sent(**fields)
    data.setdefault("e0-member", str(work.doctor.pk))
    assert said in text(nurse.post(NEW, data), 422)
    assert not Scenario.objects.exists()


def test_changes_are_added_and_taken_out_without_anything_being_judged(nurse: Client) -> None:
    page = text(nurse.post(NEW, sent(name="", legg="away")))
    assert 'value="0:list"' in page and 'value="1:away"' in page
    assert 'value="-10"' in page and "Skriv et navn." not in page
    assert page.partition("</main>")[0].count("autofocus") == 1
    page = text(
        nurse.post(NEW, sent(endring=["0:list", "1:away"], **{"e1-starts_on": "2026-12-01"}, fjern="0"))
    )
    assert "0:list" not in page and 'value="1:away"' in page and "2026-12-01" in page
    full = [f"{n}:list" for n in range(8)]
    assert "Høyst 8 endringer" in text(nurse.post(NEW, sent(endring=full, legg="away")))
    assert not Scenario.objects.exists()


def test_every_kind_of_change_can_be_made(nurse: Client, work: Cast) -> None:
    propose_programmes(work.clinic.pk)
    programme = Programme.objects.get(clinic=work.clinic, slug="diabetes2")
    approve_programme(programme.pk, by=work.doctor, at=MORNING)
    step = programme.steps.filter(leads_to=None, retired=False).exclude(rule="once").first()
    kind = TaskKind.objects.get(slug="arskontroll")
    assert step
    data = {
        "name": "Alt", "weeks": "12",
        "endring": ["0:more", "1:less", "2:away", "3:delegate", "4:interval", "5:programme", "6:list", "7:delegate"],
        "e0-profession": "nurse", "e0-percent": "50", "e0-starts_on": "2026-11-23",
        "e1-member": work.secretary.pk, "e1-percent": "20", "e1-starts_on": "2026-11-23",
        "e2-member": work.doctor.pk, "e2-starts_on": "2026-11-23", "e2-ends_on": "2026-12-11",
        "e3-task_kind": kind.pk, "e3-doctor": "all", "e3-to": "nurse", "e3-starts_on": "2026-11-23",
        "e4-step": step.pk, "e4-months": "6", "e5-programme": programme.pk, "e6-percent": "10",
        "e7-task_kind": kind.pk, "e7-doctor": work.doctor.pk, "e7-to": work.nurse.pk, "e7-starts_on": "2026-11-23",
    }  # fmt: skip
    assert nurse.post(NEW, data).status_code == 302
    scenario = Scenario.objects.get(name="Alt")
    assert read(scenario.changes) == (
        MorePeople("nurse", 50, MONDAY), LessTime(work.secretary.pk, 20, MONDAY),
        Away(work.doctor.pk, MONDAY, MONDAY + 18 * DAY), Delegate(kind.pk, (), None, "nurse", MONDAY),
        NewInterval(step.pk, 6), StartProgramme(programme.pk), ListLength(10),
        Delegate(kind.pk, (work.doctor.pk,), work.nurse.pk, "", MONDAY),
    )  # fmt: skip
    page = text(nurse.get(f"{URL}{scenario.pk}/"))
    for words in ("Ny stilling: sykepleier 50 % fra 23. november", "Siri Sand: 20 % mindre tid", "Hanne Holm er borte",
                  "fra alle leger til alle: sykepleier", "hver 6. måned", "Listen blir 10 % lengre"):  # fmt: skip
        assert words in page
    assert worked_out(scenario).state == "done"
    again = text(nurse.get(f"{NEW}?fra={scenario.pk}"))
    assert again.count('name="endring"') == 8 and 'value="2026-12-11"' in again


def test_nobody_may_be_delegated_what_the_catalogue_does_not_let(nurse: Client, work: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    told = {
        "e0-task_kind": kind.pk,
        "e0-doctor": "all",
        "e0-to": work.secretary.pk,
        "e0-starts_on": "2026-11-23",
    }
    assert "Velg fra listen." in text(nurse.post(NEW, sent(endring=["0:delegate"], **told)), 422)
    paperwork = TaskKind.objects.get(slug="okonomi")
    told |= {"e0-to": work.nurse.pk, "e0-task_kind": paperwork.pk}
    assert "Velg fra listen." in text(nurse.post(NEW, sent(endring=["0:delegate"], **told)), 422)


def test_nothing_of_another_clinic_is_offered_or_taken(nurse: Client, furulund: Cast) -> None:
    data = sent(
        endring=["0:away"],
        **{"e0-member": furulund.nurse.pk, "e0-starts_on": "2026-11-23", "e0-ends_on": "2026-11-27"},
    )
    assert "Velg fra listen." in text(nurse.post(NEW, data), 422)
    theirs = made(furulund.doctor)
    actions.share(theirs.pk, shared=True, by=furulund.doctor)
    for address in (f"{URL}{theirs.pk}/", f"{NEW}?fra={theirs.pk}"):
        assert nurse.get(address).status_code == 404
    for action in ("regn", "del", "slett", "navn"):
        assert nurse.post(f"{URL}{theirs.pk}/{action}/", {"name": "Min"}).status_code == 404
    assert "Tre uker borte" not in text(nurse.get(URL))
    assert Scenario.objects.get(pk=theirs.pk).name == "Tre uker borte"


def test_it_is_ones_own_until_it_is_shared(nurse: Client, work: Cast) -> None:
    scenario = worked_out(made(work.doctor))
    here, owner = f"{URL}{scenario.pk}/", logged_in(work.doctor)
    assert nurse.get(here).status_code == 404
    assert owner.post(f"{here}del/", {"del": "1"}).status_code == 302
    page = text(nurse.get(here))
    assert "delt av Hanne Holm" in page and "Slett regnestykket" not in page and "Slutt å dele" not in page
    assert "delt av Hanne Holm" in text(nurse.get(URL))
    for action in ("regn", "del", "slett", "navn"):
        assert nurse.post(f"{here}{action}/", {"name": "Min"}).status_code == 404
    assert "delt av Hanne Holm" in text(logged_in(work.manager).get(here))
    owner.post(f"{here}del/", {"del": "0"})
    assert nurse.get(here).status_code == 404


def test_renamed_run_again_and_deleted_by_its_owner(nurse: Client, work: Cast) -> None:
    scenario = worked_out(made(work.nurse))
    here = f"{URL}{scenario.pk}/"
    assert "Skriv et navn." in text(nurse.post(f"{here}navn/", {"name": " "}), 422)
    nurse.post(f"{here}navn/", {"name": "Kari borte"})
    assert "<h1>Kari borte</h1>" in text(nurse.get(here))
    nurse.post(f"{here}regn/")
    scenario.refresh_from_db()
    assert (scenario.state, bool(scenario.result)) == ("waiting", True)
    assert "Regnestykket er slettet." in text(nurse.post(f"{here}slett/", follow=True))
    assert not Scenario.objects.exists()


def test_a_failure_is_told_with_its_reference_beside_the_last_figures(nurse: Client, work: Cast) -> None:
    scenario = worked_out(made(work.nurse))
    Scenario.objects.update(state="failed", reference="abcd1234")
    page = text(nurse.get(f"{URL}{scenario.pk}/"))
    assert (
        "Referanse: abcd1234." in page and "Tallene under er fra forrige gang." in page and "Legetid" in page
    )


def test_who_may_not_see_reports_is_refused(work: Cast) -> None:
    administrator = logged_in(make_member(work.clinic, "Ada Admin", "", Access.ADMINISTRATOR))
    assert administrator.get(URL).status_code == administrator.get(NEW).status_code == 403
    assert administrator.post(NEW, sent()).status_code == 403


def test_a_member_who_left_is_said_to_be_gone(nurse: Client, work: Cast) -> None:
    scenario = made(work.nurse, Away(999_999, MONDAY, MONDAY))
    assert "(finnes ikke lenger) er borte" in text(nurse.get(f"{URL}{scenario.pk}/"))


def test_a_page_asks_as_little_of_much_work_as_of_little(nurse: Client, work: Cast) -> None:
    counts = []
    for n in (1, 12):
        for _ in range(n):
            scenario = worked_out(made(work.nurse)) if n == 1 else made(work.nurse)
            make_task(work.clinic, "sarstell", patient=make_patient(work))
        found = []
        for address in (URL, NEW, f"{URL}{scenario.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                text(nurse.get(address))
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 16
