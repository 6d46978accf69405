"""A real Fordel to click through: an own database with a small demo clinic, gunicorn, a worker and Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from demo.logins import PASSWORD
from tests.processes import CHECKOUT, environment, forget_jobs, kill, manage, own_database, until, worker

WIDE = ViewportSize(width=1440, height=1000)
PHONE = ViewportSize(width=390, height=844)
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
                  "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip


DATABASE = "fordel_journeys"


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    """The address of a running Fordel with its own small demo clinic."""
    with own_database(DATABASE):
        for command in (
            ["prepare_roles"], ["migrate", "--verbosity", "0"], ["seed_demo", "--patients", "400"],
            ["collectstatic", "--no-input", "--verbosity", "0"],
        ):  # fmt: skip
            manage(*command, database=DATABASE)
        forget_jobs()
        with web() as address, worker(DATABASE):
            yield address


@contextmanager
def web(database: str = DATABASE, **settings: str) -> Iterator[str]:
    """gunicorn as the application's role, on a free port below the ephemeral ones; the demo, unless told otherwise."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
               "--threads", "2", "--worker-class", "gthread", "--no-control-socket"]  # fmt: skip
    env = {**environment("app", database), "FORDEL_DEMO": "1", **settings}
    process = subprocess.Popen(command, cwd=CHECKOUT, env=env, start_new_session=True)
    try:
        until(lambda: _answers(address), seconds=30)
        yield address
    finally:
        kill(process)


def _answers(address: str) -> bool:
    with suppress(urllib.error.URLError, ConnectionError):
        return bool(urllib.request.urlopen(f"{address}/helse/").status == 200)  # noqa: S310
    return False


def _free_port() -> int:
    for port in range(24_000, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def chromium() -> str | None:
    """FORDEL_CHROMIUM (bin/test finds it), the system's, else None for Playwright's own."""
    return os.environ.get("FORDEL_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium: FORDEL_CHROMIUM (bin/test finds it), the system's, else Playwright's own."""
    # Only for this package: Playwright's event loop would keep Django from its database in other tests.
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def log_in(site: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`log_in("sykepleier")` gives a page in a browser of its own; no page may write an error to the console."""
    contexts, errors = [], []

    def open_as(username: str, **options: object) -> Page:
        context = browser.new_context(base_url=site, locale="nb-NO", **{"viewport": WIDE, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/konto/login/")
        page.get_by_label("Brukernavn eller e-post").fill(username)
        page.get_by_label("Passord", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Logg inn").click()
        page.wait_for_url(lambda url: "/konto/" not in url)
        return page

    yield open_as
    for context in contexts:
        context.close()
    # A form that is refused is a 422, which the browser counts as an error of loading.
    assert [e for e in errors if "422" not in e] == []


def assert_accessible(page: Page) -> None:
    """axe finds nothing against WCAG 2.1 A and AA."""
    # A dialog that is still fading in would be measured in its palest moment.
    page.evaluate("Promise.all(document.getAnimations().map((motion) => motion.finished))")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()
