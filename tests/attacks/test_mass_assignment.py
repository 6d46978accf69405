"""Every form that the leader can find is sent with fields that it does not have: none of them does anything."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from demo.logins import PASSWORD
from tests.attacks import demo_site
from tests.attacks.crawling import Browser, visit
from tests.attacks.serving import Web

DATABASE = "fordel_attacked_fields"


@pytest.fixture
def site(pattern: str) -> Iterator[Web]:
    with demo_site.copy(DATABASE), demo_site.site(DATABASE) as served:
        yield served


def clinic_tables(database: psycopg.Connection) -> list[str]:
    rows = database.execute(
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE column_name = 'clinic_id' AND table_schema = 'public' ORDER BY 1"
    )
    return [row[0] for row in rows]


def owners(database: psycopg.Connection) -> dict[tuple[str, int], int]:
    """Which clinic each row is of."""
    found = {}
    for table in clinic_tables(database):
        for pk, clinic in database.execute(
            sql.SQL("SELECT id, clinic_id FROM {}").format(sql.Identifier(table))
        ):
            found[table, pk] = clinic
    return found


def fingerprint(database: psycopg.Connection, clinic: int) -> dict[str, str]:
    """All that a clinic has, table by table."""
    query = "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY id)), '') FROM {} t WHERE clinic_id = %s"
    return {
        table: database.execute(sql.SQL(query).format(sql.Identifier(table)), [clinic]).fetchone()[0]  # type: ignore[index]
        for table in clinic_tables(database)
    }


def people(database: psycopg.Connection) -> dict[str, object]:
    return {
        "users": database.execute(
            "SELECT id, username, password, is_superuser, is_staff FROM teams_user ORDER BY 1"
        ).fetchall(),
        "places": database.execute(
            "SELECT id, clinic_id, user_id, access, profession FROM teams_member ORDER BY 1"
        ).fetchall(),
    }


def test_fields_that_a_form_does_not_have_do_nothing(site: Web) -> None:
    with demo_site.owner(DATABASE) as database:
        (home, leader), *_ = database.execute(
            "SELECT m.clinic_id, m.id FROM teams_member m JOIN teams_user u ON u.id = m.user_id WHERE u.username = 'leder'"
        ).fetchall()
        (elsewhere, stranger), *_ = database.execute(
            "SELECT m.clinic_id, m.id FROM teams_member m JOIN teams_user u ON u.id = m.user_id WHERE u.username = 'furulund'"
        ).fetchall()
        browser = Browser(site.address)
        browser.log_in("leder", PASSWORD)  # which makes the demo's password hash anew
        before, theirs, known = owners(database), fingerprint(database, elsewhere), people(database)
        (last,) = database.execute("SELECT coalesce(max(id), 0) FROM tasks_taskevent").fetchone() or (0,)
        extra = {
            "clinic": elsewhere, "clinic_id": elsewhere, "user": 1, "user_id": 1, "is_superuser": "on", "is_staff": "on",
            "is_active": "", "password": "x", "access": "administrator", "profession": "doctor", "role": "leader",
            "by": stranger, "by_id": stranger, "done_by": stranger, "done_by_id": stranger, "started_by": stranger,
            "signed_by": stranger, "approved_by": stranger, "member_id": stranger, "id": 1, "pk": 1, "version": 1,
            "created_at": "2020-01-01", "at": "2020-01-01", "permission": "see_patients",
        }  # fmt: skip
        forms = [form for form in visit(browser).forms.values() if form.method == "post"]
        sent, errors = 0, []
        for form in forms:
            if "/konto/" in form.action or form.action == "/plass/":
                continue  # the login's own (tests/login), and changing to another of one's own places
            told = {**{k: str(v) for k, v in extra.items()}, **form.fields}
            told["csrfmiddlewaretoken"] = form.fields.get("csrfmiddlewaretoken", "")
            answer = browser.post(form.action, told)
            sent += answer.status_code < 400 or answer.status_code == 422
            if answer.status_code >= 500:
                errors.append(f"{form.action} {sorted(form.fields)}: {answer.status_code}")
        print(f"\n{len(forms)} forms sent with {len(extra)} fields too many: {sent} read")
        assert errors == []
        assert sent > 40
        after = owners(database)
        assert {row: after[row] for row in before if row in after} == {
            row: before[row] for row in before if row in after
        }
        assert {clinic for row, clinic in after.items() if row not in before} <= {home}
        assert fingerprint(database, elsewhere) == theirs
        now = people(database)
        assert now["users"] == known["users"]
        assert [row for row in known["places"] if row not in now["places"]] == []  # type: ignore[attr-defined,operator]
        by = database.execute(
            "SELECT DISTINCT by_id FROM tasks_taskevent WHERE id > %s AND by_id IS NOT NULL", [last]
        )
        assert {row[0] for row in by} == {leader}
