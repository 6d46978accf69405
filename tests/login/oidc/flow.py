"""One browser on its way out to the provider and back, and what must be true whenever nobody was let in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.sessions.models import Session
from django.test import Client

from tests.login.oidc.rogue import HPR, ORGANISATION, PID, SECRET, Rogue


@dataclass
class Flow:
    client: Client
    rogue: Rogue
    caplog: pytest.LogCaptureFixture

    def start(self, provider: str = "helseid", **form: str) -> str:
        """Where the page after the button sends the browser."""
        response = self.client.post(f"/logg-inn/{provider}/", form)
        assert response.status_code == 200, response.content.decode()
        return str(response.context["address"])

    def out(self, address: str) -> str:
        """The provider logs somebody in: the address of ours that it sends them back to."""
        sent = requests.get(address, allow_redirects=False, timeout=5)
        assert sent.status_code == 302
        back = urlsplit(sent.headers["Location"])
        return f"{back.path}?{back.query}"

    def log_in(self, **form: str) -> Any:
        return self.client.get(self.out(self.start(**form)))

    def assert_refused(self, response: Any, status: int, title: str) -> None:
        """Words, a number to ask by, nobody logged in, nothing said in the log."""
        page = response.content.decode()
        assert response.status_code == status, page
        assert title in page
        assert response["X-Reference"] in page
        self.assert_nobody()
        assert any("refused" in record.getMessage() for record in self.caplog.records)
        self.assert_silent(page)

    def assert_nobody(self) -> None:
        assert "_auth_user_id" not in self.client.session
        assert "member_id" not in self.client.session
        assert self.client.get("/min-dag/").status_code == 302

    def assert_silent(self, page: str = "") -> None:
        """No token, code, claim or secret in the log or on the page."""
        told = self.caplog.text + page
        for secret in [*self.rogue.spoken, HPR, PID, ORGANISATION, SECRET, "subjekt-1f3a"]:
            assert secret not in told

    def assert_kept_nowhere(self) -> None:
        for session in Session.objects.all():
            kept = json.dumps(session.get_decoded(), default=str)
            for secret in [*self.rogue.spoken, HPR, PID, ORGANISATION]:
                assert secret not in kept
