"""Planer for hele listen through the web: asked for, looked at, chosen from, started, dropped."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Patient
from tasks.actions import enrolling
from tasks.actions.plans import stop_plan, stop_plans_of
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import FollowUpPlan, PlanRun, Programme
from teams.models import Member
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_patient

PROGRESS = {"HX-Request": "true", "HX-Target": "framdrift"}
EFFECT = {"HX-Request": "true", "HX-Target": "virkning"}


@pytest.fixture
def approved(solbakken: Cast) -> dict[str, int]:
    """Two programmes; five people, two of them in both."""
    propose_programmes(solbakken.clinic.pk)
    programmes = Programme.objects.filter(clinic=solbakken.clinic, slug__in=["diabetes2", "hypertensjon"])
    for programme in programmes:
        approve_programme(programme.pk, by=solbakken.doctor, at=timezone.now())
    for n in range(4):
        patient = make_patient(solbakken, icpc2="T90")
        if n > 1:
            patient.conditions.create(clinic=solbakken.clinic, icpc2="K86")
    make_patient(solbakken, icpc2="K86")
    return dict(programmes.values_list("slug", "pk"))


@pytest.fixture
def leader(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def worker(run: PlanRun) -> None:
    enrolling.carry_on(run.pk, run.clinic_id, now=timezone.now())
    run.refresh_from_db()


def counted(by: Member) -> PlanRun:
    run = enrolling.ask(by=by, at=timezone.now())
    worker(run)
    assert run.state == "ready"
    return run


@pytest.fixture
def run(solbakken: Cast, approved: dict[str, int]) -> PlanRun:
    return counted(solbakken.doctor)


def of(run: PlanRun, action: str = "") -> str:
    return f"/planforslag/{run.pk}/{action}"


def sentence(page: str) -> str:
    found = re.search(r"Starter [^<]*", page)
    return found.group() if found else ""


def sent(page: str) -> set[int]:
    """The programmes that the button on the page would start."""
    return {int(pk) for pk in re.findall(r'type="hidden" name="program" value="(\d+)"', page)}


def test_asked_for_and_waited_for(solbakken: Cast, leader: Client, approved: dict[str, int]) -> None:
    page = leader.get("/planforslag/").content.decode()
    assert "2 programmer er godkjent." in page
    assert "venter på en lege, og er ikke med" in page
    answer = leader.post("/planforslag/ny/")
    run = PlanRun.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, of(run))
    page = leader.get(of(run)).content.decode()
    assert "Venter på tur" in page
    assert 'http-equiv="refresh"' in page
    fragment = leader.get(of(run), headers=PROGRESS).content.decode()
    assert "Venter på tur" in fragment
    assert "<html" not in fragment
    worker(run)
    assert leader.get(of(run), headers=PROGRESS)["HX-Redirect"] == of(run)
    assert 'http-equiv="refresh"' not in leader.get(of(run)).content.decode()


def test_from_a_programme_the_choice_of_it_alone_comes_along_to_the_preview(
    leader: Client, approved: dict[str, int]
) -> None:
    chosen = approved["hypertensjon"]
    address = leader.post("/planforslag/ny/", {"program": chosen})["Location"]
    run = PlanRun.objects.get()
    assert address == f"{of(run)}?valgt=1&program={chosen}"
    for waiting in (leader.get(address), leader.get(address, headers=PROGRESS)):
        assert f"?valgt=1&amp;program={chosen}" in waiting.content.decode()
    worker(run)
    assert leader.get(address, headers=PROGRESS)["HX-Redirect"] == address
    page = leader.get(address).content.decode()
    assert (page.count(" checked"), sent(page)) == (1, {chosen})
    assert sentence(page) == "Starter 3 planer for 3 pasienter."
    assert not FollowUpPlan.objects.exists()


def test_whoever_asks_while_others_start_plans_is_told_so(
    leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    leader.post(of(run, "start/"), {"program": approved["diabetes2"]})
    page = leader.post("/planforslag/ny/", {"program": approved["hypertensjon"]}, follow=True)
    assert "Noen starter planer nå." in page.content.decode()
    assert PlanRun.objects.get() == run


def test_a_second_press_finds_the_first(leader: Client, approved: dict[str, int]) -> None:
    assert leader.post("/planforslag/ny/")["Location"] == leader.post("/planforslag/ny/")["Location"]
    assert PlanRun.objects.count() == 1


def test_the_page_says_when_no_worker_comes(leader: Client, run: PlanRun) -> None:
    PlanRun.objects.update(state="waiting", asked_at=timezone.now() - dt.timedelta(minutes=2))
    assert "kanskje stanset" in leader.get(of(run)).content.decode()


def test_all_is_chosen_first_and_the_year_is_told_by_profession(leader: Client, run: PlanRun) -> None:
    page = leader.get(of(run)).content.decode()
    assert sentence(page) == "Starter 7 planer for 5 pasienter."
    assert page.count(" checked") == 2
    assert page.index("Etter tallene rekker tiden") < page.index("Tallene uke for uke")
    for profession in ("Sykepleier", "Helsesekretær", "Lege"):
        assert f">{profession}</h2>" in page
    assert page.count("<svg") == 2 * page.count('class="strip"')
    assert "Ferie og fravær som ikke er ført, er ikke trukket fra." in page
    assert "sin egen dag i året" in page
    assert page.count('scope="row"') == 52 * page.count('class="strip"')
    assert "style=" not in page


def test_another_choice_is_reckoned_at_once_from_what_is_stored(
    leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    address = f"{of(run)}?valgt=1&program={approved['hypertensjon']}"
    answer = leader.get(address, headers=EFFECT)
    fragment = answer.content.decode()
    assert "<html" not in fragment
    assert sentence(fragment) == "Starter 3 planer for 3 pasienter."
    assert sent(fragment) == {approved["hypertensjon"]}
    assert 'hx-swap-oob="innerHTML:#dommen"' in fragment
    minutes = run.result["follow_up"][str(approved["hypertensjon"])]
    assert {year.profession for year in answer.context["outlook"].years} == set(minutes)
    for year in answer.context["outlook"].years:
        assert [row.coming for row in year.rows] == minutes[year.profession][1:]
    whole = leader.get(address).content.decode()
    assert whole.count(" checked") == 1
    assert sentence(whole) == sentence(fragment)


def test_nothing_chosen_shows_the_year_as_it_is_and_starts_nothing(leader: Client, run: PlanRun) -> None:
    page = leader.get(f"{of(run)}?valgt=1").content.decode()
    assert "Ingen programmer er valgt" in page
    assert 'id="start-planer"' not in page
    answer = leader.post(of(run, "start/"))
    assert answer.status_code == 422
    assert "Velg minst ett program." in answer.content.decode()
    assert not FollowUpPlan.objects.exists()


def test_a_programme_that_was_not_counted_is_refused_and_in_the_address_ignored(
    leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    other = Programme.objects.filter(clinic=run.clinic).exclude(pk__in=approved.values())[0]
    for wrong in (str(other.pk), "alle", "9" * 30, "-1"):
        answer = leader.post(of(run, "start/"), {"program": [wrong]})
        assert answer.status_code == 422, wrong
        page = leader.get(of(run), {"valgt": "1", "program": wrong})
        assert sent(page.content.decode()) == set(), wrong
    run.refresh_from_db()
    assert run.state == "ready"


def test_what_no_doctor_approves_any_more_is_not_started(
    leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    Programme.objects.filter(pk=approved["diabetes2"]).update(state="retired")
    answer = leader.post(of(run, "start/"), {"program": list(approved.values())})
    assert answer.status_code == 422
    assert "ikke godkjent lenger" in answer.content.decode()


def test_the_chosen_plans_are_started_and_the_page_tells_how_it_goes(
    leader: Client, run: PlanRun, approved: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolling, "AT_A_TIME", 2)
    answer = leader.post(of(run, "start/"), {"program": [approved["diabetes2"]]})
    assert (answer.status_code, answer["Location"]) == (302, of(run))
    assert enrolling._start_some(run.pk, run.clinic_id, now=timezone.now())
    fragment = leader.get(of(run), headers=PROGRESS).content.decode()
    assert "2 av 4 planer" in fragment
    assert re.search(r'<progress[^>]* max="4" value="2"', fragment)
    worker(run)
    page = leader.get(of(run)).content.decode()
    assert "4 planer er startet" in page
    assert "Diabetes type 2" in page
    assert "færre" not in page
    for path in ("/team/", "/pasienter/mangler/", "/programmer/"):
        assert f'class="ds-button" data-variant="secondary" href="{path}"' in page, path
    assert FollowUpPlan.objects.filter(programme=approved["diabetes2"], state="active").count() == 4
    assert FollowUpPlan.objects.count() == 4
    row = leader.get("/planforslag/").content.decode()
    assert "ferdig" in row
    assert '<td class="n">4</td>' in row


def test_a_list_that_changed_since_is_told_of_before_and_after(
    solbakken: Cast, leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    moved = Patient.objects.filter(clinic=solbakken.clinic).exclude(conditions__icpc2="K86")[:1]
    Patient.objects.filter(pk__in=moved.values("pk")).update(moved_on=dt.date(2026, 1, 1))
    page = leader.get(of(run)).content.decode()
    assert sentence(page).startswith("Starter 6 planer for 4 pasienter.")
    assert "Tallene over er for 7: listen er endret siden." in page
    leader.post(of(run, "start/"), {"program": list(approved.values())})
    worker(run)
    assert "1 færre enn det som ble regnet ut" in leader.get(of(run)).content.decode()


def test_what_somebody_else_has_started_or_dropped_is_said(
    leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    chosen = {"program": list(approved.values())}
    leader.post(of(run, "start/"), chosen)
    for action in ("start/", "forkast/"):
        page = leader.post(of(run, action), chosen, follow=True).content.decode()
        assert "Noen har alt startet eller forkastet disse planene." in page
    run.refresh_from_db()
    assert run.state == "starting"


def test_dropped_starts_nothing(leader: Client, run: PlanRun) -> None:
    page = leader.post(of(run, "forkast/"), follow=True).content.decode()
    assert "Ingen planer ble startet" in page
    assert not FollowUpPlan.objects.exists()
    assert "Noen har alt" in leader.post(of(run, "start/"), follow=True).content.decode()


def test_what_was_given_up_tells_what_stands(leader: Client, run: PlanRun) -> None:
    PlanRun.objects.update(state="failed", message="Avbrutt tre ganger. Det som er startet, står.", done=3)
    page = leader.get(of(run)).content.decode()
    assert "Det som er startet, står." in page
    assert "3 planer er startet" in page
    assert "Regn ut på nytt" in page


@pytest.fixture
def begun(leader: Client, run: PlanRun, approved: dict[str, int]) -> PlanRun:
    """Seven plans for five patients, started just now."""
    leader.post(of(run, "start/"), {"program": list(approved.values())})
    worker(run)
    assert (run.state, run.done) == ("done", 7)
    return run


def test_what_a_run_started_is_stopped_again_after_a_sentence_with_the_numbers(
    solbakken: Cast, leader: Client, begun: PlanRun
) -> None:
    page = leader.get(of(begun)).content.decode()
    assert "Stans det denne kjøringen startet" in page
    assert "7 planer stanses for 5 pasienter" in page
    assert "regnes ikke som et nei" in page
    assert "røres ikke" not in page
    assert ">Stans 7 planer</button>" in page
    stop_plan(
        FollowUpPlan.objects.order_by("pk")[0].pk,
        by=solbakken.doctor, on=dt.date(2026, 11, 23), at=timezone.now(), reason="vil ikke",
    )  # fmt: skip
    page = leader.get(of(begun)).content.decode()
    assert "6 planer stanses for " in page
    assert "1 plan røres ikke" in page
    page = leader.post(of(begun, "stans/"), follow=True).content.decode()
    assert "<h1>Planene er stanset igjen</h1>" in page
    assert "6 planer er stanset igjen" in page
    assert f"av {solbakken.doctor}" in page
    assert "1 ble ikke rørt" in page
    assert "7 planer ble startet" in page
    assert "/stans/" not in page
    assert not FollowUpPlan.objects.filter(state="active").exists()
    history = leader.get("/planforslag/").content.decode()
    assert "tatt tilbake" in history
    assert f"stanset av {solbakken.doctor}" in history
    assert "6 stanset" in history
    page = leader.post(of(begun, "stans/"), follow=True).content.decode()
    assert "noen har alt stanset dem" in page


def test_after_a_day_it_is_too_late_to_stop_all_and_that_is_said(leader: Client, begun: PlanRun) -> None:
    day = dt.timedelta(hours=24)
    PlanRun.objects.update(finished_at=timezone.now() - day + dt.timedelta(minutes=5))
    assert ">Stans 7 planer</button>" in leader.get(of(begun)).content.decode()
    PlanRun.objects.update(finished_at=timezone.now() - day - dt.timedelta(minutes=5))
    page = leader.get(of(begun)).content.decode()
    assert "Det er mer enn et døgn siden." in page
    assert "/stans/" not in page
    page = leader.post(of(begun, "stans/"), follow=True).content.decode()
    assert page.count("Det er mer enn et døgn siden.") == 2  # the answer, and the page itself
    assert FollowUpPlan.objects.filter(state="active").count() == 7


def test_when_nothing_is_left_to_stop_that_is_said(
    solbakken: Cast, leader: Client, begun: PlanRun, approved: dict[str, int]
) -> None:
    for pk in approved.values():
        stop_plans_of(pk, by=solbakken.doctor, on=dt.date(2026, 11, 23), at=timezone.now(), reason="rettes")
    page = leader.get(of(begun)).content.decode()
    assert "Det er ingenting å stanse" in page
    assert "/stans/" not in page
    page = leader.post(of(begun, "stans/"), follow=True).content.decode()
    assert page.count("Det er ingenting å stanse") == 2


def test_a_list_where_all_have_plans_has_nothing_to_start(
    solbakken: Cast, leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    leader.post(of(run, "start/"), {"program": list(approved.values())})
    worker(run)
    assert "Det er ingenting å starte." in leader.get(of(counted(solbakken.doctor))).content.decode()


def test_a_clinic_without_an_approved_programme_is_sent_to_its_programmes(leader: Client) -> None:
    page = leader.get("/planforslag/").content.decode()
    assert "Ingen programmer er godkjent ennå." in page
    assert "/planforslag/ny/" not in page


def test_only_leaders_come_here_and_find_the_way(
    solbakken: Cast, leader: Client, run: PlanRun, approved: dict[str, int]
) -> None:
    assert 'href="/planforslag/"' in leader.get("/programmer/").content.decode()
    for member in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        other = logged_in(member)
        assert 'href="/planforslag/"' not in other.get("/programmer/").content.decode()
        for path in ("/planforslag/", of(run)):
            assert other.get(path).status_code == 403, path
        for path in ("/planforslag/ny/", of(run, "start/"), of(run, "forkast/"), of(run, "stans/")):
            assert other.post(path, {"program": list(approved.values())}).status_code == 403, path
    run.refresh_from_db()
    assert (run.state, PlanRun.objects.count()) == ("ready", 1)


def test_another_clinics_are_not_there(furulund: Cast, run: PlanRun, approved: dict[str, int]) -> None:
    other = logged_in(furulund.doctor)
    assert other.get(of(run)).status_code == 404
    assert other.get(of(run), headers=PROGRESS).status_code == 404
    for action in ("start/", "forkast/", "stans/"):
        assert other.post(of(run, action), {"program": list(approved.values())}).status_code == 404
    assert f"/planforslag/{run.pk}/" not in other.get("/planforslag/").content.decode()


def test_nothing_is_done_by_looking(leader: Client, run: PlanRun) -> None:
    for path in ("/planforslag/ny/", of(run, "start/"), of(run, "forkast/"), of(run, "stans/")):
        assert leader.get(path).status_code == 405


def test_the_pages_ask_the_same_of_any_list(solbakken: Cast, leader: Client, run: PlanRun) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert leader.get(path).status_code == 200
        return len(captured)

    few = queries(of(run)), queries("/planforslag/")
    PlanRun.objects.update(state="done", done=7, finished_at=timezone.now())
    assert queries(of(run)) <= 12
    PlanRun.objects.update(state="ready", done=0)
    for _ in range(30):
        make_patient(solbakken, icpc2="T90")
    runs = [counted(solbakken.doctor) for _ in range(3)]
    assert (queries(of(runs[-1])), queries("/planforslag/")) == few
    assert max(few) <= 12
    assert sentence(leader.get(of(runs[-1])).content.decode()) == "Starter 37 planer for 35 pasienter."
