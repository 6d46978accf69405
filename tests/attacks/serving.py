"""The web server as it runs: the Procfile's own line, on the tests' database, as the application's role."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.processes import CHECKOUT, environment, kill, manage, until


@dataclass(frozen=True)
class Web:
    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def raw(self, request: bytes = b"", *, wait: float = 10) -> socket.socket:
        """A connection on which these bytes have been sent."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=wait)
        line.sendall(request)
        return line

    def answers(self) -> bool:
        with suppress(urllib.error.URLError, OSError):
            # As the TLS proxy says it; without FORDEL_HTTPS nobody listens to that.
            asked = urllib.request.Request(f"{self.address}/helse/", headers={"X-Forwarded-Proto": "https"})  # noqa: S310
            return bool(urllib.request.urlopen(asked, timeout=3).status == 200)  # noqa: S310
        return False


def procfile(name: str) -> str:
    lines = (CHECKOUT / "Procfile").read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))


@contextmanager
def web(database: str = "", **env: str) -> Iterator[Web]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = tempfile.mkdtemp()
    log = Path(folder) / "web.log"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    whole = {
        **environment("app", database),
        "PORT": str(port),
        "PATH": path,
        "PYTHONPATH": str(CHECKOUT),
        **env,
    }
    manage("collectstatic", "--no-input", "--verbosity", "0")
    with log.open("wb") as target:
        process = subprocess.Popen(
            ["sh", "-c", procfile("web")], cwd=CHECKOUT, env=whole, stdout=target, stderr=target,
            start_new_session=True,
        )  # fmt: skip
        served = Web(port, log, process)
        try:
            until(lambda: served.answers() or process.poll() is not None, seconds=60)
            yield served
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            kill(process)
