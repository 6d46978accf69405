"""A link that is good once: who may give it, what it opens, and everything that ends it."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone

from teams.actions.access import withdraw_access
from teams.actions.invitations import hash_of, join_as_new, make_link, make_link_as_operator, set_password
from teams.models import Access, Invitation, Member, Municipality, MunicipalLead, Purpose, User
from tests.conftest import STARTED, Cast, let_in, logged_in, make_cast, make_clinic, make_member
from tests.teams.test_wall import connect

NEW = {"username": "ola.as", "password1": "vinter-fjell-mandag", "password2": "vinter-fjell-mandag"}
NEW_PASSWORD = {"new_password1": "annen-fjord-tirsdag", "new_password2": "annen-fjord-tirsdag"}


@pytest.fixture(autouse=True)
def nobody_has_tried() -> None:
    """The limit on dead links counts by address, and every test has the same."""
    cache.clear()


def newcomer(cast: Cast, **fields: Any) -> Member:
    """Works here and is let in, without a login."""
    member = Member.objects.create(
        clinic=cast.clinic, name="Ola Ås", **{"profession": "nurse", "starts_on": STARTED, **fields}
    )
    return let_in(member)


def link(by: Cast, member: Member) -> str:
    """Its path, as shown once to the leader."""
    answer = logged_in(by.doctor).post(f"/team/medlem/{member.pk}/innlogging/")
    found = re.search(r"http://testserver(/invitasjon/[\w-]+/)", answer.content.decode())
    assert found, answer.content.decode()
    return found[1]


def is_dead(answer: Any) -> bool:
    return bool(answer.status_code == 410 and "virker ikke mer" in answer.content.decode())


def test_somebody_invited_makes_a_login_and_gets_in(solbakken: Cast) -> None:
    member = newcomer(solbakken)
    path = link(solbakken, member)
    invited = Client()
    first = invited.get(path)
    assert (first.status_code, first["Location"]) == (302, "/invitasjon/")
    page = invited.get("/invitasjon/")
    text = page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    for told in ("Hanne Holm har invitert deg", "Solbakken legesenter", "Ola Ås", "sykepleier"):
        assert told in text
    assert "http" not in text.split("</head>")[1]  # nothing from elsewhere
    token = path.split("/")[2]
    assert token not in text
    assert token not in str(dict(invited.session))
    answer = invited.post("/invitasjon/", NEW)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(username="ola.as")
    assert not (user.is_staff or user.is_superuser)
    member.refresh_from_db()
    assert member.user == user
    assert invited.post("/konto/login/", {"login": "ola.as", "password": NEW["password1"]}).status_code == 302
    assert "Ola Ås" in invited.get("/konto/sikkerhet/").content.decode()  # a second factor first
    # Once, and never again: not for the one who used it, not for another.
    for client in (invited, Client()):
        client.get(path)
        assert is_dead(client.get("/invitasjon/"))
        assert is_dead(client.post("/invitasjon/", NEW | {"username": "to"}))


def test_only_a_hash_is_kept(solbakken: Cast) -> None:
    made, token = make_link(newcomer(solbakken).pk, by=solbakken.doctor, at=timezone.now())
    assert len(token) >= 43  # 256 bits
    assert made.token_hash == hash_of(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM teams_invitation i")
        assert token not in cursor.fetchone()[0]


def test_one_who_works_elsewhere_takes_the_place_with_the_login_they_have(
    solbakken: Cast, furulund: Cast
) -> None:
    member = newcomer(solbakken)
    path = link(solbakken, member)
    user = furulund.nurse
    client = logged_in(user)
    client.get(path)
    assert "Ta imot plassen" in client.get("/invitasjon/").content.decode()
    assert client.post("/invitasjon/").status_code == 302
    member.refresh_from_db()
    assert member.user == user.user
    assert "Solbakken legesenter" in client.get("/team/").content.decode()
    assert "Furulund legekontor" in client.get("/team/").content.decode()


def test_nobody_gets_a_second_place_in_a_clinic(solbakken: Cast) -> None:
    path = link(solbakken, newcomer(solbakken))
    client = logged_in(solbakken.nurse)
    client.get(path)
    answer = client.post("/invitasjon/")
    assert answer.status_code == 422
    assert "fra før" in answer.content.decode()
    assert not Invitation.objects.filter(used_at__isnull=False).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": ""}, {"username": "nina-nes-solbakken"}, {"username": "Nina-Nes-Solbakken"}, {"password2": "noe annet"},
        {"password1": "kort", "password2": "kort"}, {"username": NEW["password1"]},
    ],
)  # fmt: skip
def test_a_login_that_cannot_be_is_refused_and_the_link_is_still_good(
    solbakken: Cast, wrong: dict[str, str]
) -> None:
    path, client = link(solbakken, newcomer(solbakken)), Client()
    client.get(path)
    users = User.objects.count()
    assert client.post("/invitasjon/", NEW | wrong).status_code == 422
    assert User.objects.count() == users
    assert client.post("/invitasjon/", NEW).status_code == 302


def test_a_login_is_not_made_with_more_than_it_asks_for(solbakken: Cast) -> None:
    path, client = link(solbakken, newcomer(solbakken)), Client()
    client.get(path)
    more = {"is_superuser": "1", "is_staff": "1", "access": "leader", "member": str(solbakken.doctor.pk)}
    client.post("/invitasjon/", NEW | more)
    user = User.objects.get(username="ola.as")
    assert not (user.is_superuser or user.is_staff)
    assert Member.objects.get(user=user).access == Access.STAFF


def expired(member: Member, cast: Cast) -> None:
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))


def revoked(member: Member, cast: Cast) -> None:
    assert logged_in(cast.doctor).post(f"/team/medlem/{member.pk}/innlogging/trekk/").status_code == 302


def replaced(member: Member, cast: Cast) -> None:
    link(cast, member)


def left(member: Member, cast: Cast) -> None:
    Member.objects.filter(pk=member.pk).update(ends_on=timezone.now().date() - dt.timedelta(days=1))


def ran_out(member: Member, cast: Cast) -> None:
    Member.objects.filter(pk=member.pk).update(access_until=timezone.now().date() - dt.timedelta(days=1))


def withdrawn(member: Member, cast: Cast) -> None:
    withdraw_access(member.pk, "prøve", by=cast.doctor, at=timezone.now())


def inviter_withdrawn(member: Member, cast: Cast) -> None:
    second = make_member(cast.clinic, "Lars Lie", "doctor", Access.LEADER)
    withdraw_access(cast.doctor.pk, "prøve", by=second, at=timezone.now())


def has_a_login(member: Member, cast: Cast) -> None:
    Member.objects.filter(pk=member.pk).update(user=User.objects.create_user("noen"))


@pytest.mark.parametrize(
    "ended",
    [expired, revoked, replaced, left, ran_out, withdrawn, inviter_withdrawn, has_a_login],
    ids=lambda each: each.__name__,
)
def test_a_link_that_is_over_says_the_same_whyever(solbakken: Cast, ended: Any) -> None:
    member = newcomer(solbakken)
    path, late = link(solbakken, member), Client()
    late.get(path)
    assert late.get("/invitasjon/").status_code == 200
    ended(member, solbakken)
    users = User.objects.count()
    answer = late.post("/invitasjon/", NEW)
    assert is_dead(answer)
    never = Client()
    never.get("/invitasjon/aldri-laget/")
    said = [
        re.sub(r"(nonce|value|X-CSRFToken)[^>]*", "", a.content.decode())
        for a in (answer, never.get("/invitasjon/"))
    ]
    assert said[0] == said[1]
    assert User.objects.count() == users


def test_whoever_tries_links_is_stopped(solbakken: Cast) -> None:
    good, client = link(solbakken, newcomer(solbakken)), Client()
    for n in range(30):
        client.get(f"/invitasjon/gjett-{n}/")
        assert client.get("/invitasjon/").status_code == 410
    client.get(good)
    assert client.get("/invitasjon/").status_code == 429
    cache.clear()
    assert client.get("/invitasjon/").status_code == 200


# --- a lost password


def test_a_new_password_by_a_link_ends_what_was_logged_in(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    assert nurse.get("/min-dag/").status_code == 200
    path, client = link(solbakken, solbakken.nurse), Client()
    client.get(path)
    assert "nina-nes-solbakken" in client.get("/invitasjon/").content.decode()
    assert client.post("/invitasjon/", NEW_PASSWORD | {"new_password2": "x"}).status_code == 422
    assert client.post("/invitasjon/", NEW_PASSWORD).status_code == 302
    assert nurse.get("/min-dag/").status_code == 302
    answer = client.post(
        "/konto/login/", {"login": "nina-nes-solbakken", "password": NEW_PASSWORD["new_password1"]}
    )
    assert answer.status_code == 302
    client.get(path)
    assert is_dead(client.get("/invitasjon/"))


def test_a_link_for_a_place_sets_nobodys_password(solbakken: Cast) -> None:
    """What a link was made for stands in it: the other form does nothing."""
    _made, token = make_link(newcomer(solbakken).pk, by=solbakken.doctor, at=timezone.now())
    with pytest.raises(Invitation.DoesNotExist):
        set_password(hash_of(token), NEW["password1"], at=timezone.now())
    _made, token = make_link(solbakken.nurse.pk, by=solbakken.doctor, at=timezone.now())
    with pytest.raises(Invitation.DoesNotExist):
        join_as_new(hash_of(token), "en-ny", NEW["password1"], at=timezone.now())


def place_elsewhere(member: Member, user: User) -> None:
    there = make_clinic("asen", "Åsen")
    let_in(Member.objects.create(clinic=there, user=user, name="X", profession="nurse", starts_on=STARTED))


def leads_a_municipality(member: Member, user: User) -> None:
    municipality = Municipality.objects.get(number="0301")
    MunicipalLead.objects.create(municipality=municipality, user=user, since=STARTED)


def runs_the_machine(member: Member, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=True)


@pytest.mark.parametrize(
    "more", [place_elsewhere, leads_a_municipality, runs_the_machine], ids=lambda each: each.__name__
)
def test_no_clinic_takes_over_somebody_who_is_more_elsewhere(solbakken: Cast, more: Any) -> None:
    """Neither when the link is made, nor when it became so before it was used. Whoever runs Fordel may."""
    nurse, user = solbakken.nurse, solbakken.nurse.user
    assert user
    _made, token = make_link(nurse.pk, by=solbakken.doctor, at=timezone.now())
    more(nurse, user)
    before = user.password
    with pytest.raises(Invitation.DoesNotExist):
        set_password(hash_of(token), NEW["password1"], at=timezone.now())
    leader = logged_in(solbakken.doctor)
    answer = leader.post(f"/team/medlem/{nurse.pk}/innlogging/")
    assert answer.status_code == 422
    assert "drifter Fordel" in answer.content.decode()
    user.refresh_from_db()
    assert user.password == before
    _made, token = make_link_as_operator(nurse, at=timezone.now())
    set_password(hash_of(token), NEW["password1"], at=timezone.now())
    user.refresh_from_db()
    assert user.check_password(NEW["password1"])


def test_who_may_give_a_link(solbakken: Cast, furulund: Cast) -> None:
    now = timezone.now()
    for somebody in (solbakken.nurse, solbakken.second_doctor, solbakken.manager):
        with pytest.raises(PermissionDenied):
            make_link(solbakken.secretary.pk, by=somebody, at=now)
    with pytest.raises(Member.DoesNotExist):
        make_link(furulund.nurse.pk, by=solbakken.doctor, at=now)
    with pytest.raises(ValueError, match="own"):
        make_link(solbakken.doctor.pk, by=solbakken.doctor, at=now)
    administrator = make_member(solbakken.clinic, "Ada Ask", "", Access.ADMINISTRATOR)
    # Sees no patients, and would as the nurse.
    with pytest.raises(ValueError, match="more"):
        make_link(solbakken.nurse.pk, by=administrator, at=now)
    assert make_link(newcomer(solbakken).pk, by=administrator, at=now)


# --- e-mail


@pytest.fixture
def post_office(settings: Any) -> Iterator[Any]:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example.no", "https://fordel.example.no"
    yield mail


def test_without_a_mail_server_nobody_is_asked_for_an_address(solbakken: Cast) -> None:
    page = logged_in(solbakken.doctor).get(f"/team/medlem/{newcomer(solbakken).pk}/innlogging/")
    assert 'name="email"' not in page.content.decode()


def test_the_link_by_e_mail_says_no_more_than_it_must(solbakken: Cast, post_office: Any) -> None:
    member = newcomer(solbakken)
    leader = logged_in(solbakken.doctor)
    path = f"/team/medlem/{member.pk}/innlogging/"
    assert 'name="email"' in leader.get(path).content.decode()
    answer = leader.post(path, {"email": "ola@example.no"}, headers={"host": "localhost"})
    assert "Sendt til ola@example.no" in answer.content.decode()
    (sent,) = post_office.outbox
    assert sent.to == ["ola@example.no"]
    assert "Hanne Holm" in sent.body
    assert re.findall(r"https?://\S+", sent.body)[0].startswith("https://fordel.example.no/invitasjon/")
    assert "Ola" not in sent.body + sent.subject
    for wrong in ("ola@example.no\nBcc: alle@example.no", "ola", "a@example.no,b@example.no"):
        assert leader.post(path, {"email": wrong}).status_code == 422
    assert len(post_office.outbox) == 1


def test_a_mail_server_that_is_away_leaves_the_link_to_copy(
    solbakken: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    answer = logged_in(solbakken.doctor).post(
        f"/team/medlem/{newcomer(solbakken).pk}/innlogging/", {"email": "ola@example.no"}
    )
    assert answer.status_code == 200
    assert "ble ikke sendt" in answer.content.decode()
    assert "/invitasjon/" in answer.content.decode()


# --- the walls, and two at once


def test_two_who_use_a_link_at_once_make_one_login(committed: None) -> None:
    cast = make_cast("solbakken", "Solbakken")
    member = newcomer(cast)
    _made, token = make_link(member.pk, by=cast.doctor, at=timezone.now())
    barrier, told = threading.Barrier(2), []

    def use(name: str) -> None:
        barrier.wait()
        try:
            join_as_new(hash_of(token), name, NEW["password1"], at=timezone.now())
            told.append(name)
        except Invitation.DoesNotExist:
            told.append("")
        finally:
            connection.close()

    both = [threading.Thread(target=use, args=[name]) for name in ("den-ene", "den-andre")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(timeout=20)
    member.refresh_from_db()
    assert sorted(told)[0] == ""
    assert member.user
    assert sorted(told)[1] == member.user.username
    assert User.objects.filter(username__in=["den-ene", "den-andre"]).count() == 1


def test_one_link_is_open_at_a_time_even_by_hand(solbakken: Cast) -> None:
    made, _token = make_link(newcomer(solbakken).pk, by=solbakken.doctor, at=timezone.now())
    made.pk, made.token_hash = None, "f" * 64
    with pytest.raises(Exception, match="invitation_one_open"):
        made.save()


def test_the_application_sees_the_link_it_holds_and_makes_logins_with_nothing_else(committed: None) -> None:
    """By raw SQL, as the real login."""
    cast = make_cast("solbakken", "Solbakken")
    member = newcomer(cast)
    made, _token = make_link(member.pk, by=cast.doctor, at=timezone.now())
    a_user = (
        "INSERT INTO teams_user (username, password, is_superuser, is_staff, is_active, first_name, last_name, email,"
        " date_joined) VALUES ('ny', 'x', {more}, {more}, true, '', '', '', now()) RETURNING id"
    )
    seen = "SELECT count(*) FROM teams_invitation"
    hold = "SELECT set_config('fordel.invitation', %s, true)"
    clinic = "SELECT set_config('fordel.clinic', %s, true)"
    with connect("fordel_app") as app:
        assert app.execute(seen).fetchone() == (0,)
        with app.transaction():
            app.execute(hold, ["0" * 64])
            assert app.execute(seen).fetchone() == (0,)
        with app.transaction():
            app.execute(hold, [made.token_hash])
            assert app.execute(seen).fetchone() == (1,)
            assert app.execute("SELECT count(*) FROM teams_member").fetchone() == (0,)
            assert app.execute("UPDATE teams_invitation SET revoked_at = now()").rowcount == 0
    join = "UPDATE teams_member SET user_id = {user} WHERE id = {member}"
    nurse, here = cast.nurse, str(cast.clinic.pk)
    refused: list[tuple[str, str, str]] = [
        ("", "", a_user.format(more="false")),
        ("0" * 64, "", a_user.format(more="false")),
        (made.token_hash, "", a_user.format(more="true")),
        (made.token_hash, here, join.format(user=nurse.user_id, member=cast.doctor.pk)),
        (made.token_hash, here, join.format(user="NULL", member=nurse.pk)),
        ("", here, join.format(user=nurse.user_id, member=member.pk)),
        ("", here, "UPDATE teams_invitation SET expires_at = now() + interval '1 year'"),
        ("", here, "DELETE FROM teams_invitation"),
    ]
    for holds, where, sql in refused:
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            connect("fordel_app") as app,
            app.transaction(),
        ):
            app.execute(hold, [holds])
            app.execute(clinic, [where])
            app.execute(sql)
    with connect("fordel_app") as app, app.transaction():
        app.execute(hold, [made.token_hash])
        assert app.execute(a_user.format(more="false")).fetchone()
    assert made.purpose == Purpose.JOIN
