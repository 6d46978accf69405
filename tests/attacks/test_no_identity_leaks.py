"""Somebody with an unheard-of name and a number of their own comes in by a list, is found, followed, corrected and
printed, and is in the way of an error: afterwards nothing outside the database and the pages knows of them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import psycopg
import pytest
import redis
import requests

from config.services.place import LOCAL
from demo.logins import PASSWORD
from patients.personnummer import make_tenor
from tests.attacks import demo_site
from tests.attacks.crawling import Browser, Visit, visit
from tests.attacks.serving import Web, procfile
from tests.processes import CHECKOUT, environment, forget_jobs, kill, until

pytestmark = pytest.mark.worker
DATABASE = "fordel_attacked_names"
BORN = dt.date(1951, 7, 3)
NUMBER = make_tenor(BORN, 7)
SPELT = f"{NUMBER[:6]} {NUMBER[6:]}"
NAMES = ("Xenofontine", "Qvistgaardzen", "Wolframstuen", "Zebediassønn")
TELLING = re.compile("|".join([*NAMES, NUMBER, SPELT]), re.IGNORECASE)
LIST = (
    "personnummer;fornavn;etternavn;født;fastlege;tilstander\n"
    f"{NUMBER};{NAMES[0]};{NAMES[1]};{BORN:%d.%m.%Y};Kari Holm;T90\n"
    f"{NUMBER[:-1]}0;{NAMES[2]};{NAMES[3]};{BORN:%d.%m.%Y};Kari Holm;T90\n"  # refused: the number is not one
)


class Redis(threading.Thread):
    """Everything that anybody says to the broker and the cache: jobs, what they are asked, what is kept."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.heard: list[str] = []
        self.over = threading.Event()
        # However long nobody says anything: who stopped listening would have heard of no name.
        self.client = redis.Redis.from_url(environment("jobs")["REDIS_URL"], socket_timeout=None)

    def run(self) -> None:
        with self.client.monitor() as listening:  # type: ignore[no-untyped-call]
            for said in listening.listen():
                if self.over.is_set():
                    return
                self.heard.append(str(said["command"]))

    def __enter__(self) -> Redis:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.is_alive(), "it stopped listening"
        self.over.set()
        self.client.ping()  # the last that it hears
        self.join(timeout=10)


