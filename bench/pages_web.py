"""Fordel's own web server for a measurement, and a browser's part in it: cookies, tokens, kept connections."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection

CHECKOUT = Path(__file__).resolve().parents[1]
PORTS = range(21_000, 32_000)  # below those that the kernel lends out (FLOORS §7)
IDLE = 1.0  # seconds after which gunicorn may have closed a kept connection (it does after two)


def web_line() -> str:
    """How the Procfile starts the web server: the measured one is started by the same words."""
    lines = (CHECKOUT / "Procfile").read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith("web:"))


@contextmanager
def web() -> Iterator[int]:
    """gunicorn on the measurement's own database as the application's role; the port it listens on.

    Raises SystemExit with the server's last words when it does not come up.
    """
    port, log = _free_port(), tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed with the block below
    url = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATABASE_URL": urllib.parse.urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
        "DJANGO_SETTINGS_MODULE": "bench.pages_settings",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(CHECKOUT),
        "FORDEL_DEBUG": "0",
        "FORDEL_DEMO": "1",  # logging in by a password alone
    }
    collect = ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run([sys.executable, *collect], cwd=CHECKOUT, env=environment, check=True)
    server = subprocess.Popen(
        ["sh", "-c", web_line()],
        cwd=CHECKOUT,
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    with log:
        try:
            if not _comes_up(port, server):
                raise SystemExit(f"the web server did not come up:\n{_tail(log)}")
            yield port
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)
            if errors := [line for line in _lines(log) if "level=error" in line]:
                print(*errors[:20], sep="\n", file=sys.stderr)


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("no free port")


def _comes_up(port: int, server: subprocess.Popen[bytes]) -> bool:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and server.poll() is None:
        with suppress(OSError, http.client.HTTPException):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/helse/")
            if asked.getresponse().status == 200:
                return True
        time.sleep(0.1)
    return False


def _lines(log: object) -> list[str]:
    log.seek(0)  # type: ignore[attr-defined]  # a temporary file's type is private
    return list(log.read().splitlines())  # type: ignore[attr-defined]


def _tail(log: object) -> str:
    return "\n".join(_lines(log)[-20:])


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and the milliseconds from the first byte sent to the last byte read."""

    status: int
    body: bytes
    ms: float
    headers: Mapping[str, str]


@dataclass(slots=True)
class Visitor:
    """One browser on one kept connection. Follows no redirect: what is measured is one request."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None
    _used: float = 0.0

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self._ask("GET", path, None, headers or {})

    def post(
        self, path: str, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> Answer:
        body = urllib.parse.urlencode({name: str(value) for name, value in fields.items()})
        token = {"X-CSRFToken": self.cookies.get("csrftoken", "")}
        return self._ask("POST", path, body, {**token, **(headers or {})})

    def log_in(self, username: str, password: str) -> None:
        """By the form, as people do. Raises SystemExit when it is refused."""
        self.get("/konto/login/")
        there = self.post("/konto/login/", {"login": username, "password": password})
        if there.status != 302:
            raise SystemExit(f"{username} was not let in: {there.status}")

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        if body is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded"}
        line = self._connected()
        start = time.perf_counter()
        line.request(method, path, body, sent)
        answer = line.getresponse()
        content = answer.read()
        took = (time.perf_counter() - start) * 1000
        self._used = time.monotonic()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(answer.status, content, took, dict(answer.headers.items()))

    def _connected(self) -> http.client.HTTPConnection:
        if self._line is None or time.monotonic() - self._used > IDLE:
            if self._line is not None:
                self._line.close()
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            self._line.connect()
        return self._line


def person(port: int, username: str) -> Visitor:
    """Somebody logged in by the form, with a password given for the purpose."""
    from teams.models import User  # not before Django is set up

    password = f"{settings.SECRET_KEY[:20]}-{username}"
    user = User.objects.get(username=username)
    user.set_password(password)
    user.save(update_fields=["password"])
    visitor = Visitor(port)
    visitor.log_in(username, password)
    return visitor
