"""Header injection in e-mail: whatever stands in an address or a clinic's name, nobody else is written to."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest
from django.core import mail

from reports.actions.mailing import ask
from reports.models import Recipient, Sending
from tests.conftest import Cast, logged_in
from tests.reports.test_mail import MONDAY, Server, address, asked, send_some, server, states
from tests.teams.test_invitations import newcomer

__all__ = ["asked", "server"]
ADDRESSES = [
    "ola@example.no\nBcc: alle@evil.example", "ola@example.no\r\nBcc: alle@evil.example", "ola@example.no\rBcc: alle@evil.example",
    "ola@example.no%0d%0aBcc: alle@evil.example", "ola@example.no, alle@evil.example", "ola@example.no; alle@evil.example",
    "Ola <ola@example.no>\u2028Bcc: alle@evil.example", "ola@example.no\0", "<alle@evil.example>ola@example.no",
    "ola@example.no>\r\nRCPT TO:<alle@evil.example", "ola@example.no\x0bBcc: alle@evil.example",
]  # fmt: skip


@pytest.fixture(autouse=True)
def a_mail_server(settings: Any) -> None:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example.no", "https://fordel.example.no"


@pytest.mark.parametrize("wrong", ADDRESSES)
def test_an_address_is_one_address(solbakken: Cast, wrong: str) -> None:
    leader = logged_in(solbakken.doctor)
    link = f"/team/medlem/{newcomer(solbakken).pk}/innlogging/"
    assert leader.post(link, {"email": wrong}).status_code == 422
    assert leader.post("/rapporter/e-post/", {"adresse": wrong}).status_code == 422
    assert (mail.outbox, Recipient.objects.count()) == ([], 0)


@pytest.mark.parametrize(
    "end", ["\r\nBcc: alle@evil.example", "\nBcc: alle@evil.example\n\n<b>hei</b>", "\r\n\r\nhei"]
)
def test_a_clinics_name_is_one_line_of_the_subject(solbakken: Cast, end: str) -> None:
    solbakken.clinic.name += end
    solbakken.clinic.save()
    sent = logged_in(solbakken.doctor).post(
        f"/team/medlem/{newcomer(solbakken).pk}/innlogging/", {"email": "ola@example.no"}
    )
    assert sent.status_code == 200
    (written,) = mail.outbox
    assert written.recipients() == ["ola@example.no"]
    read = email.message_from_bytes(written.message().as_bytes(), policy=email.policy.default)
    assert read["Bcc"] is None
    assert {name.lower() for name in read} == {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
        "auto-submitted", "content-language",
    }  # fmt: skip
    assert "\n" not in str(read["Subject"])


@pytest.mark.parametrize("wrong", [each for each in ADDRESSES if "\0" not in each])
def test_an_address_that_came_past_the_form_fails_alone(asked: Cast, server: Server, wrong: str) -> None:
    """Whatever wrote it there: its week is told as failed, the others get theirs, and nobody else a word."""
    Recipient.objects.filter(member=asked.nurse).update(address=wrong)
    ask(now=MONDAY)
    send_some(now=MONDAY)
    meant = {address(asked.doctor), address(asked.manager)}
    assert meant <= set(server.to())
    assert not [to for to in server.to() if "evil" in to and to not in {wrong}]
    assert not [told for _to, told in server.taken if told["Bcc"]]
    assert states()[address(asked.doctor)] == Sending.SENT
