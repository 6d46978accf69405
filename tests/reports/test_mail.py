"""The week's report by e-mail, through a real SMTP server: who gets it, who does not, and nobody twice."""

from __future__ import annotations

import datetime as dt
import email
import socket
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from reports.actions.closing import close_weeks
from reports.actions.correcting import correct_weeks
from reports.actions.mailing import PAUSES, ask, send_waiting
from reports.actions.subscribing import subscribe
from reports.models import Delivery, Language, Recipient, Sending, WeeklyReport
from tasks.actions.recording import log_work
from tasks.models import TaskKind
from teams.models import Member
from tests.conftest import Cast, logged_in
from tests.reports.conftest import WEEK, at, day, done, make_patient

EARLIER = at(day(WEEK, 2))
MONDAY = WEEK.ends_at + dt.timedelta(hours=6)


class Server:
    """Takes what it is not told to refuse; `refuse` holds, by address, the answers still to give."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.refuse: dict[str, list[str]] = {}
        self.hang_up = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse.get(address):
            return self.refuse[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        for address in envelope.rcpt_tos:
            self.taken.append((address, email.message_from_bytes(envelope.content or b"")))  # type: ignore[arg-type]
        if self.hang_up and server.transport:
            server.transport.close()
        return "250 OK"

    def to(self) -> list[str]:
        return [address for address, _mail in self.taken]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    handler = Server()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 5
    settings.PUBLIC_URL = "https://fordel.example.no"
    yield handler
    controller.stop()


def send_some(*, now: dt.datetime) -> int:
    """Everything that waits at that moment."""
    return send_waiting(clock=lambda: now)


def address(member: Member) -> str:
    return f"m{member.pk}@example.no"


@pytest.fixture
def asked(solbakken: Cast, server: Server) -> Cast:
    """Doctor (with the paper), nurse and manager (a link) had asked before the week was closed."""
    solbakken.clinic.started_on = WEEK.monday
    solbakken.clinic.save()
    for member in (solbakken.doctor, solbakken.nurse, solbakken.manager):
        subscribe(by=member, address=address(member), paper=member == solbakken.doctor, at=EARLIER)
    done(solbakken.doctor, "telefonsporsmal", 95, patient=make_patient(solbakken.doctor))
    close_weeks(now=WEEK.ends_at + dt.timedelta(minutes=10))
    return solbakken


def states() -> dict[str, str]:
    return dict(Delivery.objects.values_list("recipient__address", "state"))


def test_on_monday_at_six_everybody_who_asked_gets_it_once(asked: Cast, server: Server) -> None:
    assert ask(now=MONDAY - dt.timedelta(minutes=1)) == 0
    assert ask(now=MONDAY) == 3
    assert send_some(now=MONDAY) == 3
    assert ask(now=MONDAY) == send_some(now=MONDAY) == 0
    assert sorted(server.to()) == sorted(map(address, (asked.doctor, asked.nurse, asked.manager)))
    assert set(states().values()) == {Sending.SENT}
    papers = {
        to: [part.get_filename() for part in mail.walk() if part.get_filename()] for to, mail in server.taken
    }
    assert papers[address(asked.doctor)] == ["fordel-2026-W10.pdf"]
    assert papers[address(asked.nurse)] == []


def test_it_says_the_numbers_and_nobody(asked: Cast, server: Server) -> None:
    ask(now=MONDAY)
    send_some(now=MONDAY)
    mail = next(mail for to, mail in server.taken if to == address(asked.nurse))
    text = _payload(mail)
    assert mail["Subject"] == "Fordel: ukesrapport, uke 10"
    assert "Legetid på arbeid andre kan ta: 1 t 35 min" in text
    assert "https://fordel.example.no/rapporter/2026/10/" in text
    for name in ("Prøve", "Pasient ", asked.doctor.name, asked.nurse.name):
        assert name not in text


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (Language.NYNORSK, "Fordel: vekerapport, veke 10", "Kan flyttast no"),
        (Language.ENGLISH, "Fordel: weekly report, week 10", "Doctors' time on work that others can do: 1 h 35 min"),
    ],
)  # fmt: skip
def test_it_is_in_the_language_that_was_asked_for_whole_and_the_others_stay_in_theirs(
    asked: Cast, server: Server, language: str, subject: str, said: str
) -> None:
    subscribe(by=asked.nurse, address=address(asked.nurse), paper=False, language=language, at=EARLIER)
    ask(now=MONDAY)
    send_some(now=MONDAY)
    mails = dict(server.taken)
    written, own = (
        (mails[address(who)]["Subject"], str(_payload(mails[address(who)]))) for who in (asked.nurse, asked.manager)
    )  # fmt: skip
    assert written[0] == subject
    assert mails[address(asked.nurse)]["Content-Language"] == language
    assert said in written[1]
    # Of the Norwegian ones no whole line is left but those that both languages write alike.
    alike = set(written[1].splitlines()) & set(own[1].splitlines())
    assert not [
        line for line in alike if line and "Solbakken" not in line and not line.startswith("Oppfølging")
    ]
    assert own[0] == "Fordel: ukesrapport, uke 10"


def _payload(mail: Message) -> str:
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode().replace("\u00a0", " ")


def test_one_that_fails_is_tried_again_and_the_others_get_theirs(asked: Cast, server: Server) -> None:
    server.refuse = {
        address(asked.nurse): ["451 later"] * 2,
        address(asked.manager): ["550 no such"],
    }
    ask(now=MONDAY)
    send_some(now=MONDAY)
    assert server.to() == [address(asked.doctor)]
    assert states() == {
        address(asked.doctor): "sent", address(asked.nurse): "waiting", address(asked.manager): "failed",
    }  # fmt: skip
    assert send_some(now=MONDAY) == 0
    later = MONDAY + dt.timedelta(minutes=PAUSES[0])
    assert send_some(now=later) == 1
    assert send_some(now=later + dt.timedelta(minutes=PAUSES[1])) == 1
    assert sorted(server.to()) == sorted([address(asked.doctor), address(asked.nurse)])
    text = logged_in(asked.doctor).get("/rapporter/e-post/").content.decode()
    assert "kom ikke fram" in text
    assert "SMTP 550" in text


def test_after_the_last_attempt_it_is_given_up_and_a_person_may_send_it_again(
    asked: Cast, server: Server
) -> None:
    server.refuse = {address(asked.nurse): ["451 later"] * (len(PAUSES) + 1)}
    ask(now=MONDAY)
    now = MONDAY
    for _attempt in range(len(PAUSES) + 2):
        send_some(now=now)
        now += dt.timedelta(hours=5)
    given_up = Delivery.objects.get(recipient__member=asked.nurse)
    assert (given_up.state, given_up.attempts) == ("failed", len(PAUSES) + 1)
    again = f"/rapporter/e-post/{given_up.pk}/igjen/"
    assert logged_in(asked.secretary).post(again).status_code == 403
    assert logged_in(asked.doctor).post(again).status_code == 302
    later = timezone.now() + dt.timedelta(hours=1)
    assert send_some(now=later) == 1
    assert server.to().count(address(asked.nurse)) == 1
    logged_in(asked.doctor).post(again)  # it is sent: nothing more happens
    assert send_some(now=later) == 0


def test_when_the_line_breaks_after_the_words_it_is_not_sent_again_by_itself(
    asked: Cast, server: Server
) -> None:
    server.hang_up = True
    ask(now=MONDAY)
    send_some(now=MONDAY)
    assert set(states().values()) == {"unsure"}
    server.hang_up = False
    send_some(now=MONDAY + dt.timedelta(days=1))
    assert len(server.to()) == len(set(server.to()))


def test_a_worker_killed_in_the_middle_leaves_it_unsure_not_twice(asked: Cast, server: Server) -> None:
    ask(now=MONDAY)
    Delivery.objects.filter(recipient__member=asked.nurse).update(state=Sending.SENDING, at=MONDAY)
    send_some(now=MONDAY)
    assert address(asked.nurse) not in server.to()
    send_some(now=MONDAY + dt.timedelta(minutes=16))
    assert states()[address(asked.nurse)] == "unsure"


def test_a_server_that_is_away_loses_nothing(asked: Cast, server: Server, settings: Any) -> None:
    ask(now=MONDAY)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    send_some(now=MONDAY)
    assert set(states().values()) == {"waiting"}
    settings.EMAIL_PORT = port
    send_some(now=MONDAY + dt.timedelta(minutes=PAUSES[0]))
    assert set(states().values()) == {"sent"}


def test_a_second_edition_is_no_second_mail_and_who_asked_later_waits(asked: Cast, server: Server) -> None:
    subscribe(by=asked.secretary, address=address(asked.secretary), paper=False, at=MONDAY)
    ask(now=MONDAY)
    send_some(now=MONDAY)
    log_work(
        TaskKind.objects.get(slug="okonomi"), by=asked.doctor, minutes=20, origin="internal",
        at=MONDAY, ended_at=at(day(WEEK, 5)),
    )  # fmt: skip
    assert correct_weeks(now=MONDAY + dt.timedelta(days=1)) == 1
    assert WeeklyReport.objects.filter(clinic=asked.clinic).count() == 2
    assert ask(now=MONDAY + dt.timedelta(days=1)) == 0
    assert address(asked.secretary) not in server.to()


def test_who_has_left_or_may_not_see_reports_gets_nothing(asked: Cast, server: Server) -> None:
    Member.objects.filter(pk=asked.nurse.pk).update(ends_on=WEEK.sunday)
    Member.objects.filter(pk=asked.manager.pk).update(access="administrator")
    ask(now=MONDAY)
    send_some(now=MONDAY)
    assert server.to() == [address(asked.doctor)]
    assert states() == {address(asked.doctor): "sent", address(asked.manager): "failed"}


def test_asking_and_ending_on_the_page(solbakken: Cast, furulund: Cast, server: Server) -> None:
    page = logged_in(solbakken.secretary)
    wrong = page.post("/rapporter/e-post/", {"adresse": "hei", "papir": "on"})
    assert wrong.status_code == 422
    assert 'value="hei"' in wrong.content.decode()
    assert (
        page.post("/rapporter/e-post/", {"adresse": "s@example.no", "papir": "on", "sprak": "nn"}).status_code
        == 302
    )
    assert page.post("/rapporter/e-post/", {"adresse": "t@example.no", "sprak": "en"}).status_code == 302
    own = Recipient.objects.get(member=solbakken.secretary)
    assert (own.address, own.paper) == ("t@example.no", False)
    assert "t@example.no" not in logged_in(furulund.doctor).get("/rapporter/e-post/").content.decode()
    assert page.post("/rapporter/e-post/slutt/").status_code == 302
    assert not Recipient.objects.exists()
    assert page.post("/rapporter/e-post/999999/igjen/").status_code == 404


def test_without_a_mail_server_nobody_is_asked(solbakken: Cast, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    text = logged_in(solbakken.nurse).get("/rapporter/e-post/").content.decode()
    assert "ikke satt opp" in text
    assert ask(now=MONDAY) == send_some(now=MONDAY) == 0
