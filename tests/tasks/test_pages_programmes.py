"""Programmes through the web: the list, one with its year, read and approved, written, versions, out of use."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.imports.titles import titles
from tasks.actions.drafting import draft_programme, save_draft
from tasks.actions.plans import enrol
from tasks.actions.programmes import approve_programme
from tasks.forms.programme_editor import Editor
from tasks.models import Programme, TaskKind
from tasks.programme_text import ProgrammeText, StepText
from tasks.queries.programmes import followed_names, in_force, next_text, read_digest
from teams.models import Member
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient

OWN = ProgrammeText(
    "Høyt stoffskifte", ("T85",), source="Vår erfaring",
    steps=(StepText("steg-1", "Prøver", "provetaking", months=6, opens=14, source="Vår erfaring"),),
)  # fmt: skip


@pytest.fixture
def doctor(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


@pytest.fixture
def kols(programme: Programme) -> Programme:
    """Proposed."""
    return Programme.objects.get(clinic_id=programme.clinic_id, slug="kols")


def form_of(
    text: ProgrammeText, by: Member, *, before: ProgrammeText | None = None, **fields: Any
) -> dict[str, Any]:
    """What the browser sends of the editor as it is shown, with some fields written over."""
    editor = Editor(
        text=text, before=before, kinds=list(TaskKind.objects.all()), codes=followed_names(by), start=MONDAY
    )
    sent: dict[str, Any] = {"steg": editor.slugs}
    for form in (editor.about, *editor.steps):
        for bound in form:
            value = bound.value()
            if value not in (None, "", False, []):
                sent[bound.html_name] = "on" if value is True else value
    return {**sent, **fields}


def shown_digest(answer: Any) -> str:
    found = re.search(r'name="read" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def change(programme: Programme, slug: str, by: Member, **fields: Any) -> Programme:
    """A draft with a step otherwise."""
    programme.refresh_from_db()
    text = next_text(programme)
    steps = tuple(replace(s, **fields) if s.slug == slug else s for s in text.steps)
    return save_draft(
        programme.pk, replace(text, steps=steps), read=read_digest(programme), by=by, at=timezone.now()
    )


# --- the list


def test_what_waits_for_a_doctor_comes_first_and_each_step_says_how_certain_it_is(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    change(programme, "rutine", solbakken.doctor, opens=14)
    page = doctor.get("/programmer/")
    groups = {group.title: [line.programme.slug for line in group.lines] for group in page.context["groups"]}
    assert list(groups) == ["Venter på en lege"]
    assert "diabetes2" in groups["Venter på en lege"]
    text = page.content.decode()
    assert text.count("allmennkunnskap") >= 10
    assert text.count("vårt forslag") >= 3
    assert "ny versjon venter" in text
    assert "Tilstander: Koronarsykdom" not in text
    assert "Angina (K74), Hjerteinfarkt (K75), Koronarsykdom (K76)" in text
    waiting = len(groups["Venter på en lege"])
    assert f"Les og godkjenn {waiting} forslag" in " ".join(text.split())


def test_the_list_takes_as_many_queries_whatever_is_in_it(
    solbakken: Cast, programme: Programme, kols: Programme, doctor: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get("/programmer/").status_code == 200
        return len(captured)

    few = queries()
    change(kols, "spiro", solbakken.doctor, opens=14)
    for name in "ABC":
        draft_programme(replace(OWN, name=name), by=solbakken.doctor, at=MORNING)
        enrol(
            programme.pk,
            [make_patient(solbakken, icpc2="T90").pk],
            by=solbakken.doctor,
            on=MONDAY,
            at=MORNING,
        )
    assert 5 < queries() == few <= 20


def test_everybody_who_sees_programmes_reads_them_and_only_some_are_offered_to_change_them(
    solbakken: Cast, kols: Programme
) -> None:
    for who, offered in (("nurse", False), ("manager", False), ("second_doctor", True), ("doctor", True)):
        client = logged_in(getattr(solbakken, who))
        for url in ("/programmer/", f"/programmer/{kols.pk}/"):
            page = client.get(url)
            assert page.status_code == 200
            assert ("/rediger/" in page.content.decode() or "/ny/" in page.content.decode()) is offered, (
                who,
                url,
            )
        assert client.get("/programmer/les/").status_code == (200 if offered else 403)
        assert client.get(f"/programmer/{kols.pk}/rediger/").status_code == (200 if offered else 403)
        assert client.get("/programmer/ny/").status_code == (200 if offered else 403)
        assert client.post("/programmer/tidslinje/", {}).status_code == (200 if offered else 403)


def test_another_clinics_programme_is_unknown_at_every_address(
    solbakken: Cast, furulund: Cast, programme: Programme
) -> None:
    change(programme, "rutine", solbakken.doctor, opens=14)
    stranger = logged_in(furulund.doctor)
    for end in ("", "utkast/", "versjoner/", "rediger/"):
        assert stranger.get(f"/programmer/{programme.pk}/{end}").status_code == 404
    for end in ("godkjenn/", "ut-av-bruk/", "forkast/", "rediger/"):
        assert stranger.post(f"/programmer/{programme.pk}/{end}", {"name": "x"}).status_code == 404
    assert "Diabetes" not in stranger.get("/programmer/").content.decode()
    answer = stranger.post("/programmer/les/", {"read": f"{programme.pk}:{read_digest(programme)}"})
    assert answer.status_code == 422


# --- one, with its year


def test_the_year_is_told_date_by_date_and_begins_when_asked(programme: Programme, doctor: Client) -> None:
    url = f"/programmer/{programme.pk}/"
    page = " ".join(re.sub(r"<[^>]+>", " ", doctor.get(url + "?fra=2026-11-23").content.decode()).split())
    assert "frist 23. nov. 2026, åpner 24. oktober" in page
    assert "frist 16. nov. 2026" in page
    assert "1. januar begynner et nytt kalenderår" in page
    part = doctor.get(url + "?fra=2027-03-01", headers={"HX-Request": "true", "HX-Target": "aar"})
    assert part.context["year"].start == dt.date(2027, 3, 1)
    assert "<html" not in part.content.decode()
    for odd in ("i morgen", "2026-13-01", "9999-12-31", "0001-01-01", "2099-06-01"):
        assert doctor.get(url, {"fra": odd}).status_code == 200


def test_numbers_and_work_are_of_those_on_the_list(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    patients = [make_patient(solbakken, icpc2="T90", family_name=name) for name in "ABC"]
    enrol(programme.pk, [patients[0].pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    page = doctor.get(f"/programmer/{programme.pk}/")
    assert (page.context["counts"].active, page.context["counts"].lacking) == (1, 2)
    assert all(work.all == pytest.approx(3 * work.now, abs=3) for work in page.context["work"])
    assert [work.profession for work in page.context["work"]] == ["Sykepleier", "Helsesekretær", "Lege"]
    assert "Foreslå planer for 2 pasienter" in page.content.decode()


def test_one_programme_takes_as_many_queries_with_three_patients_as_with_none(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get(f"/programmer/{programme.pk}/").status_code == 200
        return len(captured)

    none = queries()
    for _n in range(3):
        enrol(
            programme.pk,
            [make_patient(solbakken, icpc2="T90").pk],
            by=solbakken.doctor,
            on=MONDAY,
            at=MORNING,
        )
    assert 5 < queries() == none <= 25


# --- read and approved


def test_a_doctor_approves_the_words_on_the_page_and_a_leader_goes_on_to_what_plans_would_mean(
    solbakken: Cast, kols: Programme, doctor: Client
) -> None:
    make_patient(solbakken, icpc2="R95")
    nurse, url = logged_in(solbakken.nurse), f"/programmer/{kols.pk}/"
    assert "/planforslag/ny/" not in doctor.get(url).content.decode()  # not before a doctor has approved it
    read = shown_digest(doctor.get(url))
    assert nurse.post(url + "godkjenn/", {"read": read}).status_code == 403
    page = doctor.post(url + "godkjenn/", {"read": read}, follow=True).content.decode()
    assert "KOLS er godkjent, versjon 1." in page
    assert "Foreslå plan for 1 pasient<" in page
    assert f'name="program" value="{kols.pk}"' in page
    assert "/planforslag/ny/" not in nurse.get(url).content.decode()
    assert doctor.post(url + "start/").status_code == 404
    assert not kols.plans.exists()
    assert "er alt godkjent" in doctor.post(url + "godkjenn/", {"read": read}, follow=True).content.decode()


@pytest.mark.parametrize("read", ["", "gammel"])
def test_without_the_words_read_nothing_is_approved(kols: Programme, doctor: Client, read: str) -> None:
    answer = doctor.post(f"/programmer/{kols.pk}/godkjenn/", {"read": read} if read else {}, follow=True)
    assert "endret siden du åpnet siden" in answer.content.decode()
    kols.refresh_from_db()
    assert kols.state == "proposed"


def test_a_draft_is_read_again_where_it_stands_and_what_it_would_ask_stands_beside_what_is(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    url = f"/programmer/{programme.pk}/"
    enrol(programme.pk, [make_patient(solbakken, icpc2="T90").pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    change(programme, "rutine", solbakken.doctor, months=3, source="Vår praksis")
    read = shown_digest(doctor.get(url + "utkast/"))
    in_use = {work.profession: work.now for work in doctor.get(url).context["work"]}
    draft = doctor.get(url + "utkast/").context["work"]
    assert {work.profession: work.now for work in draft} == in_use
    assert any(work.then > work.now for work in draft)
    change(programme, "rutine", solbakken.second_doctor, months=2, source="Vår praksis")
    answer = doctor.post(url + "godkjenn/", {"read": read}, follow=True)
    assert answer.redirect_chain == [(url + "utkast/", 302)]
    assert "Les det en gang til" in answer.content.decode()


def test_several_are_approved_from_one_page_each_as_it_stood_there(
    solbakken: Cast, kols: Programme, doctor: Client
) -> None:
    page = doctor.get(f"/programmer/les/?program={kols.pk}").content.decode()
    choices = {choice.split(":")[0]: choice for choice in re.findall(r'value="(\d+:[0-9a-f]+)"', page)}
    assert re.search(rf'value="{choices[str(kols.pk)]}"[^>]* checked', page)
    assert page.count(" checked") == 1
    assert doctor.post("/programmer/les/").status_code == 422
    astma = Programme.objects.get(clinic=solbakken.clinic, slug="astma")
    change(astma, "ars", solbakken.second_doctor, opens=14)
    both = [choices[str(kols.pk)], choices[str(astma.pk)]]
    refused = doctor.post("/programmer/les/", {"read": both})
    assert refused.status_code == 422
    assert "Les det en gang til" in refused.content.decode()
    answer = doctor.post("/programmer/les/", {"read": both[:1]}, follow=True)
    assert "1 program er godkjent." in answer.content.decode()
    assert Programme.objects.get(pk=kols.pk).approved_by == solbakken.doctor
    assert Programme.objects.get(pk=astma.pk).state == "proposed"


# --- the editor


def test_a_programme_saved_as_it_is_shown_is_unchanged(programme: Programme, solbakken: Cast) -> None:
    """Every default goes through the form and comes out as it was."""
    for each in Programme.objects.filter(clinic=solbakken.clinic).prefetch_related("steps__kind"):
        text = in_force(each)
        client = logged_in(solbakken.doctor)
        sent = form_of(text, solbakken.doctor, before=text, read=read_digest(each))
        answer = client.post(f"/programmer/{each.pk}/rediger/", sent, follow=True)
        assert "Ingenting er endret." in answer.content.decode(), each.slug
        assert Programme.objects.get(pk=each.pk).draft is None


def test_an_interval_is_changed_with_why_and_waits_for_a_doctor(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    url, text = f"/programmer/{programme.pk}/rediger/", in_force(programme)
    read = shown_digest(doctor.get(url))
    sent = form_of(text, solbakken.doctor, before=text, read=read, **{"rutine-months": "3"})
    refused = doctor.post(url, sent)
    assert refused.status_code == 422
    assert "Intervallet er endret." in refused.content.decode()
    assert "Ett felt må rettes" in refused.content.decode()
    answer = doctor.post(url, {**sent, "rutine-source": "Mange svinger her"}, follow=True)
    assert answer.redirect_chain == [(f"/programmer/{programme.pk}/utkast/", 302)]
    page = answer.content.decode()
    assert "hver 6. måned → hver 3. måned" in page
    assert "Ingen har plan i programmet." in page
    step = next_text(Programme.objects.get(pk=programme.pk)).step("rutine")
    assert step
    assert (step.months, step.source, step.certainty) == (3, "Mange svinger her", "derived")
    kept = doctor.get(f"/programmer/{programme.pk}/")
    assert "hver 6. måned" in kept.content.decode()
    assert "hver 3. måned" not in kept.content.decode()


def test_certainty_is_as_chosen_when_somebody_chooses(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    url, text = f"/programmer/{programme.pk}/rediger/", in_force(programme)
    new: dict[str, Any] = {
        "rutine-months": "3",
        "rutine-source": "Noklus, tabell 2",
        "rutine-certainty": "sourced",
    }
    doctor.post(url, form_of(text, solbakken.doctor, before=text, read=read_digest(programme), **new))
    programme.refresh_from_db()
    step = next_text(programme).step("rutine")
    assert step
    assert step.certainty == "sourced"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rutine-months", "0", "Skriv hvor lenge det er mellom hver gang"),
        ("rutine-months", "seks", "Skriv et helt tall."),
        ("rutine-months", "99999", "Tallet er for stort."),
        ("rutine-months", "-1", "ikke er under 0"),
        ("rutine-opens", "300", "Kan ikke åpne lenger før fristen"),
        ("rutine-hard", "on", "må ha en siste dag"),
        ("rutine-rule", "year", "har tolv måneder mellom"),
        ("rutine-name", "Bestille øyescreening", "To steg kan ikke hete det samme."),
        ("rutine-kind", "finnes-ikke", "Velg fra listen."),
        ("ars-prover-lead_days", "31", "åpner 30 dager før fristen"),
        ("name", "", "Skriv hva programmet heter."),
        ("others", "T9 ABC", "ingen ICPC-2-kode"),
        ("icpc2", "", "Velg minst en tilstand"),
        ("steg", "", "Et program må ha minst ett steg."),
        ("steg", "../x", "Steget kan ikke kjennes igjen"),
    ],
)
def test_what_cannot_be_is_refused_with_the_form_and_words(
    solbakken: Cast, programme: Programme, doctor: Client, field: str, value: str, words: str
) -> None:
    text = in_force(programme)
    sent = form_of(text, solbakken.doctor, before=text, read=read_digest(programme))
    sent[field] = [value] if value and field in ("icpc2", "steg") else value
    if not value and field in ("icpc2", "steg", "name"):
        del sent[field]
    answer = doctor.post(f"/programmer/{programme.pk}/rediger/", sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    programme.refresh_from_db()
    assert programme.draft is None


def test_where_the_list_of_codes_is_there_a_code_must_be_in_it_and_is_called_what_it_is(
    solbakken: Cast, doctor: Client, tmp_path: Path, settings: Any
) -> None:
    file = tmp_path / "icpc2.json"
    file.write_text('[{"code": "T85", "text": "Hypertyreose"}]', encoding="utf-8")
    settings.ICPC2_JSON = str(file)
    titles.cache_clear()
    try:
        sent = form_of(OWN, solbakken.doctor)
        refused = doctor.post("/programmer/ny/", {**sent, "others": "T85 T86 Z99"})
        assert "T86, Z99 finnes ikke i ICPC-2." in refused.content.decode()
        page = doctor.post("/programmer/ny/", sent, follow=True)
        assert "Tilstander: Hypertyreose (T85)." in page.content.decode()
    finally:
        titles.cache_clear()


def test_steps_are_added_moved_and_taken_out_without_script_and_nothing_is_kept(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    url, text = f"/programmer/{programme.pk}/rediger/", in_force(programme)
    sent = form_of(
        text, solbakken.doctor, before=text, read=read_digest(programme), **{"rutine-months": "galt"}
    )
    slugs = [step.slug for step in text.steps]

    def again(do: str) -> list[str]:
        answer = doctor.post(url, {**sent, "do": do})
        assert answer.status_code == 200
        assert 'value="galt"' in answer.content.decode() or do == "remove:rutine"
        assert "må rettes" not in answer.content.decode()
        return list(answer.context["editor"].slugs)

    assert again("add") == [*slugs, "steg-1"]
    assert again("remove:rutine") == [s for s in slugs if s != "rutine"]
    assert again("down:ars")[:2] == [slugs[1], "ars"]
    assert again("up:ars") == slugs
    assert again(f"down:{slugs[-1]}") == slugs
    assert again("remove:finnes-ikke") == again("show") == again("tull") == slugs
    part = doctor.post(url, {**sent, "do": "add"}, headers={"HX-Request": "true", "HX-Target": "redigering"})
    assert "<html" not in part.content.decode()
    assert re.search(
        r'id="id_steg-1-name"[^>]*autofocus|autofocus[^>]*id="id_steg-1-name"', part.content.decode()
    )
    assert (
        len(
            doctor.post(url, {**sent, "steg": [f"s{n}" for n in range(25)], "do": "add"})
            .context["editor"]
            .slugs
        )
        <= 21
    )
    programme.refresh_from_db()
    assert programme.draft is None


def test_the_year_follows_what_is_typed_right_or_wrong(solbakken: Cast, doctor: Client) -> None:
    sent = {**form_of(OWN, solbakken.doctor, start="2026-11-23"), "steg-1-months": "1"}
    drawn = doctor.post("/programmer/tidslinje/", sent)
    assert len(drawn.context["year"].lanes[0].told) >= 10
    for months in ("", "0", "tull", "9999"):
        drawn = doctor.post("/programmer/tidslinje/", {**sent, "steg-1-months": months})
        assert drawn.status_code == 200
        assert len(drawn.context["year"].lanes[0].marks) <= 1
    assert doctor.post("/programmer/tidslinje/", {"steg": ["", "å", "x" * 500]}).status_code == 200


def test_the_second_of_two_writers_sees_the_difference_and_chooses(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    url, text = f"/programmer/{programme.pk}/rediger/", in_force(programme)
    read = shown_digest(doctor.get(url))
    change(programme, "rutine", solbakken.second_doctor, opens=7)
    sent = form_of(text, solbakken.doctor, before=text, read=read, **{"rutine-opens": "28"})
    met = doctor.post(url, sent)
    assert met.status_code == 422
    page = met.content.decode()
    assert "endret av andre" in page
    assert "Arne Aune" in page
    assert "åpner 7 dager før → åpner 28 dager før" in page
    doctor.post(url, {**sent, "read": shown_digest(met)})
    programme.refresh_from_db()
    step = next_text(programme).step("rutine")
    assert step
    assert (step.opens, programme.drafted_by) == (28, solbakken.doctor)


def test_a_new_programme_is_proposed_read_and_approved(solbakken: Cast, doctor: Client) -> None:
    assert doctor.get("/programmer/ny/").status_code == 200
    for sent in ({}, {"name": "Tomt"}):
        assert doctor.post("/programmer/ny/", sent).status_code == 422
    sent = form_of(OWN, solbakken.doctor)
    assert sent["others"] == "T85"
    page = logged_in(solbakken.second_doctor).post("/programmer/ny/", sent, follow=True)
    made = Programme.objects.get(clinic=solbakken.clinic, slug="hoyt-stoffskifte")
    assert page.redirect_chain == [(f"/programmer/{made.pk}/", 302)]
    assert next_text(made) == OWN
    assert "Ingen lege har godkjent det ennå." in page.content.decode()
    assert "Forkast utkastet" not in page.content.decode()
    doctor.post(f"/programmer/{made.pk}/godkjenn/", {"read": shown_digest(page)})
    made.refresh_from_db()
    assert (made.state, in_force(made)) == ("approved", OWN)


def test_a_draft_is_discarded_from_its_page(solbakken: Cast, programme: Programme, doctor: Client) -> None:
    url = f"/programmer/{programme.pk}/"
    assert doctor.get(url + "utkast/").status_code == 404
    change(programme, "rutine", solbakken.second_doctor, opens=7)
    page = doctor.get(url + "utkast/")
    assert logged_in(solbakken.nurse).post(url + "forkast/", {"read": shown_digest(page)}).status_code == 403
    assert (
        "endret eller forkastet" in doctor.post(url + "forkast/", {"read": "x"}, follow=True).content.decode()
    )
    doctor.post(url + "forkast/", {"read": shown_digest(page)})
    programme.refresh_from_db()
    assert programme.draft is None


# --- versions, out of use


def test_versions_say_what_changed_and_who_approved(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    change(programme, "rutine", solbakken.doctor, opens=7)
    approve_programme(programme.pk, by=solbakken.second_doctor, at=timezone.now())
    page = doctor.get(f"/programmer/{programme.pk}/versjoner/")
    lines = [
        (v.version.version, v.changes and [c.words for c in v.changes]) for v in page.context["versions"]
    ]
    assert lines == [(2, ["åpner 21 dager før → åpner 7 dager før"]), (1, None)]
    text = page.content.decode()
    assert "godkjent av Arne Aune" in text
    assert "godkjent av Hanne Holm 23. november 2026 08:00" in text


def test_out_of_use_asks_why_stops_plans_and_is_taken_back_by_reading_again(
    solbakken: Cast, programme: Programme, doctor: Client
) -> None:
    enrol(programme.pk, [make_patient(solbakken, icpc2="T90").pk], by=solbakken.doctor, on=MONDAY, at=MORNING)
    url = f"/programmer/{programme.pk}/"
    assert "1 plan stanses" in doctor.get(url).content.decode()
    assert logged_in(solbakken.nurse).post(url + "ut-av-bruk/", {"reason": "x"}).status_code == 403
    refused = doctor.post(url + "ut-av-bruk/", {"reason": " "})
    assert refused.status_code == 422
    assert "Skriv kort hvorfor." in refused.content.decode()
    page = doctor.post(url + "ut-av-bruk/", {"reason": "Følges på sykehuset"}, follow=True)
    assert "tatt ut av bruk. 1 plan er stanset." in page.content.decode()
    assert "Godkjenn og ta i bruk" in page.content.decode()
    assert [g.title for g in doctor.get("/programmer/").context["groups"]][-1] == "Tatt ut av bruk"
    doctor.post(url + "godkjenn/", {"read": shown_digest(page)})
    programme.refresh_from_db()
    assert (programme.state, programme.version) == ("approved", 2)
    versions = doctor.get(url + "versjoner/").content.decode()
    assert "Programmet ble tatt i bruk igjen." in versions
