"""What is wrong with one answer: headers, cookies, what stands in the page. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import lxml.html
import requests

from tests.attacks.crawling import Page

WANTED = {
    "Strict-Transport-Security": re.compile(r"max-age=\d{8,}; includeSubDomains; preload"),
    "X-Content-Type-Options": re.compile("nosniff"),
    "X-Frame-Options": re.compile("DENY"),
    "Referrer-Policy": re.compile("same-origin"),
    "Cross-Origin-Opener-Policy": re.compile("same-origin"),
    "Cross-Origin-Resource-Policy": re.compile("same-origin"),
    "Permissions-Policy": re.compile(r"camera=\(\).*geolocation=\(\)"),
    "Content-Security-Policy": re.compile(
        r"(?=.*default-src 'none')(?=.*script-src 'self'(;|$))(?=.*style-src 'self'(;|$))(?=.*frame-ancestors 'none')"
        r"(?=.*base-uri 'none')(?=.*form-action 'self')(?!.*unsafe)(?!.*\*)"
    ),
}
UNWANTED = ("Access-Control-Allow-Origin", "X-Powered-By", "Via", "X-Debug-Token")
_VERSION = re.compile(r"\d+\.\d+")
_TELLING = re.compile(r"Traceback \(most recent|/site-packages/|psycopg\.|django\.|SECRET_KEY|DATABASE_URL")
STATIC = "/static/"


def of_answer(answer: requests.Response) -> Iterator[str]:
    static = urlsplit(answer.url).path.startswith(STATIC) and answer.status_code == 200
    for name, pattern in WANTED.items():
        if not pattern.search(answer.headers.get(name, "")):
            yield f"header {name}: {answer.headers.get(name, 'missing')[:60]}"
    yield from (f"header {name}" for name in UNWANTED if name in answer.headers)
    if _VERSION.search(answer.headers.get("Server", "")):
        yield "header Server tells a version"
    if not static and answer.headers.get("Cache-Control") != "no-store":
        yield f"may be cached: {answer.headers.get('Cache-Control')}"
    if not answer.headers.get("Content-Type") and answer.content:
        yield "no Content-Type"
    for cookie in answer.raw.headers.getlist("Set-Cookie"):
        flags = cookie.lower()
        for flag in ("secure", "httponly", "samesite=", "path=/"):
            if flag not in flags:
                yield f"cookie {cookie.partition('=')[0]} without {flag}"
    if answer.status_code >= 500:
        yield f"error {answer.status_code}"
    if not static and _TELLING.search(
        answer.text if "text" in answer.headers.get("Content-Type", "") else ""
    ):
        yield "tells of its insides"


def of_page(page: Page) -> Iterator[str]:
    tree = page.tree
    if tree is None:
        return
    if tree.xpath("//script[not(@src) and not(@type='application/json')]"):  # data is read, never run
        yield "inline script"
    if tree.xpath("//style | //@style"):
        yield "inline style"
    if any(
        name.startswith("on") or name.startswith("hx-on")
        for each in tree.iter()
        for name in _attributes(each)
    ):
        yield "event handler in an attribute"
    yield from _addresses(tree)
    if tree.xpath("//iframe | //object | //embed | //base | //frame"):
        yield "frame, object or base"
    for link in tree.xpath("//a[@target='_blank']"):
        if "noopener" not in (link.get("rel") or ""):
            yield "a new window keeps hold of this one"
    for form in tree.forms:
        if (form.method or "").lower() == "post" and "csrfmiddlewaretoken" not in form.fields:
            yield f"a form without a CSRF token: {form.get('action')}"
    yield from _comments(tree)


def _addresses(tree: lxml.html.HtmlElement) -> Iterator[str]:
    for name in ("href", "src", "action", "formaction", "hx-get", "hx-post", "poster", "data"):
        for value in tree.xpath(f"//@{name}"):
            drawn = name == "src" and value.startswith("data:image/")  # the code to scan of a second factor
            if re.match(r"\s*(javascript|vbscript|data):", value, re.IGNORECASE) and not drawn:
                yield f"{name} runs something: {value[:30]}"
            if value.startswith("http:") or (name != "href" and value.startswith(("https:", "//"))):
                yield f"{name} from elsewhere: {value[:60]}"


def _attributes(element: lxml.html.HtmlElement) -> list[str]:
    return list(element.attrib) if isinstance(element.tag, str) else []


def _comments(tree: lxml.html.HtmlElement) -> Iterator[str]:
    for comment in tree.xpath("//comment()"):
        if re.search(r"TODO|FIXME|password|passord|secret", str(comment), re.IGNORECASE):
            yield "a comment tells something"