@contextmanager
def worker(log: Path, folder: Path) -> Iterator[None]:
    """The Procfile's own line, its log in a file."""
    env = {
        **environment("jobs", DATABASE), "FORDEL_UPLOAD_DIR": str(folder / "uploads"), "TMPDIR": str(folder / "tmp"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(CHECKOUT),
    }  # fmt: skip
    with log.open("wb") as target:
        process = subprocess.Popen(
            ["sh", "-c", procfile("worker")],
            cwd=CHECKOUT,
            env=env,
            stdout=target,
            stderr=target,
            start_new_session=True,
        )
        try:
            yield
        finally:
            kill(process)


class Journey:
    def __init__(self, site: Web, database: psycopg.Connection) -> None:
        self.browser, self.database = Browser(site.address), database
        self.browser.log_in("leder", PASSWORD)
        self.seen: list[str] = []  # addresses asked for, and cookies set

    def token(self, page: str) -> str:
        found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert found, page
        return found[1]

    def get(self, path: str) -> requests.Response:
        return self._noted(self.browser.get(path))

    def post(self, path: str, page: str, told: dict[str, str], **more: Any) -> requests.Response:
        return self._noted(self.browser.post(path, {"csrfmiddlewaretoken": self.token(page), **told}, **more))

    def _noted(self, answer: requests.Response) -> requests.Response:
        self.seen += [
            answer.url,
            *answer.raw.headers.getlist("Set-Cookie"),
            answer.headers.get("Location", ""),
        ]
        return answer

    def one(self, query: str, *told: object) -> int:
        row = self.database.execute(query, told).fetchone()
        return int(row[0]) if row else 0

    def take_in(self) -> int:
        file = {"upload": (f"{NAMES[1]}.csv", LIST.encode())}
        assert self.post("/import/", "/import/", {}, files=file).status_code == 302
        until(lambda: self.one("SELECT count(*) FROM patients_importrun WHERE state = 'ready'"), seconds=90)
        run = self.one("SELECT max(id) FROM patients_importrun")
        page = self.get(f"/import/{run}/")
        assert NAMES[1] in page.text or "1" in page.text
        seen = re.search('name="seen" value="([^"]+)"', page.text)
        assert seen
        self.get(f"/import/{run}/avviste.csv")
        assert NAMES[3] in self.get(f"/import/{run}/avviste/").content.decode(errors="replace")
        assert self.post(f"/import/{run}/ta-inn/", f"/import/{run}/", {"seen": seen[1]}).status_code == 302
        until(lambda: self.one("SELECT count(*) FROM patients_importrun WHERE state = 'done'"), seconds=90)
        return self.one("SELECT id FROM patients_patient WHERE family_name = %s", NAMES[1])

    def look_around(self, patient: int) -> Visit:
        """Searching, the patient's page and all that it leads to, and every other page."""
        self.post("/pasienter/", "/pasienter/", {"q": NAMES[1], "sok": NAMES[1]})
        self.post("/min-dag/sok/", "/min-dag/", {"q": NAMES[0]})
        assert NAMES[1] in self.get(f"/pasienter/{patient}/").text
        return visit(self.browser, (f"/pasienter/{patient}/", "/"))

    def send_forms(self, found: Visit, patient: int) -> int:
        """Each form that the patient's page leads to, with their name and number in every field that has room."""
        sent = 0
        for form in found.forms.values():
            if (
                form.method != "post"
                or "/konto/" in form.action
                or f"/{patient}/" not in form.action + form.page
            ):
                continue
            told = {name: value or f"{NAMES[0]} {NAMES[1]} {NUMBER}" for name, value in form.fields.items()}
            answer = self._noted(self.browser.post(form.action, told))
            assert answer.status_code < 500, form.action
            sent += 1
        return sent

    def fail(self, patient: int) -> list[str]:
        """Errors of ours: a table that is away, a row that is refused, and a search whose words PostgreSQL shows
        («LINE 1: … WHERE value = '03875…'»).
        """
        pages, token = [], self.token("/pasienter/")
        self.database.execute("ALTER TABLE patients_condition RENAME TO patients_condition_away")
        pages.append(self.get(f"/pasienter/{patient}/"))
        self.database.execute("ALTER TABLE patients_condition_away RENAME TO patients_condition")
        for column, words in (
            ("patients_patientidentifier.value", NUMBER),
            ("patients_patient.family_name", NAMES[1]),
        ):
            table, _, name = column.partition(".")
            self.database.execute(f"ALTER TABLE {table} RENAME COLUMN {name} TO {name}_away")
            pages.append(
                self._noted(self.browser.post("/pasienter/", {"csrfmiddlewaretoken": token, "q": words}))
            )
            self.database.execute(f"ALTER TABLE {table} RENAME COLUMN {name}_away TO {name}")
        page, fields = self._correction(patient)
        self.database.execute(
            f"ALTER TABLE patients_patient ADD CONSTRAINT refused CHECK (id <> {patient}) NOT VALID"
        )
        pages.append(self.post(page, page, {**fields, "home_care": "" if fields["home_care"] else "on"}))
        self.database.execute("ALTER TABLE patients_patient DROP CONSTRAINT refused")
        return [f"{answer.status_code} {answer.text}" for answer in pages]

    def _correction(self, patient: int) -> tuple[str, dict[str, str]]:
        path = f"/pasienter/{patient}/rett/"
        found = visit(self.browser, (path,), further=False)
        form = next(each for each in found.forms.values() if "home_care" in each.fields)
        return path, form.fields


def test_nothing_outside_the_database_knows_who_they_are(pattern: str, tmp_path: Path) -> None:
    for folder in ("uploads", "tmp"):
        (tmp_path / folder).mkdir(mode=0o700)
    broker, log = Redis(), tmp_path / "worker.log"
    forget_jobs()
    with ExitStack() as stack:
        stack.enter_context(broker)
        stack.enter_context(demo_site.copy(DATABASE))
        database = stack.enter_context(demo_site.owner(DATABASE))
        stack.enter_context(worker(log, tmp_path))
        site = stack.enter_context(
            demo_site.site(
                DATABASE, FORDEL_UPLOAD_DIR=str(tmp_path / "uploads"), TMPDIR=str(tmp_path / "tmp")
            )
        )
        journey = Journey(site, database)
        patient = journey.take_in()
        found = journey.look_around(patient)
        sent = journey.send_forms(found, patient)
        errors = journey.fail(patient)
        # The worker meets the same words: a job whose table is away says so, and not what it asked for.
        weblog, workerlog = site.log.read_text(), log.read_text()
    addresses = [page.url for page in found.pages] + [form.action for form in found.forms.values()]
    addresses += [link for page in found.pages for link in _addresses(page.answer.text)] + journey.seen
    places = {
        "addresses and cookies": addresses, "what web logs": weblog.splitlines(), "what the worker logs": workerlog.splitlines(),
        "what is said to Redis": broker.heard, "error pages": errors, "files left": list(_files(tmp_path)),
        "PostgreSQL's log": _postgres_log(),
    }  # fmt: skip
    print("\n" + "\n".join(f"{name}: {len(lines)} looked through" for name, lines in places.items()))
    print(f"{len(found.pages)} pages, {sent} forms")
    told = {
        name: [line[:300] for line in lines if TELLING.search(unquote_plus(line))]
        for name, lines in places.items()
    }
    assert {name: lines for name, lines in told.items() if lines} == {}
    assert [page[:3] for page in errors] == ["500"] * 4
    assert weblog.count("level=error") >= 4
    assert "patients_condition" in weblog or "UndefinedTable" in weblog  # an error still says where it is
    assert any("import_list" in said for said in broker.heard)
    assert sum(NAMES[1] in page.answer.text for page in found.pages) >= 3  # and the pages do know
    assert sent >= 3


def _addresses(text: str) -> list[str]:
    return re.findall(r'(?:href|src|action|hx-[a-z]+|data-[a-z-]+)="([^"]*(?:/|\?)[^"]*)"', text)


def _files(folder: Path) -> Iterator[str]:
    """What lies in the folders for uploads and temporary files, by name and by content."""
    for name in ("uploads", "tmp"):
        # Refused rows are kept to be mended, for a week at most (tests/patients/test_importing.py).
        for path in (
            path for path in (folder / name).rglob("*") if "rows" not in (path.name, path.parent.name)
        ):
            yield f"{path.name} {path.read_bytes().decode(errors='replace') if path.is_file() else ''}"


def _postgres_log() -> list[str]:
    """Of the embedded server. Of somebody's own, docs/security.md says what to set."""
    log = LOCAL / "postgres" / "server.log"
    return log.read_text(errors="replace").splitlines() if log.exists() else []
