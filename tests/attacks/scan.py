"""`bin/scan`: looks at every page of a served demo as each login, and at what no page leads to, and prints a table."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import bench  # noqa: F401  # sets Django up
from demo.logins import LOGINS, PASSWORD
from tests.attacks import demo_site
from tests.attacks.crawling import Browser, Page, Visit, shape, visit
from tests.attacks.findings import STATIC, of_answer, of_page

ANYBODY = "(nobody)"
EVERYBODY = (ANYBODY, *(login.username for login in LOGINS))
MARK = "zq\"'><svg/onload=zq>"
# What scanners and passers-by ask for. None of it is here.
NOT_THERE = (
    "/admin/", "/django-admin/", "/.git/HEAD", "/.git/config", "/.env", "/.local/secret_key", "/config/settings.py",
    "/manage.py", "/static/", "/static/fordel/", "/static/../config/settings.py", "/static/..%2f..%2fmanage.py",
    "/static/%2e%2e/%2e%2e/manage.py", "/media/", "/uploads/", "/.local/uploads/", "/server-status", "/debug/",
    "/__debug__/", "/graphql", "/api/", "/swagger.json", "/openapi.json", "/metrics", "/actuator/env",
    "/phpinfo.php", "/wp-login.php", "/backup.sql", "/dump.rdb", "/robots.txt.bak", "/konto/signup/",
    "/konto/password/reset/",
)  # fmt: skip
METHODS = ("TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "CONNECTX")


@dataclass
class Scan:
    visits: dict[str, Visit] = field(default_factory=dict)
    checked: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def note(self, who: str, url: str, problems: Iterator[str]) -> None:
        self.found += [f"{who} {shape(url)}: {problem}" for problem in problems]


def scan(address: str, who: tuple[str, ...] = EVERYBODY) -> Scan:
    done = Scan()
    for name in who:
        _scan_as(done, name, address)
    return done


def _scan_as(done: Scan, who: str, address: str) -> None:
    browser = Browser(address)
    if who != ANYBODY:
        done.note(who, "/konto/login/", of_answer(browser.log_in(who, PASSWORD)))
    done.visits[who] = visit(browser, each=lambda page: _look(done, who, page))
    _reflections(done, who, browser)
    _errors(done, who, browser)
    _files(done, who, browser)


def _look(done: Scan, who: str, page: Page) -> None:
    done.checked["answers"] += 1
    done.note(who, page.url, of_answer(page.answer))
    done.note(who, page.url, of_page(page))


def _reflections(done: Scan, who: str, browser: Browser) -> None:
    """What is sent in an address comes back as text, or not at all."""
    for path, names in sorted(done.visits[who].asked.items()):
        if path.startswith(STATIC):
            continue
        for name in sorted({*names, "zq"}):
            answer = browser.get(path, params={name: MARK})
            done.checked["reflections"] += 1
            done.note(who, f"{path}?{name}", of_answer(answer))
            if MARK in answer.text or "<svg/onload" in answer.text:
                done.found.append(f"{who} {path}?{name}: comes back as it was sent")


def _errors(done: Scan, who: str, browser: Browser) -> None:
    for path in NOT_THERE:
        answer = browser.get(path)
        done.checked["not there"] += 1
        done.note(who, path, of_answer(answer))
        landed = answer.headers.get("Location", "")
        if answer.status_code not in (404, 400) and not urlsplit(landed).path.startswith("/konto/login"):
            done.found.append(f"{who} {path}: {answer.status_code} {landed}")
    for method in METHODS:
        answer = browser.session.request(
            method, f"{browser.address}/helse/", allow_redirects=False, timeout=30
        )
        done.checked["methods"] += 1
        if method == "TRACE" and "Cookie" in answer.text:
            done.found.append(f"{who} TRACE echoes")
        done.note(who, f"/helse/ {method}", (p for p in of_answer(answer) if p.startswith("error")))
    bad = browser.get("/", headers={"Host": "evil.example.org"})
    done.note(
        who,
        "a foreign host",
        (p for p in of_answer(bad) if not p.startswith(("header Strict", "header Cross-Origin-Opener"))),
    )
    if bad.status_code != 400:
        done.found.append(f"{who} a foreign host is answered {bad.status_code}")


def _files(done: Scan, who: str, browser: Browser) -> None:
    """Scripts and sheets name no source map, and none lies beside them."""
    for page in done.visits[who].pages:
        # allauth's own script names one that it does not ship.
        if (
            page.path.startswith(STATIC)
            and page.path.endswith((".js", ".css"))
            and "/mfa/js/" not in page.path
        ):
            done.checked["source maps"] += 1
            if "sourceMappingURL" in page.answer.text or browser.get(f"{page.path}.map").status_code == 200:
                done.found.append(f"{who} {page.path}: has a source map")


def table(done: Scan) -> str:
    lines = ["login         pages  kinds  forms  fields  files  200  302  403  404  other"]
    for who, seen in done.visits.items():
        pages = [page for page in seen.pages if not page.path.startswith(STATIC)]
        status = Counter(page.status for page in pages)
        other = sum(n for code, n in status.items() if code not in (200, 302, 403, 404))
        fields = sum(len(form.fields) for form in seen.forms.values())
        lines.append(
            f"{who:<12} {len(pages):6} {len({shape(p.url) for p in pages}):6} {len(seen.forms):6} {fields:7}"
            f" {len(seen.pages) - len(pages):6} {status[200]:4} {status[302]:4} {status[403]:4} {status[404]:4} {other:6}"
        )
    lines += ["", ", ".join(f"{name}: {n}" for name, n in sorted(done.checked.items()))]
    counted = Counter(done.found)
    lines += ["", f"findings: {len(counted)}", *(f"  {n} × {what}" for what, n in sorted(counted.items()))]
    return "\n".join(lines)


def main() -> None:
    with ExitStack() as stack:
        if len(sys.argv) > 1:
            address = sys.argv[1].rstrip("/")
        else:
            demo_site.make()
            stack.callback(demo_site.gone)
            address = stack.enter_context(demo_site.site()).address
        done = scan(address)
    print(table(done))
    sys.exit(bool(done.found))


if __name__ == "__main__":
    main()
