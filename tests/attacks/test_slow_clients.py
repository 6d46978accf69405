"""Clients that send or take slowly, against gunicorn with its real settings (Procfile, config/gunicorn.py)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.gunicorn import threads, workers
from config.slow_clients import ARRIVAL, FORM, SILENCE, state
from tests.attacks.serving import Web, web

HEAD = b"GET /konto/login/ HTTP/1.1\r\nHost: localhost\r\n"
FORM_HEAD = (
    b"POST /konto/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)
MANY = 10 * workers * threads


@pytest.fixture(scope="module")
def served(django_db_setup: None) -> Iterator[Web]:
    with web() as running:
        assert running.answers(), running.log.read_text()
        yield running


def answer(line: socket.socket) -> bytes:
    with line:
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        HEAD + b"X-a: b\r\n",
        FORM_HEAD + b"Content-Length: 500\r\n\r\nlogin=x",
        FORM_HEAD + b"Content-Length: %d\r\n\r\nlogin=x" % (FORM * 4),
        FORM_HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nlogin",
    ],
    ids=["says nothing", "one byte", "half a head", "half a form", "a large form", "chunks"],
)
def test_ten_times_as_many_slow_clients_as_threads_do_not_stop_others(served: Web, begun: bytes) -> None:
    with ExitStack() as lines:
        for _ in range(MANY):
            lines.enter_context(served.raw(begun))
        time.sleep(0.5)
        for _ in range(20):
            began = time.monotonic()
            assert served.answers()
            assert time.monotonic() - began < 2


def test_who_drips_is_hung_up_on(served: Web) -> None:
    line = served.raw(HEAD)
    ends = time.monotonic() + ARRIVAL + 5
    hung_up = threading.Event()

    def listen() -> None:
        try:
            if line.recv(1) == b"":
                hung_up.set()
        except OSError:
            hung_up.set()

    line.settimeout(ARRIVAL + 8)
    threading.Thread(target=listen, daemon=True).start()
    while time.monotonic() < ends and not hung_up.is_set():
        try:
            line.sendall(b"X-a: b\r\n")
        except OSError:
            break
        hung_up.wait(1)
    assert hung_up.wait(1)
    line.close()


def test_who_falls_silent_in_a_large_upload_is_hung_up_on_and_another_gets_the_thread(served: Web) -> None:
    lines = [served.raw(FORM_HEAD + b"Content-Length: %d\r\n\r\nlogin=x" % (FORM * 4)) for _ in range(MANY)]
    refused = sum(b" 503 " in line.recv(200) for line in lines[-4:])
    assert refused >= 1
    time.sleep(SILENCE + 2)
    body = b"login=x&fill=" + b"y" * FORM
    head = FORM_HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert answer(served.raw(head + body)).startswith(b"HTTP/1.1 403")  # of CSRF: it was read
    for line in lines:
        line.close()


def test_who_does_not_take_the_answer_holds_nothing(served: Web) -> None:
    """A page and a style sheet, asked for over and over on one line, and never read."""
    with ExitStack() as lines:
        for _ in range(MANY):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            line.connect(("127.0.0.1", served.port))
            lines.enter_context(line)
            line.sendall(HEAD + b"\r\n")
        time.sleep(1)
        assert all(served.answers() for _ in range(10))


def test_requests_in_pieces_on_one_line_and_two_at_once_are_answered(served: Web) -> None:
    whole = HEAD + b"Connection: close\r\n\r\n"
    line = served.raw()
    for at in range(0, len(whole), 7):
        line.sendall(whole[at : at + 7])
        time.sleep(0.01)
    assert answer(line).startswith(b"HTTP/1.1 200")
    line = served.raw(b"GET /helse/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert line.recv(4096).startswith(b"HTTP/1.1 200")
    line.sendall(b"GET /helse/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert b"HTTP/1.1 200" in answer(line)
    both = b"GET /helse/ HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2
    assert answer(served.raw(both + whole)).count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize(
    ("arrived", "found"),
    [
        (b"GET / HTTP/1.1\r\n", "part"),
        (b"GET / HTTP/1.1\r\n\r\n", "whole"),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab", "part"),
        (b"POST / HTTP/1.1\r\ncontent-length:3\r\n\r\nabc", "whole"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "large"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "large"),
        (b"x" * 40_000, "whole"),
    ],
)
def test_what_has_arrived(arrived: bytes, found: str) -> None:
    assert state(arrived) == found
