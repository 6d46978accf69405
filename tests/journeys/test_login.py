"""Getting in, outside the demo: an app, a passkey, and a page that locks with a half-written form on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from demo.logins import PASSWORD
from tests.journeys.conftest import DATABASE, PHONE, WIDE, assert_accessible, web
from tests.journeys.test_a_week import ask
from tests.login.conftest import KEY, code
from tests.processes import manage

pytestmark = pytest.mark.journey
expect.set_options(timeout=20_000)
Open = Callable[..., Page]
SECONDS = 60  # a third of it is the warning, in which a slow machine looks at the page too
WITH_AN_APP = f"""
from allauth.mfa.totp.internal.auth import TOTP
from teams.models import User
TOTP.activate(User.objects.get(username="leder"), "{KEY}")
"""
A_PATIENT = "SELECT family_name FROM patients_patient ORDER BY id LIMIT 1"
VIRTUAL_KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _as_before(site: str) -> Iterator[None]:
    """The demo's people have no second factor in the other journeys."""
    yield
    for username in ("sykepleier", "sekretaer", "leder"):
        manage("remove_second_factor", username, database=DATABASE)


@pytest.fixture(scope="module")
def real(site: str) -> Iterator[str]:
    """The same clinic, and no demo."""
    with web(FORDEL_DEMO="0") as address:
        yield address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name


@pytest.fixture(scope="module")
def hasty(site: str) -> Iterator[str]:
    with web(FORDEL_DEMO="0", FORDEL_IDLE_SECONDS=str(SECONDS)) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def open_at(browser: Browser) -> Iterator[Open]:
    contexts, errors = [], []

    def open_page(address: str, **options: object) -> Page:
        context = browser.new_context(base_url=address, locale="nb-NO", **{"viewport": WIDE, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/konto/login/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def give(page: Page, username: str) -> None:
    """By keyboard: the name has focus when the page comes."""
    expect(page.locator("input[name=login]:focus")).to_have_count(1)
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()").startswith(name):
            return
    raise AssertionError(f"no way to {name!r} by Tab")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Logg ut").click()
    expect(page.get_by_role("heading", name="Logg inn")).to_be_visible()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_an_app_is_set_up_at_the_first_login_and_asked_for_ever_after(real: str, open_at: Open) -> None:
    page = open_at(real, viewport=PHONE)
    assert_accessible(page)
    give(page, "sekretaer")
    expect(page.get_by_role("heading", name="Sett opp bekreftelse nummer to")).to_be_visible()
    assert_accessible(page)
    assert fits(page)
    page.goto("/pasienter/")
    expect(page).to_have_title("Innlogging og sikkerhet · Fordel")

    press(page, "Sett opp kodeapp")
    expect(page.get_by_label("Kode")).to_be_focused()
    image = page.get_by_alt_text("QR-kode")
    assert image.evaluate("image => image.complete && image.naturalWidth > 0")
    assert fits(page)
    assert_accessible(page)
    key = page.locator("code.key").text_content() or ""
    page.get_by_label("Kode").focus()
    page.keyboard.type(code(key))
    page.keyboard.press("Enter")
    expect(page.locator(".codes li")).to_have_count(10)
    expect(page.get_by_role("button", name="Skriv ut")).to_be_visible()
    assert fits(page)
    assert_accessible(page)
    recovery = page.locator(".codes li").first.inner_text()
    press(page, "Jeg har tatt vare på dem")
    expect(page).to_have_title("Min dag · Fordel")

    for answer in (code(key, steps=1), recovery):
        log_out(page)
        page.goto("/konto/login/")
        give(page, "sekretaer")
        expect(page.get_by_role("heading", name="Bekreft at det er deg")).to_be_visible()
        assert_accessible(page)
        expect(page.get_by_label("Kode").last).to_be_focused()
        page.keyboard.type("111111")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Koden er feil")).to_be_visible()
        expect(page.get_by_label("Kode").last).to_be_focused()
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
        expect(page).to_have_title("Min dag · Fordel")


def test_a_passkey_is_added_opens_by_itself_and_is_taken_away(real: str, open_at: Open) -> None:
    page = open_at(real)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL_KEY})["authenticatorId"]
    give(page, "sykepleier")
    expect(page.get_by_role("link", name="Legg til passnøkkel")).to_be_visible()
    press(page, "Legg til passnøkkel")
    expect(page.get_by_label("Hva du vil kalle den")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Hva du vil kalle den").fill("Min bærbare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Engangskoder")).to_be_visible()
    (credential,) = devices.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert credential["isResidentCredential"]
    page.goto("/min-dag/")
    expect(page).to_have_title("Min dag · Fordel")

    log_out(page)
    page.goto("/konto/login/?next=/dagbok/")
    press(page, "Bruk passnøkkel")
    expect(page).to_have_title("Tidsdagbok · Fordel")

    # The other way: password first, and the key as what it is confirmed with.
    log_out(page)
    page.goto("/konto/login/")
    give(page, "sykepleier")
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page).to_have_title("Min dag · Fordel")

    # Whoever cannot touch it does not get in, and is told.
    log_out(page)
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/konto/login/")
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page.get_by_text("Passnøkkelen ble ikke brukt")).to_be_visible()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True})
    page.get_by_role("button", name="Bruk passnøkkel").click()
    expect(page).to_have_title("Min dag · Fordel")

    page.get_by_role("link", name="Nina Berg").click()
    expect(page.get_by_text("Min bærbare").first).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Ta bort Min bærbare").click()
    page.get_by_role("button", name="Ta bort").click()
    page.goto("/min-dag/")
    expect(page.get_by_role("heading", name="Sett opp bekreftelse nummer to")).to_be_visible()


