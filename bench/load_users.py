"""People at work, many at once: each with a session, a list, a few seconds' thought, and then the next thing.

A client of our own on asyncio: a load tool (locust) would bring gevent, Flask and some twenty packages more, and
take more of the two cores that the server is measured on than the few lines that it takes to speak HTTP here.
"""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from bench.load_check import Told
from tasks.forms.doing import TEAM

THINK = (1.0, 5.0)  # seconds between what somebody does and what they do next
HESITATE = (0.2, 1.5)  # between looking at a task that others look at too, and doing something with it
IDLE = 1.0  # seconds after which a kept connection is not used again: gunicorn closes it after two
LONGEST = 60.0  # seconds that anybody waits for an answer
FRESH = 540.0  # seconds within which one's own completion can be taken back
HOT_SECONDS, HOT_TASKS = 10, 4  # so many tasks of a clinic are what everybody is at, for so long

_ROW = re.compile(r'action="/oppgave/(\d+)/utfort/".*?name="version" value="(\d+)"', re.DOTALL)
_VERSION = re.compile(r'name="version" value="(\d+)"')
# What tells that somebody else was first, in the product's own words: as the refusal, not as what stands there anyway.
CONFLICT = re.compile(
    r'class="conflict"|role="alert"[^>]*>[^<]*'
    r"(?:endret av andre|har startet denne|Det går ikke lenger|for sent å angre|er alt åpnet)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


class Form(HTMLParser):
    """The fields of the first form of a page whose action ends so; what may be chosen in a select stands apart."""

    def __init__(self, page: str, ending: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}
        self.found = self._inside = False
        self._ending, self._select = ending, ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form" and not self.found and (told.get("action") or "").endswith(self._ending):
            self.found = self._inside = True
        if not self._inside:
            return
        name = told.get("name") or ""
        if tag == "input" and name and told.get("type") not in ("checkbox", "radio", "submit"):
            self.fields[name] = told.get("value") or ""
        elif tag == "textarea" and name:
            self.fields[name] = ""
        elif tag == "select":
            self._select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and self._select:
            self.choices.setdefault(self._select, []).append(told.get("value") or "")
            if "selected" in told:
                self.fields[self._select] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""


@dataclass(slots=True)
class Diary:
    """What all users together saw: milliseconds by action, successes told, refusals, and what should not be."""

    took: dict[str, list[float]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Worker:
    """One logged-in member: who they are, what they may log, and which tasks the whole clinic is at."""

    member: int
    session: str
    leads: bool
    kinds: tuple[int, ...]
    shared: tuple[int, ...]
    port: int
    diary: Diary
    chance: random.Random
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    rows: list[tuple[int, int]] = field(default_factory=list)
    done: list[tuple[int, float]] = field(default_factory=list)
    began: float = 0.0
    _line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    _used: float = 0.0

    async def work(self, seconds: float) -> None:
        """Come in during the first sixth of the time, and work until it is up; what was begun by then is ended."""
        self.began = time.monotonic()
        await asyncio.sleep(self.chance.uniform(0, seconds / 6))
        await self.my_day()
        while time.monotonic() - self.began < seconds:
            await asyncio.sleep(self.chance.uniform(*THINK))
            (action,) = self.chance.choices(list(ACTIONS), weights=list(ACTIONS.values()))
            await action(self)
        self._hang_up()

    # --- what people do

    async def my_day(self) -> None:
        """The page, and what it asks for by itself once it is there."""
        page = await self.look("min_dag", "/min-dag/")
        if 'hx-get="/min-dag/teamet/"' in page:
            await self.look("team_now", "/min-dag/teamet/", target="teamet-na")
        self.rows = [(int(task), int(version)) for task, version in _ROW.findall(page)]

    async def complete(self) -> None:
        """The row's own button: the minutes as they stand there, or a few more."""
        if not self.rows:
            return await self.my_day()
        task, version = self.rows.pop(self.chance.randrange(min(8, len(self.rows))))
        await self.complete_as_seen(task, version)

    async def complete_as_seen(self, task: int, version: int, *, target: str = "") -> None:
        """With the version that stood on the page, from the row or (target) the sheet."""
        sent = {"minutes": str(self.chance.randint(2, 25)), "version": str(version)}
        if await self.change("complete", task, "utfort", sent, target=target):
            self.done.append((task, time.monotonic()))

    async def undo(self) -> None:
        while self.done:
            task, when = self.done.pop()
            if time.monotonic() - when < FRESH:
                await self.change("undo", task, "angre", {})
                return

    async def start(self) -> None:
        if self.rows:
            task, _version = self.chance.choice(self.rows[:20])
            await self._start(task)

    async def _start(self, task: int) -> None:
        """«Start klokken», or «Stans klokken» where it goes: the sheet has the one or the other, or neither."""
        sheet = await self.open_sheet(task)
        if f"/oppgave/{task}/begynn/" in sheet:
            await self.change("start", task, "begynn", {"timer": "1"}, target="ark")
        elif f"/oppgave/{task}/stans/" in sheet:
            await self.change("stop", task, "stans", {}, target="ark")

    async def postpone(self) -> None:
        if self.rows:
            task, _version = self.rows.pop(self.chance.randrange(len(self.rows)))
            await self.fill_in("postpone", task, "utsett", reason="Pasienten ringer selv")

    async def hand_on(self) -> None:
        if self.rows:
            task, _version = self.rows.pop(self.chance.randrange(len(self.rows)))
            await self.fill_in("hand_on", task, "gi-videre", reason="Rekker det ikke i dag")

    async def sheet(self) -> None:
        if self.rows:
            task, _version = self.chance.choice(self.rows)
            await self.open_sheet(task)

    async def log(self) -> None:
        sent = {"kind": str(self.chance.choice(self.kinds)), "minutes": "", "origin": "", "sender": ""}
        answer = await self.ask("log", "POST", "/min-dag/logg/", sent)
        if answer and self._went(answer, "log", (302, 303, 200, 204)):
            self.diary.told.append((self.member, None, "log"))

    async def search(self) -> None:
        """Tasks by words, or patients by name: by POST, as neither may stand in an address."""
        words = f"Pasient-{self.chance.randint(1, 99)}"
        if self.chance.random() < 0.5:
            await self.look("search", "/min-dag/sok/", {"words": words})
        else:
            await self.look("search", "/pasienter/", {"q": words})

    async def team(self) -> None:
        await self.look("team", "/team/")

    async def pool(self) -> None:
        await self.look("pool", "/ingen/" if self.leads else "/team/")

    async def contest(self) -> None:
        """What several colleagues are at, at this very moment, each with the version that they saw."""
        window = int((time.monotonic() - self.began) / HOT_SECONDS) * HOT_TASKS
        hot = [self.shared[(window + n) % len(self.shared)] for n in range(HOT_TASKS)] if self.shared else []
        if not hot:
            return
        task = self.chance.choice(hot)
        seen = _VERSION.search(await self.open_sheet(task))
        if not seen:
            return
        await asyncio.sleep(self.chance.uniform(*HESITATE))
        what = self.chance.random()
        if what < 0.5:
            await self.complete_as_seen(task, int(seen[1]), target="ark")
        elif what < 0.7:
            await self._start(task)
        elif what < 0.85:
            await self.fill_in("postpone", task, "utsett", version=seen[1], reason="Venter på svar")
        else:
            await self.fill_in("hand_on", task, "gi-videre", version=seen[1], reason="Du kjenner pasienten")

    # --- how they do it

    async def open_sheet(self, task: int) -> str:
        return await self.look("sheet", f"/oppgave/{task}/", target="ark")

    async def fill_in(self, action: str, task: int, ending: str, **typed: str) -> None:
        """A form of the task's sheet, as it comes, with somebody chosen where somebody is to be chosen."""
        form = Form(await self.open_sheet(task), f"/oppgave/{task}/{ending}/")
        if not form.found:
            return
        sent = {**form.fields, **typed}
        if action == "hand_on":
            receivers = [each for each in form.choices.get("to", ()) if each]
            if not receivers:  # nobody may have it
                return
            sent["to"] = self.chance.choice(receivers)
        await self.change(action, task, ending, sent, target="ark", released=sent.get("to") == TEAM)

    async def change(
        self,
        action: str,
        task: int,
        ending: str,
        sent: Mapping[str, str],
        *,
        target: str = "",
        released: bool = False,
    ) -> bool:
        """Whether the client was told that it was done; what it was told is kept."""
        answer = await self.ask(
            action, "POST", f"/oppgave/{task}/{ending}/", sent, target or f"oppgave-{task}"
        )
        if not answer or not self._went(answer, action, (200, 204)):
            return False
        self.diary.told.append((self.member, task, "release" if released else action))
        return True

    async def look(
        self, action: str, path: str, sent: Mapping[str, str] | None = None, target: str = ""
    ) -> str:
        answer = await self.ask(action, "POST" if sent else "GET", path, sent, target)
        return answer.text if answer and self._went(answer, action, (200,)) else ""

    def _went(self, answer: Answer, action: str, right: tuple[int, ...]) -> bool:
        if answer.status in right:
            return True
        if answer.status in (409, 422) and CONFLICT.search(answer.text):
            self.diary.conflicts += 1
        else:
            words = " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())
            self.diary.errors.append(f"{action}: {answer.status} {words[-400:]}")
        return False

    async def ask(
        self, action: str, method: str, path: str, sent: Mapping[str, str] | None = None, target: str = ""
    ) -> Answer | None:
        """One request; None when there was no answer, which is an error."""
        start = time.perf_counter()
        try:
            async with asyncio.timeout(LONGEST):
                answer = await self._exchange(self._request(method, path, sent, target))
        except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError) as error:
            self.diary.errors.append(f"{action}: {error!r}")
            self._hang_up()
            return None
        self.diary.took.setdefault(action, []).append((time.perf_counter() - start) * 1000)
        return answer

    def _request(self, method: str, path: str, sent: Mapping[str, str] | None, target: str) -> bytes:
        body = urllib.parse.urlencode(sent or {}).encode() if method == "POST" else b""
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}",
            f"Cookie: sessionid={self.session}; csrftoken={self.token}",
        ]  # fmt: skip
        if target:
            here = f"http://127.0.0.1:{self.port}/min-dag/"
            lines += ["HX-Request: true", f"HX-Target: {target}", f"HX-Current-URL: {here}"]
        if method == "POST":
            lines += [
                f"X-CSRFToken: {self.token}", "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"
            ]  # fmt: skip
        return "\r\n".join([*lines, "", ""]).encode() + body

    async def _exchange(self, request: bytes) -> Answer:
        reader, writer = await self._connected()
        writer.write(request)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        status = int(head[0].split()[1])
        body = b"" if status in (204, 304) else await reader.readexactly(int(headers["content-length"]))
        self._used = time.monotonic()
        if headers.get("connection", "").lower() == "close":
            self._hang_up()
        return Answer(status, body.decode(), headers)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._line is None or time.monotonic() - self._used > IDLE:
            self._hang_up()
            self._line = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        return self._line

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None


# What people do, and how often in a hundred.
ACTIONS: dict[Callable[[Worker], Awaitable[None]], int] = {
    Worker.my_day: 22, Worker.complete: 26, Worker.undo: 5, Worker.start: 6, Worker.postpone: 5, Worker.hand_on: 4,
    Worker.sheet: 8, Worker.log: 5, Worker.search: 5, Worker.team: 3, Worker.pool: 1, Worker.contest: 10,
}  # fmt: skip
