"""Requests that no browser of ours sends: without a token, to a foreign host, too large, by a wrong method, on to elsewhere."""

from __future__ import annotations

import http.client
import json
import re
import time
from typing import Any

import pytest
import requests

from config.slow_clients import SILENCE
from demo.logins import PASSWORD
from tests.attacks.crawling import Browser, Visit, visit
from tests.attacks.findings import of_answer
from tests.attacks.serving import Web

ELSEWHERE = ("https://evil.example.org/", "//evil.example.org", "/\\evil.example.org", "\\\\evil.example.org", "///evil.example.org",
             "https:evil.example.org", "javascript:alert(1)", "https://127.0.0.1@evil.example.org/", "/%0d%0aSet-Cookie:x=y")  # fmt: skip
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")


@pytest.fixture(scope="module")
def leader(attacked: Web) -> tuple[Browser, Visit]:
    browser = Browser(attacked.address)
    browser.log_in("leder", PASSWORD)
    return browser, visit(browser)


@pytest.fixture(scope="module")
def nobody(attacked: Web) -> Browser:
    return Browser(attacked.address)


def forms(found: Visit) -> list[Any]:
    return [form for form in found.forms.values() if form.method == "post"]


def test_no_form_is_read_without_its_token(leader: tuple[Browser, Visit]) -> None:
    browser, found = leader
    sent = 0
    for form in forms(found):
        told = {name: value for name, value in form.fields.items() if name != "csrfmiddlewaretoken"}
        for headers in (
            {},
            {"HX-Request": "true"},
            {"X-CSRFToken": "x" * 64},
            {"Referer": "https://evil.example.org/"},
        ):
            assert browser.post(form.action, told, headers=headers).status_code == 403, (form.action, headers)
            sent += 1
    print(f"\n{sent} forms without a token of theirs: all refused")
    assert sent > 200


def test_a_token_from_elsewhere_and_an_origin_from_elsewhere_are_refused(
    leader: tuple[Browser, Visit], nobody: Browser
) -> None:
    browser, found = leader
    other = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', nobody.get("/konto/login/").text)
    form = next(each for each in forms(found) if "/konto/" not in each.action)
    assert other
    assert browser.post(form.action, {**form.fields, "csrfmiddlewaretoken": other[1]}).status_code == 403
    for origin in ("https://evil.example.org", "null"):
        assert browser.post(form.action, form.fields, headers={"Origin": origin}).status_code == 403


def test_htmx_brings_the_token_in_a_header(leader: tuple[Browser, Visit]) -> None:
    browser, found = leader
    token = re.search('"X-CSRFToken": "([^"]+)"', browser.get("/import/").text)
    form = next(each for each in forms(found) if each.action == "/min-dag/sok/")
    told = {name: value for name, value in form.fields.items() if name != "csrfmiddlewaretoken"}
    assert token
    answer = browser.post(form.action, told, headers={"HX-Request": "true", "X-CSRFToken": token[1]})
    assert answer.status_code != 403  # read, whatever it thinks of what stands in it


def test_nothing_else_than_asking_and_sending_does_anything(leader: tuple[Browser, Visit]) -> None:
    browser, found = leader
    for path in sorted({page.path for page in found.pages if not page.path.startswith("/static/")})[:60]:
        for method in METHODS:
            answer = browser.ask(method, path)
            # allauth's pages answer OPTIONS as Django's class-based views do: the methods, and nothing else.
            told = method == "OPTIONS" and (answer.status_code, answer.content) == (200, b"")
            assert told or answer.status_code in (302, 403, 404, 405), (method, path, answer.status_code)
    for form in forms(found):
        answer = browser.post(
            form.action,
            form.fields,
            headers={"X-HTTP-Method-Override": "DELETE", "Content-Type": "text/plain"},
        )
        assert answer.status_code == 403


