"""Walks a served Fordel as one who is logged in: every page, fragment and file that a link, a form or htmx names."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import lxml.html
import requests

# Of addresses that differ in nothing but a number, and in which things they ask about.
LIKE_ONE_ANOTHER = 2
PAGES_MAX = 900
_NUMBER = re.compile(r"\d+")
_LEAVES = ("/konto/logout/",)


@dataclass
class Form:
    page: str
    action: str
    method: str
    fields: dict[str, str]
    multipart: bool = False

    @property
    def shape(self) -> tuple[str, str, tuple[str, ...]]:
        return self.method, shape(self.action), tuple(sorted(self.fields))


@dataclass
class Page:
    url: str
    status: int
    answer: requests.Response
    tree: lxml.html.HtmlElement | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


@dataclass
class Visit:
    """What somebody found."""

    pages: list[Page] = field(default_factory=list)
    forms: dict[tuple[str, str, tuple[str, ...]], Form] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)  # path → what it is asked about


def shape(url: str) -> str:
    """Addresses of one kind have one shape."""
    parts = urlsplit(url)
    names = "&".join(sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return _NUMBER.sub("#", parts.path) + (f"?{names}" if names else "")


class Browser:
    """A session that behaves like a browser behind the TLS proxy: cookies for https, the proxy's header, an origin."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.session = requests.Session()
        host = urlsplit(address).netloc
        self.session.headers.update({"X-Forwarded-Proto": "https", "Referer": f"https://{host}/"})

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        # The library sends no cookie that is for https over http, which is what the proxy speaks behind it.
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        return self.session.request(
            method, urljoin(self.address, path), allow_redirects=False, timeout=60,
            headers={**({"Cookie": cookies} if cookies else {}), **(headers or {})}, **more,
        )  # fmt: skip

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, data: Any, **more: Any) -> requests.Response:
        return self.ask("POST", path, data=data, **more)

    def log_in(self, username: str, password: str) -> requests.Response:
        tree = lxml.html.fromstring(self.get("/konto/login/").text)
        form = next(each for each in tree.forms if "password" in each.fields)
        told = {**dict(form.form_values()), "login": username, "password": password}
        answer = self.post("/konto/login/", told)
        assert answer.status_code == 302, answer.status_code
        return answer


def visit(
    browser: Browser,
    begin: tuple[str, ...] = ("/",),
    *,
    each: Callable[[Page], None] | None = None,
    further: bool = True,
) -> Visit:
    """From some pages on, or (not further) those alone."""
    found, seen, alike = Visit(), set(begin), Counter[str]()
    waiting = deque(begin)
    while waiting and len(found.pages) < PAGES_MAX:
        url = waiting.popleft()
        page = _look(browser, url)
        found.pages.append(page)
        if each:
            each(page)
        for link in _links(page) if further else ():
            found.asked.setdefault(urlsplit(link).path, set()).update(
                name for name, _ in parse_qsl(urlsplit(link).query, keep_blank_values=True)
            )
            if link in seen or urlsplit(link).path in _LEAVES or alike[shape(link)] >= LIKE_ONE_ANOTHER:
                continue
            seen.add(link)
            alike[shape(link)] += 1
            waiting.append(link)
        for form in _forms(page):
            found.forms.setdefault(form.shape, form)
            if form.method == "get":
                found.asked.setdefault(urlsplit(form.action).path, set()).update(form.fields)
    return found


def _look(browser: Browser, url: str) -> Page:
    answer = browser.get(url)
    page = Page(url, answer.status_code, answer)
    if answer.headers.get("Content-Type", "").startswith("text/html") and answer.text.strip():
        page.tree = lxml.html.fromstring(answer.text)
    return page


def _links(page: Page) -> Iterator[str]:
    """Addresses of this very server, without what stands behind #."""
    if "Location" in page.answer.headers:
        yield from _own(page, page.answer.headers["Location"])
    if page.tree is None:
        return
    for attribute in ("href", "src", "hx-get"):
        for value in page.tree.xpath(f"//@{attribute}"):
            yield from _own(page, value)


def _own(page: Page, value: str) -> Iterator[str]:
    parts = urlsplit(urljoin(page.url, value))
    own = not parts.netloc or parts.netloc == urlsplit(page.answer.url).netloc
    if parts.scheme in ("", "http", "https") and own:
        yield parts.path + (f"?{parts.query}" if parts.query else "")


def _forms(page: Page) -> Iterator[Form]:
    for form in page.tree.forms if page.tree is not None else ():
        action = next(_own(page, form.get("action") or page.url), "")
        fields = {name: value or "" for name, value in form.form_values()}
        fields |= {name: fields.get(name, "") for name in form.fields if name}
        yield Form(
            page.url,
            action,
            (form.method or "get").lower(),
            fields,
            "multipart" in (form.get("enctype") or ""),
        )