LAST = [0]  # the half minute of the last code: the tests share one key


def confirm(page: Page) -> None:
    """By a code after the last one used: they are good once."""
    expect(page.get_by_label("Kode").last).to_be_focused()
    while int(time.time()) // 30 <= LAST[0]:
        time.sleep(1)
    LAST[0] = int(time.time()) // 30
    page.keyboard.type(code())
    page.keyboard.press("Enter")


def assert_nothing_is_seen_of(page: Page, name: str) -> None:
    """Neither on the page, in its title, nor in what the browser keeps; and Escape does not open it."""
    expect(page).to_have_title("Låst · Fordel")
    assert name not in page.locator("body").inner_text()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#okt-laas")).to_be_visible()
    expect(page.get_by_label("Kort om hva")).to_be_hidden()
    assert_accessible(page)
    assert fits(page)


def half_written(page: Page, words: str) -> None:
    page.goto("/oppgaver/ny/")
    page.get_by_text("Tid, opphav og kort om hva").click()
    page.get_by_label("Kort om hva").fill(words)


def test_a_page_left_alone_warns_locks_and_opens_with_what_was_written(hasty: str, open_at: Open) -> None:
    manage("shell", "-v0", "-c", WITH_AN_APP, database=DATABASE)
    name = str(ask(A_PATIENT))
    page = open_at(hasty)
    give(page, "leder")
    confirm(page)
    page.wait_for_url(lambda url: "/konto/" not in url)
    second = page.context.new_page()
    second.goto("/dagbok/")
    page.bring_to_front()
    half_written(page, "Halvskrevet om telefonen")
    page.locator("[name=q]").fill(name)

    warning, lock = page.locator("#okt-varsel"), page.locator("#okt-laas")
    expect(warning).to_be_visible(timeout=SECONDS * 1_000)
    expect(page.get_by_role("button", name="Fortsett")).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(second.locator("#okt-varsel")).to_be_hidden()

    expect(warning).to_be_visible(timeout=SECONDS * 1_000)
    expect(lock).to_be_visible(timeout=SECONDS * 1_000)
    expect(second.locator("#okt-laas")).to_be_visible()
    assert_nothing_is_seen_of(page, name)
    expect(lock.get_by_label("Brukernavn eller e-post")).to_have_value("leder")
    expect(lock.get_by_label("Passord")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    confirm(page)
    expect(lock).to_be_hidden()
    expect(page).to_have_title("Ny oppgave · Fordel")
    expect(page.get_by_label("Kort om hva")).to_have_value("Halvskrevet om telefonen")
    expect(second.locator("#okt-laas")).to_be_hidden()
    # And what was written can be sent: the old token is no longer good.
    page.get_by_role("button", name="Finn pasient").click()
    expect(page.get_by_label("Kort om hva")).to_have_value("Halvskrevet om telefonen")
    expect(page.get_by_text(name).first).to_be_visible()


def test_somebody_else_at_the_locked_page_gets_a_page_of_their_own(hasty: str, open_at: Open) -> None:
    manage("shell", "-v0", "-c", WITH_AN_APP, database=DATABASE)
    page = open_at(hasty)
    give(page, "leder")
    confirm(page)
    page.wait_for_url(lambda url: "/konto/" not in url)
    half_written(page, "Ikke for andre")
    lock = page.locator("#okt-laas")
    expect(lock).to_be_visible(timeout=2 * SECONDS * 1_000)
    expect(lock.get_by_label("Passord")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+a")
    give(page, "sekretaer")
    expect(page.get_by_role("heading", name="Sett opp bekreftelse nummer to")).to_be_visible()
    assert "Ikke for andre" not in page.content()