@pytest.mark.parametrize("where", ELSEWHERE)
def test_logging_in_leads_to_no_other_server(attacked: Web, where: str) -> None:
    fresh = Browser(attacked.address)
    page = fresh.get("/konto/login/", params={"next": where}).text
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    told = {"csrfmiddlewaretoken": token[1], "login": "leder", "password": PASSWORD, "next": where}
    answer = fresh.post("/konto/login/", told)
    assert answer.status_code == 302
    assert_stays(answer.headers["Location"])
    assert not [cookie for cookie in answer.raw.headers.getlist("Set-Cookie") if cookie.startswith("x=")]


def assert_stays(location: str) -> None:
    assert re.match(r"/(?![/\\])", location), location


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_header_and_no_field_leads_to_another_server(
    leader: tuple[Browser, Visit], nobody: Browser, where: str
) -> None:
    browser, found = leader
    encoded = where.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    answer = nobody.get("/min-dag/", headers={"HX-Request": "true", "HX-Current-URL": encoded})
    assert_stays(answer.headers["HX-Redirect"])
    assert "next=/min-dag/" in answer.headers["HX-Redirect"] or "evil" not in answer.headers["HX-Redirect"]
    going_on = {"next", "tilbake", "fra", "videre"}
    for form in forms(found):
        if not going_on & set(form.fields) or "/konto/" in form.action:
            continue
        told = {
            **form.fields,
            **{name: where for name in going_on if name in form.fields},
        }
        location = browser.post(form.action, told).headers.get("Location", "/")
        assert_stays(location)
    answer = browser.post("/plass/", {"csrfmiddlewaretoken": _token(browser), "next": where, "member": "0"})
    if "Location" in answer.headers:
        assert_stays(answer.headers["Location"])


def _token(browser: Browser) -> str:
    found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/import/").text)
    assert found
    return found[1]


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1.evil.example.org", "127.0.0.1@evil.example.org", "evil.example.org:80", "a b", ""])  # fmt: skip
def test_a_foreign_host_gets_no_page(nobody: Browser, host: str) -> None:
    answer = nobody.get("/konto/login/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Forwarded-Server"],
)
def test_no_other_header_names_the_host_or_the_page(nobody: Browser, header: str) -> None:
    value = (
        "host=evil.example.org"
        if header == "Forwarded"
        else "/admin/"
        if "URL" in header
        else "evil.example.org"
    )
    answer = nobody.get("/min-dag/", headers={header: value})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/konto/login/?next=/min-dag/"


def test_without_the_proxys_word_it_is_not_https(attacked: Web) -> None:
    answer = requests.get(f"{attacked.address}/konto/login/", allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"][:8]) == (301, "https://")


FORM = "application/x-www-form-urlencoded"
ONCE = {"Connection": "close"}  # a line on which something was left unread is not used again


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("a=" + "x" * (6 * 2**20), FORM, {400, 413}),
        ("&".join(f"f{n}=1" for n in range(3000)), FORM, {400, 413}),
        (json.dumps({"a": "x" * 2**20}), "application/json", {403}),
        ("[" * 100_000 + "]" * 100_000, "application/json", {403}),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "text/xml", {403}),
        ("--q\r\n" * 5000, "multipart/form-data; boundary=q", {400, 403}),
        ("x", "multipart/form-data", {400, 403}),
        ("a=%ff%fe&b=%00", FORM, {403}),
        ("a=1", "application/x-www-form-urlencoded; charset=utf-7", {400, 403}),
    ],
    ids=[
        "6 MB form",
        "3000 fields",
        "json",
        "deep json",
        "xml",
        "empty parts",
        "no boundary",
        "not text",
        "utf-7",
    ],
)
def test_bodies_that_are_too_much_or_make_no_sense_are_refused(
    nobody: Browser, body: str, kind: str, status: set[int]
) -> None:
    answer = nobody.post("/konto/login/", body.encode(), headers={"Content-Type": kind, **ONCE})
    assert answer.status_code in status
    assert list(of_answer(answer)) == []


