"""A login provider that somebody else has written, in a process of its own: the package oidc-provider-mock."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import requests

from tests.processes import kill, until

Person = dict[str, Any]


@contextmanager
def real_provider(*people: Person) -> Iterator[str]:
    """Its issuer. Each of the people has a `sub`, and may have whatever claims."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
    ]
    for person in people:
        command += ["--user-claims", json.dumps(person)]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: _answers(address), seconds=30)
        yield address
    finally:
        kill(process)


def _answers(address: str) -> bool:
    with suppress(requests.RequestException):
        return requests.get(f"{address}/jwks", timeout=1).status_code == 200
    return False
