"""The scanner finds nothing, and would find something if it were there."""

from __future__ import annotations

import lxml.html
import pytest
import requests

from tests.attacks.crawling import Page
from tests.attacks.findings import of_answer, of_page
from tests.attacks.scan import ANYBODY, scan, table
from tests.attacks.serving import Web


def test_no_page_file_or_error_has_a_hole(attacked: Web) -> None:
    """As nobody and as the leader of the team, who may open most; `bin/scan` looks as every login."""
    done = scan(attacked.address, who=(ANYBODY, "leder"))
    print("\n" + table(done))
    assert done.found == []
    assert len(done.visits["leder"].pages) > 100
    assert done.checked["reflections"] > 300


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<script>1</script>", "inline script"),
        ("<p style='color:red'>", "inline style"),
        ("<p onclick='x()'>", "event handler"),
        ("<a href='javascript:x()'>", "href runs something"),
        ("<img src='http://elsewhere/x'>", "src from elsewhere"),
        ("<form method=post><input name=a></form>", "without a CSRF token"),
        ("<iframe></iframe>", "frame"),
    ],
)
def test_a_hole_in_a_page_is_found(html: str, problem: str) -> None:
    page = Page("/", 200, requests.Response(), lxml.html.fromstring(f"<html><body>{html}</body></html>"))
    assert any(problem in found for found in of_page(page))


def test_a_bare_answer_is_full_of_holes(attacked: Web) -> None:
    answer = requests.get(f"{attacked.address}/helse/", headers={"X-Forwarded-Proto": "https"}, timeout=10)
    assert list(of_answer(answer)) == []
    answer.headers.clear()
    assert len(list(of_answer(answer))) > 8