def test_many_files_and_files_where_none_are_asked_for_are_refused(
    leader: tuple[Browser, Visit], nobody: Browser
) -> None:
    many = [("upload", (f"{n}.csv", b"a;b\n")) for n in range(150)]
    assert nobody.post("/konto/login/", {}, files=many, headers=ONCE).status_code == 400
    large = {"upload": ("stor.csv", b"x" * (6 * 2**20))}
    assert nobody.post("/konto/login/", {}, files=large, headers=ONCE).status_code == 413
    assert (
        nobody.post("/import/", {}, files=large, headers=ONCE).status_code == 413
    )  # nobody has not logged in
    browser, _ = leader
    assert browser.post("/min-dag/sok/", {}, files=large, headers=ONCE).status_code == 413


def test_a_list_past_the_limit_is_refused_before_it_is_sent(
    attacked: Web, leader: tuple[Browser, Visit]
) -> None:
    """The head says 300 MB; the answer comes though not a byte of it has been sent."""
    browser, _ = leader
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.session.cookies)
    request = (
        b"POST /import/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nReferer: https://127.0.0.1/\r\nConnection: close\r\n"
        b"Content-Type: multipart/form-data; boundary=q\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n"
        % (cookies.encode(), 300 * 2**20)
    )

    def answer() -> bytes:
        with attacked.raw(request, wait=30) as line:
            return line.recv(100)

    # «Come back later» is right while half the threads still drain what the tests before this one sent.
    ends = time.monotonic() + SILENCE
    while (first := answer()).startswith(b"HTTP/1.1 503") and time.monotonic() < ends:
        time.sleep(0.2)
    assert first.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {400, 414}),
        (
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            + b"".join(b"X-%d: y\r\n" % n for n in range(200))
            + b"\r\n",
            {400, 431},
        ),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"y" * 20_000 + b"\r\n\r\n", {400, 431}),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X" * 50_000, {0, 400, 431}),
        (
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            {400},
        ),
        (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", {400}),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", {400}),
        (b"GET http://evil.example.org/ HTTP/1.1\r\nHost: evil.example.org\r\n\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
        (b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", {301, 400, 404}),
    ],
    ids=[
        "long line",
        "200 headers",
        "long header",
        "no end",
        "smuggled",
        "two lengths",
        "negative",
        "space",
        "elsewhere",
        "TLS",
        "NUL",
    ],
)
def test_heads_that_are_too_much_or_make_no_sense_are_refused(
    attacked: Web, line: bytes, status: set[int]
) -> None:
    with attacked.raw(line, wait=40) as connection:
        connection.shutdown(1)
        answer = connection.recv(4096)
    assert (int(answer.split()[1]) if answer else 0) in status
    assert attacked.answers()


def test_nobody_elses_page_may_read_or_frame_ours(leader: tuple[Browser, Visit]) -> None:
    browser, _ = leader
    asked = {"Origin": "https://evil.example.org", "Access-Control-Request-Method": "POST"}
    for method, path in (
        ("OPTIONS", "/min-dag/"),
        ("GET", "/min-dag/"),
        ("GET", "/pasienter/"),
        ("GET", "/helse/"),
    ):
        answer = browser.ask(method, path, headers=asked)
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_file_is_saved_under_our_name_and_never_shown_in_place(leader: tuple[Browser, Visit]) -> None:
    """Exports name themselves; what is asked for in the address cannot become a header."""
    _, found = leader
    files = [page for page in found.pages if "Content-Disposition" in page.answer.headers]
    for page in files:
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', page.answer.headers["Content-Disposition"]), (
            page.url
        )
        assert page.answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(files) >= 3


def test_a_line_break_in_an_address_is_no_header(attacked: Web) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", attacked.port, timeout=10)
    connection.request(
        "GET",
        "/min-dag/%0d%0aSet-Cookie:%20a=b?next=%0d%0aSet-Cookie:%20a=b",
        headers={"X-Forwarded-Proto": "https"},
    )
    answer = connection.getresponse()
    assert "a=b" not in (answer.getheader("Set-Cookie") or "")
    connection.close()
