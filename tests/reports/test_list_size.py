"""The published tables, to the digit; and what a clinic reckons with its own numbers."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.list_size import AREAS, Care, Grant, in_force, list_size, published, total
from reports.models import GrantRate
from teams.calendar import oslo_date
from teams.models import Member
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import make_patient

TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "altschuler2012_table1.csv"
YEAR = published()["hours"]["year"]
TODAY = oslo_date(dt.datetime.now(dt.UTC))
CAP = "/rapporter/listestorrelse/tak/"


def test_the_four_published_lists_follow_from_the_printed_hours() -> None:
    assert [list_size(model.total, YEAR) for model in published()["models"]] == [983, 1947, 1523, 1387]
    assert [model.list for model in published()["models"]] == [983, 1947, 1523, 1387]


def test_our_table_is_the_one_that_was_published() -> None:
    if not TABLE.exists():
        pytest.skip(f"{TABLE} is not here: the published table is not compared")
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, model in zip(rows, published()["models"], strict=True):
        assert (float(row["total_hours"]), int(row["panel_size"])) == (model.total, model.list)
        for area in AREAS:
            assert float(row[f"{area}_delegated"]) * 100 == pytest.approx(model.delegated[area])
            left = Care(published()["hours"][area], model.delegated[area]).left
            assert left == pytest.approx(float(row[f"{area}_hours"]), abs=0.011)


def test_unrounded_the_lists_are_within_twenty_patients() -> None:
    for model in published()["models"]:
        care = {area: Care(published()["hours"][area], model.delegated[area]) for area in AREAS}
        assert list_size(total(care), YEAR) == pytest.approx(model.list, abs=20)


def test_a_day_with_a_team_as_it_was_published() -> None:
    days = published()["days"]
    assert round(sum(day.alone for day in days), 1) == 26.7
    assert round(sum(day.team for day in days), 1) == 9.3


def test_a_patient_who_asks_for_nothing_has_no_list() -> None:
    with pytest.raises(ValueError, match="hours"):
        list_size(0, YEAR)


# --- the page


def page(member: Member, query: str = "") -> Any:
    return logged_in(member).get(f"/rapporter/listestorrelse/{query}")


def test_the_page_begins_with_the_published_hours_and_each_model_gives_its_list(solbakken: Cast) -> None:
    answer = page(solbakken.manager)
    assert (answer.status_code, answer.context["size"]) == (200, 983)
    for model, url in answer.context["models"]:
        found = logged_in(solbakken.manager).get(url).context["size"]
        assert found == pytest.approx(model.list, abs=20)
    text = answer.content.decode()
    assert "Tallene er fra USA" in text
    assert "viste ikke kortere arbeidstid" in text
    assert ("26,7" in text, "9,3" in text) == (True, True)


@pytest.mark.parametrize(
    "query",
    [
        "?forebygging=mye", "?forebygging=1&kronisk=1&akutt=1&andel_forebygging=101&andel_kronisk=0&andel_akutt=0&arstimer=2025",
        "?forebygging=0&kronisk=0&akutt=0&andel_forebygging=0&andel_kronisk=0&andel_akutt=0&arstimer=2025",
        "?forebygging=1&kronisk=1&akutt=1&andel_forebygging=100&andel_kronisk=100&andel_akutt=100&arstimer=2025",
        "?forebygging=1&kronisk=1&akutt=1&andel_forebygging=0&andel_kronisk=0&andel_akutt=0&arstimer=0",
    ],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_told_of(solbakken: Cast, query: str) -> None:
    answer = page(solbakken.doctor, query)
    assert answer.status_code == 422
    assert answer.context["size"] is None


def test_a_list_is_the_living_who_have_the_doctor_beside_cap_and_step(
    solbakken: Cast, furulund: Cast
) -> None:
    for field in ({}, {}, {"moved_on": TODAY}, {"deceased_on": TODAY}, {"list_doctor": None}):
        make_patient(solbakken, **field)
    make_patient(furulund)
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", "leader")
    sent = {"member": solbakken.doctor.pk, "cap": "1000"}
    assert logged_in(leader).post(CAP, sent).status_code == 302
    rows = {row.name: row for row in page(solbakken.manager).context["lists"]}
    assert (rows["Hanne Holm"].length, rows["Hanne Holm"].free, rows["Hanne Holm"].from_step) == (
        2,
        998,
        -998,
    )
    assert (rows["Arne Aune"].length, rows["Arne Aune"].cap) == (0, None)
    assert logged_in(leader).post(CAP, {**sent, "cap": ""}).status_code == 302
    assert Member.objects.get(pk=solbakken.doctor.pk).list_cap is None


@pytest.mark.parametrize("cap", ["0", "-1", "5001", "mange"])
def test_a_cap_that_cannot_be_is_told_of_and_kept(solbakken: Cast, cap: str) -> None:
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", "leader")
    answer = logged_in(leader).post(CAP, {"member": solbakken.doctor.pk, "cap": cap})
    assert answer.status_code == 422
    assert f'value="{cap}"' in answer.content.decode()


def test_only_who_manages_members_sets_a_cap_and_only_of_the_clinics_own_doctors(
    solbakken: Cast, furulund: Cast
) -> None:
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", "leader")
    for by, whom, status in (
        (solbakken.nurse, solbakken.doctor, 403), (solbakken.manager, solbakken.doctor, 403),
        (leader, furulund.doctor, 404), (leader, solbakken.nurse, 404),
    ):  # fmt: skip
        assert logged_in(by).post(CAP, {"member": whom.pk, "cap": "900"}).status_code == status
    assert not Member.objects.exclude(list_cap=None).exists()


def test_the_page_asks_as_much_for_forty_doctors_as_for_two(solbakken: Cast) -> None:
    reader = logged_in(solbakken.manager)
    counts = []
    for more in (0, 40):
        for n in range(more):
            make_member(solbakken.clinic, f"Lege {n}", "doctor")
        with CaptureQueriesContext(connection) as asked:
            assert len(reader.get("/rapporter/listestorrelse/").context["lists"]) == 2 + more
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


# --- the base grant


RATE = "/rapporter/listestorrelse/sats/"
BORT = "/rapporter/listestorrelse/sats/bort/"
OWN = {"fra": "2026-07-01", "til": "700", "over": "650", "kilde": "Protokoll 2026"}


def test_a_grant_is_by_the_newest_rate_that_has_begun_and_in_two_parts() -> None:
    assert Grant(dt.date(2020, 5, 1), 577, 499, "").of(1_200) == 1_000 * 577 + 200 * 499
    assert Grant(dt.date(2020, 5, 1), 577, 499, "").of(900) == 900 * 577
    found = in_force(published()["grants"], dt.date(2021, 6, 30))
    assert found
    assert (found.below, found.above) == (577, 499)
    assert in_force(published()["grants"], dt.date(2010, 1, 1)) is None


def test_a_leader_writes_down_a_rate_and_it_counts_from_its_day_here_and_nowhere_else(
    solbakken: Cast, furulund: Cast
) -> None:
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", "leader")
    make_patient(solbakken)
    begun = published()["grants"][-1].begins.isoformat()
    assert logged_in(leader).post(RATE, OWN).status_code == 302
    assert logged_in(leader).post(RATE, {**OWN, "fra": begun, "til": "1"}).status_code == 302
    answer = page(leader)
    grants = answer.context["grants"]
    assert [grant.begins for grant in grants] == sorted({grant.begins for grant in grants})
    assert [(grant.below, grant.own) for grant in grants][-2:] == [(1, True), (700, True)]
    row = next(row for row in answer.context["lists"] if row.name == "Hanne Holm")
    current = in_force(grants, TODAY)
    assert current
    assert row.grant == current.below
    assert "skrevet her" in answer.content.decode()
    assert not any(grant.own for grant in page(furulund.manager).context["grants"])
    assert logged_in(leader).post(BORT, {"fra": begun}).status_code == 302
    assert [(g.below, g.own) for g in page(leader).context["grants"]][-2:] == [(675, False), (700, True)]
    for gone in (begun, "2016-07-01", "i går", ""):
        assert logged_in(leader).post(BORT, {"fra": gone}).status_code == 404


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("fra", "i går"),
        ("til", "-1"),
        ("til", "mye"),
        ("over", "100001"),
        ("kilde", ""),
        ("kilde", "k" * 121),
    ],
)
def test_a_rate_that_cannot_be_is_told_of_and_what_was_written_stands(
    solbakken: Cast, field: str, text: str
) -> None:
    leader = make_member(solbakken.clinic, "Kari Holm", "doctor", "leader")
    answer = logged_in(leader).post(RATE, {**OWN, field: text})
    assert answer.status_code == 422
    assert answer.context["rate_form"].errors.keys() == {field}
    assert f'value="{text}"' in answer.content.decode()
    assert not GrantRate.objects.exists()


def test_only_who_manages_members_writes_rates(solbakken: Cast) -> None:
    for reader in (solbakken.nurse, solbakken.manager):
        assert logged_in(reader).post(RATE, OWN).status_code == 403
        assert logged_in(reader).post(BORT, OWN).status_code == 403
        assert "Skriv en sats" not in page(reader).content.decode()
