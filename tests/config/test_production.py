"""In production Fordel refuses to start when something is unsafe, and says what in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from config.production import refusals
from config.starting import refuse_unsafe
from demo.logins import PASSWORD
from teams.models import User
from tests.processes import CHECKOUT

SAFE = {
    "FORDEL_PRODUCTION": "1",
    "FORDEL_HTTPS": "1",
    "FORDEL_ROLE": "app",
    "FORDEL_ALLOWED_HOSTS": "fordel.example.no",
    "FORDEL_SECRET_KEY": "en-lang-og-tilfeldig-nokkel-0123456789-abcdefghijklmnop",
    "DATABASE_URL": "postgres://fordel_app:hemmelig@db.example.no/fordel",
    "REDIS_URL": "rediss://:hemmelig@redis.example.no/0",
}
UNSAFE = [
    ({"FORDEL_DEBUG": "1"}, "FORDEL_DEBUG"),
    ({"FORDEL_DEMO": "1"}, "FORDEL_DEMO"),
    ({"FORDEL_HTTPS": ""}, "FORDEL_HTTPS"),
    ({"FORDEL_ALLOWED_HOSTS": ""}, "FORDEL_ALLOWED_HOSTS"),
    ({"FORDEL_ALLOWED_HOSTS": "*"}, "FORDEL_ALLOWED_HOSTS"),
    ({"FORDEL_ALLOWED_HOSTS": "fordel.example.no, *"}, "FORDEL_ALLOWED_HOSTS"),
    ({"FORDEL_SECRET_KEY": "only-for-checking"}, "FORDEL_SECRET_KEY"),
    ({"FORDEL_SECRET_KEY": ""}, "FORDEL_SECRET_KEY"),
    ({"FORDEL_SECRET_KEY": "ab" * 40}, "FORDEL_SECRET_KEY"),
    ({"DATABASE_URL": "postgres://owner:x@db.example.no/fordel"}, "DATABASE_URL"),
    ({"DATABASE_URL": "postgres://fordel_jobs:x@db.example.no/fordel"}, "DATABASE_URL"),
    ({"FORDEL_DATABASE_URL_JOBS": "postgres://fordel_jobs:x@db/fordel"}, "FORDEL_DATABASE_URL_JOBS"),
    ({"FORDEL_ROLE": "jobs"}, "DATABASE_URL"),
    ({"REDIS_URL": "redis://redis.example.no/0"}, "REDIS_URL"),
    ({"FORDEL_SMTP_HOST": "smtp.example.no", "FORDEL_SMTP_SECURITY": "none",
      "FORDEL_PUBLIC_URL": "https://fordel.example.no"}, "FORDEL_SMTP_SECURITY"),
    ({"FORDEL_SMTP_HOST": "smtp.example.no"}, "FORDEL_PUBLIC_URL"),
]  # fmt: skip


def test_a_safe_environment_is_let_through() -> None:
    assert refusals(SAFE) == []
    mail = {"FORDEL_SMTP_HOST": "smtp.example.no", "FORDEL_PUBLIC_URL": "https://fordel.example.no"}
    assert refusals({**SAFE, **mail}) == []
    local = {"REDIS_URL": "redis://127.0.0.1:6379/0", "FORDEL_SMTP_HOST": "localhost", "FORDEL_SMTP_SECURITY": "none",
             "FORDEL_PUBLIC_URL": "https://fordel.example.no"}  # fmt: skip
    assert refusals({**SAFE, **local}) == []


@pytest.mark.parametrize(("wrong", "named"), UNSAFE)
def test_each_fault_is_one_line_that_names_it(wrong: dict[str, str], named: str) -> None:
    (line,) = refusals({**SAFE, **wrong})
    assert line.startswith(f"FORDEL_PRODUCTION: {named}")
    assert "\n" not in line


def run(*command: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("FORDEL_")}
    return subprocess.run(
        [sys.executable, *command], cwd=CHECKOUT, env={**clean, **SAFE, "PYTHONPATH": str(CHECKOUT), **env},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "config.production"],
        ["manage.py", "check"],
        ["-m", "gunicorn", "--config", "python:config.gunicorn", "--check-config"],
    ],
    ids=["before anything starts", "manage.py", "gunicorn"],
)
def test_every_door_refuses_with_that_line_and_no_traceback(command: list[str]) -> None:
    found = run(*command, FORDEL_DEBUG="1")
    assert found.returncode == 1
    assert "FORDEL_PRODUCTION: FORDEL_DEBUG=1" in found.stderr
    assert "Traceback" not in found.stderr


def test_the_worker_refuses_too() -> None:
    found = run("-m", "celery", "--app", "config", "inspect", "ping", FORDEL_DEMO="1")
    assert found.returncode != 0
    assert "FORDEL_PRODUCTION: FORDEL_DEMO=1" in found.stdout + found.stderr


def test_djangos_own_deployment_checks_find_nothing() -> None:
    found = run("-W", "ignore", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert found.returncode == 0, found.stderr


def settings_of(**env: str) -> dict[str, Any]:
    """What some settings come to in a process of its own."""
    code = (
        "import json, django.conf; s = django.conf.settings;"
        "print(json.dumps({n: getattr(s, n) for n in ('ROLE_PASSWORDS', 'DATABASES', 'SESSION_COOKIE_NAME',"
        " 'SESSION_COOKIE_SECURE', 'SECURE_HSTS_PRELOAD', 'SECURE_HSTS_INCLUDE_SUBDOMAINS', 'DEBUG')}, default=str))"
    )
    import json

    found = run("-c", code, DJANGO_SETTINGS_MODULE="config.settings", **env)
    assert found.returncode == 0, found.stderr
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_web_holds_its_own_password_and_nobody_elses() -> None:
    web = settings_of()
    assert web["DATABASES"]["default"]["USER"] == "fordel_app"
    assert web["DATABASES"]["default"]["PASSWORD"] == "hemmelig"
    assert web["ROLE_PASSWORDS"] == {"fordel_app": "", "fordel_jobs": ""}  # none follows from the secret key
    assert web["DATABASES"]["default"]["OPTIONS"]["sslmode"] == "require"
    assert web["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert web["SESSION_COOKIE_SECURE"] is True


def test_the_owner_learns_the_roles_passwords_from_their_addresses() -> None:
    owner = settings_of(
        FORDEL_ROLE="owner", DATABASE_URL="postgres://owner:x@db.example.no/fordel?sslmode=verify-full",
        FORDEL_DATABASE_URL_APP=f"postgres://fordel_app:{quote('en/to', safe='')}@db.example.no/fordel",
    )  # fmt: skip
    assert owner["ROLE_PASSWORDS"] == {"fordel_app": "en/to", "fordel_jobs": ""}
    assert owner["DATABASES"]["default"]["OPTIONS"]["sslmode"] == "verify-full"


@pytest.mark.parametrize(("said", "subdomains", "preload"), [("all", True, True), ("subdomains", True, False), ("host", False, False)])  # fmt: skip
def test_how_far_hsts_reaches_is_chosen(said: str, subdomains: bool, preload: bool) -> None:
    found = settings_of(FORDEL_HSTS=said)
    assert (found["SECURE_HSTS_INCLUDE_SUBDOMAINS"], found["SECURE_HSTS_PRELOAD"]) == (subdomains, preload)


def test_the_procfile_gives_each_process_its_own_address_only() -> None:
    """The processes' own lines, with a program in place of gunicorn and Celery that prints its environment."""
    urls = {
        "DATABASE_URL": "the-owners",
        "FORDEL_DATABASE_URL_APP": "apps",
        "FORDEL_DATABASE_URL_JOBS": "jobs",
    }
    for line in (CHECKOUT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        program = "gunicorn" if name == "web" else "celery"
        own = "apps" if name == "web" else "jobs"
        printing = command.partition(f" {program} ")[0].removesuffix(" nice") + " env"
        told = subprocess.run(["sh", "-c", printing], env={**os.environ, **urls}, capture_output=True, text=True, check=True)  # fmt: skip
        seen = {row for row in told.stdout.splitlines() if "DATABASE_URL" in row}
        assert seen == {f"DATABASE_URL={own}"}, name


@pytest.mark.django_db
def test_a_role_that_may_too_much_does_not_serve(settings: Any) -> None:
    """The tests' own connection is the owner's."""
    settings.PRODUCTION, settings.ROLE = True, "app"
    with pytest.raises(ImproperlyConfigured, match="veggene"):
        refuse_unsafe("app")
    settings.ROLE = "owner"
    with pytest.raises(ImproperlyConfigured, match="FORDEL_ROLE må være app"):
        refuse_unsafe("app")
    settings.PRODUCTION = False
    refuse_unsafe("app")


def wsgi(**env: str) -> subprocess.CompletedProcess[str]:
    url = urlsplit(os.environ["DATABASE_URL"])
    password = settings.ROLE_PASSWORDS["fordel_app"]
    own = url._replace(
        netloc=f"fordel_app:{password}@{url.hostname}:{url.port}", path=f"/{connection.settings_dict['NAME']}"
    )
    return run(
        "-c", "import config.wsgi", DATABASE_URL=urlunsplit(own), REDIS_URL=os.environ["REDIS_URL"], **env
    )


@pytest.mark.usefixtures("committed")
def test_the_demos_passwords_do_not_serve() -> None:
    assert wsgi().returncode == 0
    user = User.objects.create_user(username="sykepleier", password=PASSWORD)
    found = wsgi()
    assert found.returncode != 0
    assert "demopassordet gjelder fortsatt for sykepleier" in found.stderr.splitlines()[-1]
    user.set_password("noe-helt-annet-2026")
    user.save()
    assert wsgi().returncode == 0


def test_the_demo_is_not_seeded_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="kjent av alle"):
        call_command("seed_demo")


def test_the_admin_site_is_not_there() -> None:
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
