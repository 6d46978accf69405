"""What stands in an address may be anything: an answer never is an error of ours, whatever each parameter holds."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

from demo.logins import PASSWORD
from tests.attacks.crawling import Browser, visit
from tests.attacks.serving import Web

NONSENSE = (
    "'", '"', "1' OR '1'='1", "1); DROP TABLE tasks_task; --", "name ASC; SELECT pg_sleep(9)", "-clinic__members__user__password",
    "clinic_id", "\x00", "a\x00b", "a" * 3000, "-1", "0", "99999999999999999999", "1e309", "NaN", "１２", "٣", "²", "[]", "{}", "null",
    "%", "%00", "_", "\\", "${7*7}{{7*7}}", "../../etc/passwd", "2026-13-45", "0000-00-00", "9999-12-31", "10000-01-01",
    "2026-W54", "\u202eabc", "\U0001f600", "\ufeff", "\r\nSet-Cookie: x=y", "true", " ", "",
)  # fmt: skip
FEW = 6  # of them for each parameter by itself; all of them for each page with every parameter at once
SLOW = 8.0  # seconds: longer than any answer takes on a busy machine, shorter than a statement that was made to sleep


def test_no_parameter_of_any_page_makes_an_error(attacked: Web) -> None:
    browser = Browser(attacked.address)
    browser.log_in("leder", PASSWORD)
    found = visit(browser)
    asked = {path: sorted(names) for path, names in found.asked.items() if not path.startswith("/static/")}
    nonsense = cycle(NONSENSE)
    requests: list[tuple[str, dict[str, Any]]] = [
        (path, {name: value})
        for path, names in asked.items()
        for name in names
        for value in islice(nonsense, FEW)
    ]
    with_some = [path for path, names in asked.items() if names]
    requests += [(path, dict.fromkeys(asked[path], value)) for path in with_some[::3] for value in NONSENSE]
    requests += [
        (path, {f"{name}[]": ["1", "2"], name: ["x", "y"]}) for path in with_some for name in asked[path]
    ]

    def ask(request: tuple[str, dict[str, Any]]) -> str:
        path, told = request
        began = time.monotonic()
        answer = browser.get(path, params=told)
        took = time.monotonic() - began
        return (
            f"{answer.status_code} after {took:.1f} s: {path} {told!r:.80}"
            if answer.status_code >= 500 or took > SLOW
            else ""
        )

    with ThreadPoolExecutor(4) as several:
        wrong = [each for each in several.map(ask, requests) if each]
    print(
        f"\n{len(requests)} requests, {sum(map(len, asked.values()))} parameters of {len(with_some)} pages: {len(wrong)} errors"
    )
    assert wrong == []
    assert len(requests) > 800
