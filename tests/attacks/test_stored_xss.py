"""Script in every text that the database holds, shown on every page that the leader, a doctor and the manager can open."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.db import models
from playwright.sync_api import Dialog, Page, sync_playwright
from psycopg import sql
from psycopg.types.json import Jsonb

from demo.logins import PASSWORD
from tests.attacks import demo_site
from tests.attacks.crawling import Browser, visit
from tests.attacks.serving import Web
from tests.journeys.conftest import CHROMIUM_FLAGS, chromium

pytestmark = pytest.mark.journey
DATABASE = "fordel_attacked_texts"
LONG = (
    "\"'><img src=q onerror=xss()><svg onload=xss()><script>xss()</script><a href=javascript:xss() class=xss>"
)
MIDDLE = "\"'><img src=q onerror=xss()>"
SHORT = "<b class=xss>"
# Not written by people, or what one logs in with.
LEFT = {
    "teams_user",
    "django_session",
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
}
# Texts that are codes: a constraint holds them, or other rows find their own by them.
CODES = (
    "slug",
    "code",
    "icpc2",
    "atc",
    "number",
    "orgnr",
    "hpr",
    "weekday",
    "stored_as",
    "system",
    "key",
    "digest",
    "hash",
)
FOUND = """() => [...document.querySelectorAll('img[src=q], .xss, [onerror], [onload], a[href^=javascript]')]
    .map((each) => each.outerHTML.slice(0, 120))"""
WATCH = """window.violations = []; window.xss = () => { window.violations.push('ran'); };
    document.addEventListener('securitypolicyviolation',
        (event) => window.violations.push(event.violatedDirective + ' ' + event.blockedURI));"""


def texts() -> Iterator[tuple[str, models.Field[object, object]]]:
    for model in apps.get_models():
        if model._meta.db_table in LEFT:
            continue
        for field in model._meta.local_fields:
            free = isinstance(field, models.CharField | models.TextField) and not field.choices
            if free and not field.primary_key and not any(code in field.name for code in CODES):
                yield model._meta.db_table, field


def poison(database: psycopg.Connection) -> tuple[list[str], list[str]]:
    """Text columns that now hold script in every row, and those that would not take it."""
    taken, refused = [], []
    for table, field in texts():
        room = field.max_length or 10_000
        payload = next((each for each in (LONG, MIDDLE, SHORT) if len(each) + 8 <= room), "")
        name = f"{table}.{field.column}"
        unique = field.unique or any(field.name in group for group in _unique(table))
        value = sql.SQL("{} || id::text" if unique else "{}").format(sql.Literal(payload))
        statement = sql.SQL("UPDATE {} SET {} = {} WHERE {} IS NOT NULL").format(
            sql.Identifier(table), sql.Identifier(field.column), value, sql.Identifier(field.column)
        )
        try:
            if not payload:
                raise psycopg.errors.StringDataRightTruncation
            with database.transaction():
                database.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
                database.execute(statement)
            taken.append(name)
        except psycopg.Error as error:
            refused.append(f"{name} ({type(error).__name__})")
    return taken, refused


def poison_json(database: psycopg.Connection) -> dict[str, int]:
    """How many texts within JSON now hold script, by column. A text has a space in it; a code has none."""
    # A draft is what somebody wrote and nobody has approved; the demo has none.
    database.execute(
        "UPDATE tasks_programme p SET draft = v.content FROM tasks_programmeversion v"
        " WHERE v.programme_id = p.id AND v.version = p.version"
    )
    counts: dict[str, int] = {}
    for model in apps.get_models():
        for field in (each for each in model._meta.local_fields if isinstance(each, models.JSONField)):
            table, column = sql.Identifier(model._meta.db_table), sql.Identifier(field.column)
            database.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
            held = database.execute(
                sql.SQL('SELECT id, {c} FROM {t} WHERE {c}::text ~ \': ?"[^"]* [^"]*"\'').format(
                    c=column, t=table
                )
            ).fetchall()
            if held:
                with database.cursor() as cursor:
                    cursor.executemany(
                        sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(table, column),
                        [(Jsonb(scripted(value)), pk) for pk, value in held],
                    )
                counts[f"{model._meta.db_table}.{field.column}"] = len(held)
    return counts


def scripted(value: object) -> object:
    if isinstance(value, dict):
        return {key: scripted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [scripted(each) for each in value]
    return MIDDLE if isinstance(value, str) and " " in value else value


def _unique(table: str) -> list[tuple[str, ...]]:
    model = next(each for each in apps.get_models() if each._meta.db_table == table)
    return [
        tuple(each.fields) for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)
    ]


@pytest.fixture
def poisoned(pattern: str) -> Iterator[Web]:
    with demo_site.copy(DATABASE):
        with demo_site.owner(DATABASE) as database:
            taken, refused = poison(database)
            within = poison_json(database)
        print(f"\n{len(taken)} texts poisoned, {len(refused)} would not be: {', '.join(refused)}")
        print(f"rows with texts within JSON: {within}")
        assert len(taken) > 60
        assert {"tasks_programme.draft", "tasks_programmeversion.content"} <= within.keys()
        with demo_site.site(DATABASE, FORDEL_HTTPS="") as served:
            yield served


def open_as(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/konto/login/")
    page.get_by_label("Brukernavn eller e-post").fill(username)
    page.get_by_label("Passord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_url(lambda url: "/konto/login" not in url)


def dismiss_into(wrong: list[str], page: Page) -> None:
    def on_dialog(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", on_dialog)


def test_no_text_becomes_markup_and_no_page_breaks_the_policy(poisoned: Web) -> None:
    opened, wrong, shown = 0, [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        for username in ("leder", "lege", "styrer"):
            walker = Browser(poisoned.address)
            walker.log_in(username, PASSWORD)
            pages = [each for each in visit(walker).pages if each.tree is not None]
            wrong += [f"{username} {each.url}: {each.status}" for each in pages if each.status >= 500]
            page = browser.new_context(locale="nb-NO").new_page()
            page.add_init_script(WATCH)
            dismiss_into(wrong, page)
            open_as(page, poisoned.address, username)
            for each in pages:
                page.goto(f"{poisoned.address}{each.url}", wait_until="load")
                opened += 1
                found = page.evaluate("window.violations ?? []") + page.evaluate(FOUND)
                shown += "onerror=xss" in page.content().replace("&lt;", "<")
                wrong += [f"{username} {each.url}: {what}" for what in found]
        browser.close()
    print(f"\n{opened} pages opened, {shown} of them showed the script as text: {len(wrong)} violations")
    assert wrong == []
    assert opened > 150
    assert shown > 80
