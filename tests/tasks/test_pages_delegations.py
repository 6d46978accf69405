"""The register through the web: read, drafted, signed, taken back, printed; refused with words; few queries."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions import employment
from tasks.actions.delegations import Terms, draft, sign
from tasks.delegating import draft_of
from tasks.models import Delegation, TaskKind
from tasks.queries.delegations import digest_of
from teams.calendar import oslo_date
from teams.models import Access, Duty, Member
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import make_patient, make_task
from tests.tasks.test_pages_ids import PARTED, large  # noqa: F401  # a fixture

DAY = dt.timedelta(days=1)


def today() -> dt.date:
    return oslo_date(timezone.now())


def kind(slug: str = "arskontroll") -> TaskKind:
    return TaskKind.objects.get(slug=slug)


def drafted(cast: Cast, slug: str = "arskontroll", text: str = "Ring ved tvil.", **fields: Any) -> Delegation:
    doctor, member = fields.pop("doctor", cast.doctor), fields.pop("member", cast.nurse)
    terms = Terms(text, **{"starts_on": today(), **fields})
    (row,) = draft(doctor, [member], {kind(slug): terms}, by=cast.secretary, at=timezone.now())
    return row


def signed(cast: Cast, *args: Any, **fields: Any) -> Delegation:
    row = drafted(cast, *args, **fields)
    row.refresh_from_db()
    return sign({row.pk: digest_of(row)}, answers=True, registered=True, by=row.doctor, at=timezone.now())[0]


@pytest.fixture
def doctor(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


@pytest.fixture
def secretary(solbakken: Cast) -> Client:
    return logged_in(solbakken.secretary)


def text_of(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


# --- the register


def test_a_table_for_every_doctor_with_what_holds_and_a_way_to_draft_the_rest(
    solbakken: Cast, secretary: Client
) -> None:
    row = signed(solbakken, ends_on=today() + 5 * DAY)
    text = text_of(secretary, "/delegeringer/")
    for who in (solbakken.doctor, solbakken.second_doctor):
        assert f'id="lege-{who.pk}"' in text
    assert f'href="/delegeringer/{row.pk}/">går ut om 5 dager' in text
    other = f"/delegeringer/ny/?lege={solbakken.second_doctor.pk}&amp;til={solbakken.nurse.pk}&amp;type={row.kind_id}"
    assert other in text


def test_the_tables_are_folded_with_what_they_hold_until_one_is_asked_for(
    solbakken: Cast, doctor: Client, secretary: Client
) -> None:
    signed(solbakken, ends_on=today() + 5 * DAY)
    drafted(solbakken, "prosvar")

    def tables(client: Client, query: str = "") -> list[tuple[str, str, str]]:
        page = text_of(client, f"/delegeringer/{query}")
        return re.findall(
            r'<details class="panel"( open)?>\s*<summary.*?<h2[^>]*>(.*?)</h2> <span class="muted">(.*?)</span>',
            page,
        )

    sums = "1 går snart ut, 1 utkast"
    assert tables(secretary) == [("", "Arne Aune", "ingen"), ("", "Hanne Holm", sums)]
    assert tables(doctor) == [("", "Arne Aune", "ingen"), (" open", "Hanne Holm", sums)]
    assert tables(secretary, f"?lege={solbakken.second_doctor.pk}") == [(" open", "Arne Aune", "ingen")]
    asked = tables(secretary, f"?type={kind('prosvar').pk}")
    assert asked == [(" open", "Arne Aune", "ingen"), (" open", "Hanne Holm", "1 utkast")]


def test_the_list_filters_by_doctor_member_and_kind(solbakken: Cast, secretary: Client) -> None:
    second = make_member(solbakken.clinic, "Ola Ås", "nurse")
    rows = [
        signed(solbakken),
        signed(solbakken, "prosvar"),
        signed(solbakken, member=second),
        signed(solbakken, doctor=solbakken.second_doctor),
    ]

    def listed(query: str) -> set[int]:
        text = text_of(secretary, f"/delegeringer/?vis=liste{query}")
        return {row.pk for row in rows if f'href="/delegeringer/{row.pk}/"' in text}

    assert listed("") == {row.pk for row in rows}
    assert listed(f"&lege={solbakken.second_doctor.pk}") == {rows[3].pk}
    assert listed(f"&medarbeider={second.pk}") == {rows[2].pk}
    assert listed(f"&type={rows[1].kind_id}") == {rows[1].pk}
    assert listed(f"&lege={solbakken.doctor.pk}&type={rows[0].kind_id}") == {rows[0].pk, rows[2].pk}
    assert listed("&lege=tull") == {row.pk for row in rows}, "a wrong address shows all"


def test_what_is_over_is_kept_and_shown_when_asked_for(solbakken: Cast, doctor: Client) -> None:
    row = signed(solbakken)
    doctor.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "avtalen er over"})
    assert f"/delegeringer/{row.pk}/" not in text_of(doctor, "/delegeringer/?vis=liste")
    assert "trukket tilbake" in text_of(doctor, "/delegeringer/?vis=alt")
    assert "avtalen er over" in text_of(doctor, f"/delegeringer/{row.pk}/")


def test_the_printed_register_has_every_word_and_no_patient(solbakken: Cast, secretary: Client) -> None:
    signed(solbakken, text="Ring alltid ved brystsmerter.")
    make_patient(solbakken, family_name="Hemmelig")
    text = text_of(secretary, "/delegeringer/utskrift/")
    assert "Ring alltid ved brystsmerter." in text
    assert "signert av Hanne Holm" in text
    assert "Hemmelig" not in text


def test_managers_and_administrators_read_and_do_nothing(solbakken: Cast) -> None:
    row = drafted(solbakken)
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    for reader in (solbakken.manager, administrator):
        client = logged_in(reader)
        assert "Nytt utkast" not in text_of(client, "/delegeringer/")
        assert "Rett utkastet" not in text_of(client, f"/delegeringer/{row.pk}/")
        for path in ("ny/", "signer/", f"{row.pk}/rett/"):
            assert client.get(f"/delegeringer/{path}").status_code == 403
        for path in ("forkast", "trekk"):
            answer = client.post(f"/delegeringer/{row.pk}/{path}/", {"reason": "nei"})
            assert answer.status_code == 403


# --- drafting


def test_a_draft_begins_with_our_words_and_later_with_the_doctors_own(
    solbakken: Cast, secretary: Client
) -> None:
    path = f"/delegeringer/ny/?lege={solbakken.doctor.pk}&til={solbakken.nurse.pk}&type={kind().pk}"
    assert draft_of("arskontroll").splitlines()[2] in text_of(secretary, path)
    signed(solbakken, text="Mine egne ord om årskontroll.")
    text = text_of(secretary, path)
    assert "Mine egne ord om årskontroll." in text
    assert "må tilpasse</textarea>" not in text


def test_several_at_once_become_a_row_each(solbakken: Cast, secretary: Client) -> None:
    second = make_member(solbakken.clinic, "Ola Ås", "nurse")
    kinds = [kind(), kind("hjemmebesok")]
    data: dict[str, Any] = {
        "lege": solbakken.doctor.pk, "til": [solbakken.nurse.pk, second.pk], "type": [k.pk for k in kinds],
        "starts_on": str(today()), **{f"text_{k.pk}": f"Om {k.name}" for k in kinds},
    }  # fmt: skip
    page = secretary.get("/delegeringer/ny/", data).content.decode()
    assert "Hjemmebesøk: må være meldt i Helfos Praksisinformasjon" in page
    assert secretary.post("/delegeringer/ny/", data).status_code == 302
    assert Delegation.objects.filter(signed_at=None, drafted_by=solbakken.secretary).count() == 4
    answer = secretary.post("/delegeringer/ny/", data, follow=True).content.decode()
    assert "4 utkast lå der alt" in answer


@pytest.mark.parametrize("wrong", ["text", "starts_on", "ends_on", "til", "type", "lege"])
def test_a_draft_that_lacks_something_comes_back(solbakken: Cast, secretary: Client, wrong: str) -> None:
    data: dict[str, Any] = {
        "lege": solbakken.doctor.pk, "til": solbakken.nurse.pk, "type": kind().pk, "starts_on": str(today()),
        f"text_{kind().pk}": "Ring ved tvil.",
    }  # fmt: skip
    data |= {"text": {f"text_{kind().pk}": " "}, "ends_on": {"ends_on": str(today() - DAY)}}.get(
        wrong, {wrong: ""}
    )
    answer = secretary.post("/delegeringer/ny/", data)
    assert answer.status_code == 422
    assert "ds-validation-message" in answer.content.decode()
    assert not Delegation.objects.exists()


def test_a_draft_is_corrected_and_two_who_correct_at_once_are_told(
    solbakken: Cast, secretary: Client
) -> None:
    row = drafted(solbakken)
    path, read = f"/delegeringer/{row.pk}/rett/", digest_of(row)
    data = {"text": "Bedre ord", "starts_on": str(today()), "read": read}
    assert secretary.post(path, data).status_code == 302
    answer = secretary.post(path, {**data, "text": "Andre ord"})
    assert answer.status_code == 422
    assert "endret av andre" in answer.content.decode()
    page = answer.content.decode()
    assert "Andre ord" in page, "nothing typed is lost"
    assert "Bedre ord" in page, "and what the other wrote can be read"
    row.refresh_from_db()
    assert row.instruction == "Bedre ord"
    again = re.search(r'name="read" value="(\w+)"', page)
    assert again
    assert secretary.post(path, {**data, "text": "Andre ord", "read": again[1]}).status_code == 302
    row.refresh_from_db()
    assert row.instruction == "Andre ord"


def test_what_is_signed_meanwhile_is_not_offered_to_be_rewritten(solbakken: Cast, secretary: Client) -> None:
    row = drafted(solbakken)
    data = {"text": "Bedre ord", "starts_on": str(today()), "read": digest_of(row)}
    sign({row.pk: digest_of(row)}, answers=True, registered=True, by=solbakken.doctor, at=timezone.now())
    answer = secretary.post(f"/delegeringer/{row.pk}/rett/", data)
    assert answer.status_code == 422
    assert "Bedre ord" in answer.content.decode()
    assert "Lagre" not in answer.content.decode()


def test_a_draft_is_discarded(solbakken: Cast, secretary: Client) -> None:
    row = drafted(solbakken)
    assert "forkastet" in secretary.post(f"/delegeringer/{row.pk}/forkast/", follow=True).content.decode()
    assert "forkastet utkast" in text_of(secretary, f"/delegeringer/{row.pk}/")


# --- signing


def ticks(*rows: Delegation, **said: str) -> dict[str, Any]:
    return {
        "drafts": [f"{row.pk}:{digest_of(row)}" for row in rows],
        "answers": "on",
        "registered": "on",
        **said,
    }


def test_the_doctor_reads_every_word_and_signs_what_is_ticked(solbakken: Cast, doctor: Client) -> None:
    one, two = drafted(solbakken, text="Les meg nøye."), drafted(solbakken, "prosvar")
    text = text_of(doctor, f"/delegeringer/signer/?utkast={one.pk}")
    assert "Les meg nøye." in text
    assert text.count(" checked") == 1
    assert doctor.post("/delegeringer/signer/", ticks(one)).status_code == 302
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.signed_at is None, two.signed_at is None) == (False, True)


def test_what_cannot_be_signed_comes_back_with_the_ticks(solbakken: Cast, doctor: Client) -> None:
    row = drafted(solbakken, "hjemmebesok")
    for data, words in (
        (ticks(row, answers=""), "Uten det kan du ikke delegere"),
        (ticks(row, registered=""), "Meld det hos Helfo først"),
        (ticks(), "minst ett utkast"),
        ({**ticks(row), "drafts": f"{row.pk}:noe-annet"}, "Les det en gang til"),
    ):
        answer = doctor.post("/delegeringer/signer/", data)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    assert not Delegation.objects.exclude(signed_at=None).exists()


def test_our_own_words_have_no_tick_but_a_way_to_correct_them(solbakken: Cast, doctor: Client) -> None:
    row = drafted(solbakken, text=draft_of("arskontroll"))
    text = text_of(doctor, "/delegeringer/signer/")
    assert f'href="/delegeringer/{row.pk}/rett/"' in text
    assert 'name="drafts"' not in text
    answer = doctor.post("/delegeringer/signer/", ticks(row))
    assert answer.status_code == 422
    assert "fortsatt at den er et utkast" in answer.content.decode()


def test_only_doctors_have_a_page_to_sign_on_with_their_own_drafts(
    solbakken: Cast, secretary: Client
) -> None:
    row = drafted(solbakken)
    assert secretary.get("/delegeringer/signer/").status_code == 403
    other = logged_in(solbakken.second_doctor)
    assert "Ingen utkast venter" in text_of(other, "/delegeringer/signer/")
    assert other.post("/delegeringer/signer/", ticks(row)).status_code == 422
    row.refresh_from_db()
    assert row.signed_at is None


# --- taken back, warned


def test_taken_back_the_page_says_how_many_and_where_they_went(solbakken: Cast, doctor: Client) -> None:
    row = signed(solbakken)
    for _ in range(2):
        make_task(
            solbakken.clinic, "arskontroll", assignee=solbakken.nurse, patient=make_patient(solbakken),
            planned_on=today(), due_on=today() + 7 * DAY, opens_on=today(),
        )  # fmt: skip
    begun = make_task(
        solbakken.clinic,
        "arskontroll",
        assignee=solbakken.nurse,
        patient=make_patient(solbakken),
        state="started",
    )
    assert "Trekk tilbake nå" in text_of(doctor, f"/delegeringer/{row.pk}/")
    answer = doctor.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "avtalen er over"}, follow=True)
    text = answer.content.decode()
    assert "Delegeringen er trukket tilbake. 2 oppgaver er gitt videre: " in text
    assert f'<a href="/oppgave/{begun.pk}/">' in text
    for concerned in (solbakken.doctor, solbakken.second_doctor):  # who leads; whose list it is
        seen = f'<a href="/oppgave/{begun.pk}/">' in text_of(logged_in(concerned), "/team/")
        assert seen == (concerned == solbakken.doctor)
    assert "Lunde" not in text, "no patient is named"
    mine = text_of(logged_in(solbakken.nurse), "/min-dag/")
    assert "har begynt, men delegeringen gjelder ikke lenger" in mine


def test_until_somebodys_last_day_the_page_says_when_it_ends_and_can_be_taken_back(
    solbakken: Cast, doctor: Client
) -> None:
    row, last = signed(solbakken), today() + 60 * DAY
    employment.end(solbakken.nurse.pk, last, by=solbakken.doctor, at=timezone.now())
    page = text_of(doctor, f"/delegeringer/{row.pk}/")
    assert f"gjelder til og med {last:%d.%m.%Y}" in page
    assert "arbeidsforholdet slutter" in page
    assert "Trukket tilbake" not in page
    assert "Trekk tilbake nå" in page
    assert f"gjelder til og med {last:%d.%m.%Y}" in text_of(doctor, "/delegeringer/")
    doctor.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "nei"})
    assert "Trukket tilbake" in text_of(doctor, f"/delegeringer/{row.pk}/")


def test_a_doctor_who_only_manages_now_has_the_way_to_take_back(solbakken: Cast, doctor: Client) -> None:
    row = signed(solbakken)
    Member.objects.filter(pk=solbakken.doctor.pk).update(access=Access.MANAGER)
    assert "Trekk tilbake nå" in text_of(doctor, f"/delegeringer/{row.pk}/")
    assert doctor.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "leder nå"}).status_code == 302
    row.refresh_from_db()
    assert row.revoked_on == today()


def test_without_a_reason_it_is_not_taken_back(solbakken: Cast, doctor: Client) -> None:
    row = signed(solbakken)
    answer = doctor.post(f"/delegeringer/{row.pk}/trekk/", {"reason": ""})
    assert answer.status_code == 422
    assert "Skriv kort hvorfor" in answer.content.decode()


def test_a_colleague_has_no_way_to_take_it_back_until_the_doctor_has_left(solbakken: Cast) -> None:
    row = signed(solbakken, doctor=solbakken.second_doctor)
    leader, nurse = logged_in(solbakken.doctor), logged_in(solbakken.nurse)
    for client in (leader, nurse):
        assert "Trekk tilbake" not in text_of(client, f"/delegeringer/{row.pk}/")
        assert client.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "nei"}).status_code == 403
    Member.objects.filter(pk=solbakken.second_doctor.pk).update(ends_on=today() - DAY)
    assert "Trekk tilbake" in text_of(leader, f"/delegeringer/{row.pk}/")
    assert leader.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "har sluttet"}).status_code == 302
    assert nurse.post(f"/delegeringer/{row.pk}/trekk/", {"reason": "nei"}).status_code == 403


def test_what_ends_soon_is_said_on_three_pages(solbakken: Cast, doctor: Client, secretary: Client) -> None:
    signed(solbakken, ends_on=today() + 12 * DAY)
    drafted(solbakken, "prosvar")
    for path in ("/delegeringer/", "/min-dag/", "/team/"):
        text = text_of(doctor, path)
        assert "går ut om 12 dager" in text, path
        assert "1 utkast venter på at du signerer" in text, path
    assert "går ut om 12 dager" not in text_of(secretary, "/min-dag/")


# --- walls and queries


def test_another_clinics_register_is_not_there(solbakken: Cast, furulund: Cast) -> None:
    row = drafted(solbakken)
    stranger = logged_in(furulund.doctor)
    for path in ("", "rett/"):
        assert stranger.get(f"/delegeringer/{row.pk}/{path}").status_code == 404
    for path in ("forkast/", "trekk/"):
        assert stranger.post(f"/delegeringer/{row.pk}/{path}", {"reason": "nei"}).status_code == 404
    assert f"/delegeringer/{row.pk}/" not in text_of(stranger, "/delegeringer/?vis=alt")
    answer = stranger.get(
        f"/delegeringer/ny/?lege={solbakken.doctor.pk}&til={solbakken.nurse.pk}&type={kind().pk}"
    )
    assert answer.status_code == 422
    assert stranger.post("/delegeringer/signer/", ticks(row)).status_code == 422


def test_a_long_register_takes_no_more_queries(solbakken: Cast, doctor: Client) -> None:
    def count(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert doctor.get(path).status_code == 200
        return len(queries)

    row = signed(solbakken, ends_on=today() + 9 * DAY)
    own = ("", "?vis=alt", "utskrift/", "signer/", f"{row.pk}/")
    paths = [f"/delegeringer/{path}" for path in own]
    few = [count(path) for path in paths]
    for n in range(8):
        nurse = make_member(solbakken.clinic, f"Sykepleier {n}", "nurse")
        for slug in ("arskontroll", "prosvar", "moter"):
            signed(solbakken, slug, member=nurse, ends_on=today() + 9 * DAY)
            drafted(solbakken, slug, member=nurse, doctor=solbakken.second_doctor)
            drafted(solbakken, slug, member=nurse)
    assert [count(path) for path in paths] == few
    assert max(few) <= 20, few


def test_a_number_above_a_thousand_is_written_as_one(large: Cast) -> None:  # noqa: F811
    with connection.cursor() as cursor:
        for table in ("tasks_delegation", "teams_duty"):
            cursor.execute(f"ALTER TABLE {table} ALTER id RESTART WITH 6001")
    row, waiting = signed(large, ends_on=today() + 9 * DAY), drafted(large, "prosvar")
    Duty.objects.create(
        clinic=large.clinic, member=large.nurse, kind="meeting", weekday=1, minutes=30, starts_on=today()
    )
    client = logged_in(large.doctor)
    whom = f"ny/?lege={large.doctor.pk}&til={large.nurse.pk}&type={row.kind_id}"
    for path in ("", "?vis=alt", f"{row.pk}/", f"{waiting.pk}/", f"{waiting.pk}/rett/", "signer/", whom):
        assert PARTED.findall(text_of(client, f"/delegeringer/{path}")) == [], path
    for path in ("lemmer/", "lemmer/ny/", f"lem/{large.nurse.pk}/", f"lem/{large.nurse.pk}/arbeidstid/"):
        assert PARTED.findall(text_of(client, f"/team/med{path}")) == [], path
