"""Who sees which report, what stands in it, and how little it asks of the database."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.actions.closing import close_weeks
from reports.actions.drawing import draw_charts
from reports.models import WeeklyReport
from reports.presenters import either
from teams.calendar import Week
from teams.models import Access, Clinic
from tests.conftest import Cast, logged_in, make_member
from tests.reports.conftest import WEEK, at, day, done, make_task

URL = f"/rapporter/{WEEK.year}/{WEEK.number}/"


@pytest.fixture
def closed(solbakken: Cast) -> WeeklyReport:
    done(solbakken.doctor, "telefonsporsmal", 95)
    done(solbakken.doctor, "nav_legeerkl", 25, origin="nav")
    done(solbakken.second_doctor, "pasreise_sykehus", 8, origin="hospital")
    done(solbakken.nurse, "sarstell", 30)
    make_task(solbakken.doctor, due_on=day(WEEK, 2))
    close_weeks(now=WEEK.ends_at, week=WEEK)
    return WeeklyReport.objects.get(clinic=solbakken.clinic)


def page(member: Any, url: str = URL) -> str:
    response = logged_in(member).get(url)
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_the_week_begins_with_what_others_could_have_had(solbakken: Cast, closed: WeeklyReport) -> None:
    text = page(solbakken.nurse)
    assert "<h1>Uke 10</h1>" in text
    assert "2.–8. mars 2026 · lukket 9. mars 2026 kl. 00.00" in text
    assert "<strong>1 t 53 min</strong>" in text  # 95 + 10 + 8
    assert "<strong>1 t 35 min</strong>" in text
    assert "ingen hadde frist denne uken" in text
    assert (
        text.index("Legetid på arbeid andre kan ta")
        < text.index("Kapasitet per yrke")
        < text.index("Arbeid fra sykehus")
    )
    assert "anslag: 10 min, vårt forslag" in text
    assert "ført av legen" in text
    assert "H3 · oppdragsdokument 2020" in text


def test_the_change_from_the_week_before_is_said_without_judging(
    solbakken: Cast, closed: WeeklyReport
) -> None:
    assert "ingen rapport for uken før" in page(solbakken.doctor)
    after = WEEK.plus(1)
    done(solbakken.doctor, minutes=120, ended_at=at(day(after, 2)))
    close_weeks(now=after.ends_at, week=after)
    assert "7 min mer enn uke 10" in page(solbakken.doctor, f"/rapporter/{after.year}/{after.number}/")


def test_another_clinics_week_is_not_there(solbakken: Cast, furulund: Cast, closed: WeeklyReport) -> None:
    draw_charts(reports=[closed.pk])
    assert WeeklyReport.objects.filter(clinic=furulund.clinic).exists()
    theirs = page(furulund.doctor)
    assert "Telefonhenvendelse" not in theirs
    assert "1 t 53 min" not in theirs
    WeeklyReport.objects.filter(clinic=furulund.clinic).delete()
    client = logged_in(furulund.doctor)
    assert client.get(URL).status_code == 404
    assert client.get(f"{URL}movable-light.svg?utgave=1").status_code == 404
    assert "Uke 10" not in page(furulund.doctor, "/rapporter/")


@pytest.mark.parametrize(
    "path",
    [
        "/rapporter/2026/54/", "/rapporter/2026/0/", "/rapporter/0/1/", "/rapporter/99999/1/", "/rapporter/2026/11/",
        "/rapporter/?before=2026-W54", "/rapporter/?before=x", f"{URL}movable.svg", f"{URL}secret-light.svg",
        f"{URL}movable-pink.svg", f"{URL}movable-light.svg?utgave=1",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(solbakken: Cast, closed: WeeklyReport, path: str) -> None:
    assert logged_in(solbakken.doctor).get(path).status_code == 404


def test_who_may_open_reports(solbakken: Cast, closed: WeeklyReport, client: Any) -> None:
    administrator = make_member(solbakken.clinic, "Adam Aas", "", Access.ADMINISTRATOR)
    for url in ("/rapporter/", URL, f"{URL}movable-light.svg?utgave=1"):
        assert client.get(url).status_code == 302  # to the login
        assert logged_in(administrator).get(url).status_code == 403
    assert "Uke 10" in page(solbakken.manager, "/rapporter/")
    assert "Uke 10" in page(solbakken.manager)


@pytest.mark.parametrize(
    ("reader", "switched_on", "seen"),
    [
        ("doctor", True, {"Hanne Holm", "Arne Aune", "Nina Nes", "Siri Sand"}),  # leads the team
        ("second_doctor", True, {"Arne Aune"}),
        ("nurse", True, {"Nina Nes"}),
        ("manager", True, set()),
        ("doctor", False, set()),
    ],
)
def test_lines_per_person_are_for_the_leader_and_oneself(
    solbakken: Cast, reader: str, switched_on: bool, seen: set[str]
) -> None:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=True)
    done(solbakken.nurse)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=switched_on)
    text = page(getattr(solbakken, reader))
    rows = text.split('id="personer"')[1].split("</section>")[0] if 'id="personer"' in text else ""
    assert {name for name in ("Hanne Holm", "Arne Aune", "Nina Nes", "Siri Sand") if name in rows} == seen


def test_a_chart_stands_beside_its_table_and_the_table_alone_before_it_is_drawn(
    solbakken: Cast, closed: WeeklyReport
) -> None:
    assert page(solbakken.doctor).count("Diagrammet er ikke tegnet ennå.") == 3
    draw_charts(reports=[closed.pk])
    text = page(solbakken.doctor)
    assert "ikke tegnet" not in text
    assert f'media="(prefers-color-scheme: dark)" srcset="{URL}movable-dark.svg?utgave=1"' in text
    response = logged_in(solbakken.doctor).get(f"{URL}movable-light.svg?utgave=1")
    assert response["Content-Type"] == "image/svg+xml"
    assert response.content.startswith(b"<svg")


def test_a_chart_has_a_drawing_for_narrow_screens_and_a_light_one_for_paper(
    solbakken: Cast, closed: WeeklyReport
) -> None:
    draw_charts(reports=[closed.pk])
    text = page(solbakken.doctor)
    for name in ("movable", "capacity", "trend"):
        assert f'media="(max-width: 60rem)" srcset="{URL}{name}-narrow-light.svg?utgave=1"' in text
        assert f'<img class="chart printed" src="{URL}{name}-light.svg?utgave=1" alt=""' in text


def test_an_origin_has_a_number_only_beside_another(solbakken: Cast) -> None:
    for origin in ("hospital", "patient", "patient"):
        done(solbakken.doctor, "telefonsporsmal", 10, origin=origin)
    for _time in range(2):
        done(solbakken.doctor, "vaksine", 10)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    rows = page(solbakken.doctor).split('id="flyttbart"')[1].split("</section>")[0]
    assert "<td>pasient 2, sykehus 1</td>" in rows
    assert "<td>pasient</td>" in rows


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["A"], "A"), (["A", "B"], "A eller B"), (["A", "B", "C"], "A, B eller C")],
)
def test_names_are_listed_as_one_would_say_them(names: list[str], said: str) -> None:
    assert either(names) == said


def test_landmarks_and_groups_have_names_of_their_own(solbakken: Cast, closed: WeeklyReport) -> None:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(person_reports=True)
    draw_charts(reports=[closed.pk])
    for url in ("/rapporter/", URL):
        text = page(solbakken.doctor, url)
        for tags in ("section|nav|aside", "div"):
            names = re.findall(rf'<(?:{tags}) [^>]*aria-label(?:ledby)?="([^"]+)"', text)
            assert names
            assert len(names) == len(set(names)), names


def test_reports_are_only_read(solbakken: Cast, closed: WeeklyReport) -> None:
    draw_charts(reports=[closed.pk])
    client = logged_in(solbakken.doctor)
    for url in ("/rapporter/", URL, f"{URL}movable-light.svg?utgave=1"):
        head = client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        for method in (client.post, client.put, client.delete):
            assert method(url).status_code == 405


def test_no_style_or_script_in_the_page(solbakken: Cast, closed: WeeklyReport) -> None:
    for url in ("/rapporter/", URL):
        text = page(solbakken.doctor, url)
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text


def close_many(solbakken: Cast, count: int) -> Week:
    first = WEEK.plus(1 - count)
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(started_on=first.monday)
    close_weeks(now=WEEK.ends_at)
    return first


def test_the_list_goes_back_half_a_year_at_a_time_and_loses_no_week(solbakken: Cast) -> None:
    close_many(solbakken, 60)
    client, url, found = logged_in(solbakken.manager), "/rapporter/", []
    for _page in range(4):
        response = client.get(url)
        found += [str(row["headline"].week) for row in response.context["rows"]]
        if not response.context["older"]:
            break
        url = f"/rapporter/?before={response.context['older']}"
    assert found == [str(WEEK.plus(-n)) for n in range(60)]


def test_an_empty_list_says_when_the_first_report_comes(solbakken: Cast) -> None:
    assert "Den første rapporten kommer mandag morgen" in page(solbakken.doctor, "/rapporter/")


def test_a_page_asks_as_much_of_the_database_for_a_year_as_for_a_week(solbakken: Cast) -> None:
    def questions(url: str) -> int:
        client = logged_in(solbakken.doctor)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    close_many(solbakken, 2)
    few = [questions(url) for url in ("/rapporter/", URL)]
    for kind in ("telefonsporsmal", "nav_legeerkl", "vaksine", "lmg", "post", "okonomi"):
        for origin in ("patient", "hospital", "internal"):
            for doer in (solbakken.doctor, solbakken.nurse, solbakken.secretary):
                done(doer, kind, origin=origin, ended_at=at(day(WEEK.plus(-30), 2)))
    close_many(solbakken, 60)
    old = WEEK.plus(-30)
    many = [questions(url) for url in ("/rapporter/", f"/rapporter/{old.year}/{old.number}/")]
    assert many == few
    assert max(many) <= 24
