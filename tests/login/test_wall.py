"""Factors and sessions are walled by the user, tried as the real logins."""

from __future__ import annotations

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from tests.conftest import make_cast
from tests.teams.test_wall import connect


def test_behind_the_login_one_reaches_ones_own_factors_and_sessions_only(committed: None) -> None:
    cast = make_cast("solbakken", "Solbakken")
    for member in (cast.nurse, cast.doctor):
        assert member.user
        Authenticator.objects.create(user=member.user, type="totp", data={"secret": "x"})
        UserSession.objects.create(
            user=member.user, ip="192.0.2.1", session_key=f"k{member.pk}", user_agent="x"
        )
    with connect("fordel_app") as app:
        for table in ("mfa_authenticator", "usersessions_usersession"):
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (2,)  # noqa: S608
            with app.transaction():
                app.execute("SELECT set_config('fordel.user', %s, true)", [str(cast.nurse.user_id)])
                seen = app.execute(f"SELECT user_id FROM {table}").fetchall()  # noqa: S608
                assert seen == [(cast.nurse.user_id,)]
                gone = app.execute(f"DELETE FROM {table} WHERE user_id = %s", [cast.doctor.user_id])  # noqa: S608
                assert gone.rowcount == 0
            with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
                app.execute("SELECT set_config('fordel.user', %s, true)", [str(cast.nurse.user_id)])
                app.execute(f"UPDATE {table} SET user_id = %s", [cast.doctor.user_id])  # noqa: S608
    with connect("fordel_jobs") as jobs:
        for table in ("mfa_authenticator", "usersessions_usersession"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                jobs.execute(f"SELECT * FROM {table}")  # noqa: S608
