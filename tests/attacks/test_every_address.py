"""Every address × every access × own and other clinic's ids: what the printed matrix says, and nothing of the others.

Addresses are read from the resolver (teams/addresses.py). An address with a part that nobody has said the meaning of
(tests/attacks/world.py) fails here, so that a new one cannot be forgotten.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from patients.models import Patient
from scenarios.models import Scenario
from tasks.models import AllocationRun, BulkChange, Delegation, FollowUpPlan, Programme, SavedView, Task
from teams.addresses import Address, addresses, filled
from teams.models import Absence, Member, User
from teams.permissions import may
from tests.attacks.world import MARK, World, at_both, everything_of, ids_of, make_worlds, municipal_lead, word
from tests.conftest import logged_in_user

LOGIN, NO_PLACE = "/konto/login/", "/team/ingen-plass/"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
# An address that may be opened answers one of these: shown, gone on, not there (any more), or a form to mend.
FINE = {200, 204, 302, 303, 400, 404, 409, 410, 422}
# Where the access alone does not decide, and a colleague with it may still be told no: whose it is does, or a profession.
ALSO_WHOSE = {403}
BY_FRAGMENTS_TOO = {"nobody", "leader", "access ran out"}
LEAST_CASES = 4500
LEAST_FIELDS = 15
KINDS = (
    "own", "own, as a fragment", "other clinic's ids", "other clinic's ids in a form", "other clinic's ids in a body",
    "allauth's",
)  # fmt: skip
# What forms call an id, and of what: the other clinic's is sent under each.
BODY_IDS: dict[str, type[Any]] = {
    **dict.fromkeys(("member", "to", "give", "cover", "doctor", "list_doctor", "usual_nurse", "supervisor"), Member),
    **dict.fromkeys(("lege", "sykepleier", "helper", "members", "who", "hvem"), Member),
    **dict.fromkeys(("task", "tasks"), Task),
    **dict.fromkeys(("patient", "patients", "pasient"), Patient),
    **dict.fromkeys(("programme", "program"), Programme),
    "plan": FollowUpPlan, "drafts": Delegation, "delegation": Delegation, "bulk": BulkChange, "run": AllocationRun,
    "absence": Absence, "scenario": Scenario, "view": SavedView,
}  # fmt: skip
# Not written down: which rows are shown. An id of another clinic finds none.
ONLY_FILTERS = {("/pasienter/", name) for name in ("lege", "sykepleier", "plan", "program")}
# A preview of what is chosen leaves out what is not there.
ONLY_FILTERS |= {("/team/oppgaver/forhandsvis/", "task")}


@dataclass
class Who:
    """Somebody who opens addresses: with a place, without one, or nobody."""

    name: str
    client: Client
    member: Member | None = None
    logged_in: bool = True


@dataclass
class Setting:
    ours: World
    theirs: World
    everybody: list[Who]
    cases: Counter[str] = field(default_factory=Counter)


@pytest.fixture(scope="module")
def setting(django_db_setup: None, django_db_blocker: Any) -> Iterator[Setting]:
    """Made once, in a transaction that is taken back when the module is done."""
    with django_db_blocker.unblock(), transaction.atomic():
        ours, theirs = make_worlds()
        places = {
            "nurse": ours.nurse, "doctor": ours.doctor, "secretary": ours.secretary, "leader": ours.leader,
            "manager": ours.manager, "administrator": ours.administrator, "works at both": at_both(ours, theirs),
        }  # fmt: skip
        everybody = [Who("nobody", Quick(), logged_in=False)]
        everybody += [Who(name, _chosen(member), member) for name, member in places.items()]
        everybody += [Who(name, _chosen(member)) for name, member in ours.shut_out().items()]
        everybody += [
            Who("municipal lead", _of(municipal_lead(ours.clinic))),
            Who("no place", _of(User.objects.create_user("uten-plass", password=None))),
        ]
        for who in everybody:
            who.client.raise_request_exception = False
        made = Setting(ours, theirs, everybody)
        yield made
        print(f"\n{sum(made.cases.values())} cases: {dict(made.cases)}")  # to be shown with -s
        transaction.set_rollback(True)


class Quick(Client):
    """Without what the test client keeps of each template and context: thousands of pages are asked for here."""

    def request(self, **request: Any) -> Any:
        answer = self.handler(self._base_environ(**request))  # type: ignore[attr-defined]
        self.cookies.update(answer.cookies)
        return answer


def _of(user: User) -> Client:
    return logged_in_user(user, Quick())


def _chosen(member: Member) -> Client:
    assert member.user
    client = _of(member.user)
    session = client.session
    session["member_id"] = member.pk
    session.save()
    return client


@pytest.fixture(autouse=True)
def database(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


# --- addresses with ids in them


def path_of(address: Address, world: World, other: dict[str, World] | None = None) -> str:
    """The address with this clinic's ids; those named in `other` are of that one's."""
    values: dict[str, Any] = {}
    for kwarg in address.kwargs:
        model = ids_of(address.name, kwarg)
        of = (other or {}).get(kwarg, world)
        values[kwarg] = of.one(model).pk if model else word(address.name, kwarg)
    return filled(address.path, values)


def own_addresses() -> list[Address]:
    return [a for a in addresses() if a.own and a.name]


def ids_in(address: Address) -> list[str]:
    return [kwarg for kwarg in address.kwargs if ids_of(address.name, kwarg)]


def send(who: Who, path: str, method: str, data: dict[str, Any] | None = None, *, htmx: bool = False) -> Any:
    """Whatever it does is taken back: the next case finds all as it was."""
    with transaction.atomic():
        call = who.client.get if method == "GET" else who.client.post
        answer: Any = call(path, data or {}, headers=HTMX if htmx else None)
        if answer.streaming:
            answer.body = b"".join(answer.streaming_content)
        else:
            answer.body = answer.content
        transaction.set_rollback(True)
    return answer


def expected(address: Address, who: Who, method: str) -> tuple[set[int], str]:
    """Which status, and where it sends one (empty: nowhere special). The matrix, once more."""
    if not who.logged_in and not address.open:
        return {302}, LOGIN
    if who.logged_in and who.member is None and address.permission:
        return {302}, NO_PLACE
    if method not in address.methods:
        return {405}, ""
    if not who.member or not address.permission:
        return FINE, ""
    if not may(who.member, address.permission):
        return {403}, ""
    return FINE | ALSO_WHOSE, ""


def as_expected(answer: Any, address: Address, who: Who, method: str, *, htmx: bool) -> bool:
    statuses, where = expected(address, who, method)
    if where == LOGIN and htmx:
        return bool(answer.status_code == 204 and answer["HX-Redirect"].startswith(LOGIN))
    return bool(answer.status_code in statuses and (not where or answer["Location"].startswith(where)))


def tells(answer: Any, who: Who) -> bool:
    """Is there a word of the other clinic in it? Whoever works at both chooses between them, and a key is in their name."""
    said = answer.body.decode(errors="replace") + str(answer.headers)
    if who.name == "works at both":
        said = said.replace(f"{MARK} Furulund", "").replace(f"{MARK} Vikar", "")
    return MARK in said


def test_every_part_of_an_address_is_known() -> None:
    names = [a.name for a in own_addresses()]
    assert len(names) == len(set(names))
    for address in own_addresses():
        assert not address.closed, f"{address.name} stands behind another address"
        for kwarg in address.kwargs:
            ids_of(address.name, kwarg)


def test_every_address_asks_what_the_matrix_says(setting: Setting) -> None:
    """Own clinic's ids, by link and by form, as a page and as a fragment."""
    wrong = []
    for address, who in itertools.product(own_addresses(), setting.everybody):
        path = path_of(address, setting.ours)
        # What an address does not take is refused before anything else is asked: tried by one who may most.
        methods = ("GET", "POST") if who.name == "leader" else address.methods
        for method, htmx in itertools.product(
            methods, (False, True) if who.name in BY_FRAGMENTS_TOO else (False,)
        ):
            answer = send(who, path, method, htmx=htmx)
            setting.cases["own, as a fragment" if htmx else "own"] += 1
            if not as_expected(answer, address, who, method, htmx=htmx):
                wrong.append(
                    f"{who.name}: {method} {path} ({address.name}), htmx {htmx}: {answer.status_code}"
                )
            if tells(answer, who):
                wrong.append(f"{who.name}: {method} {path} tells of the other clinic")
    assert not wrong, "\n".join(wrong)


def test_a_leader_sees_every_page_there_is(setting: Setting) -> None:
    """So that the tests above do not only see pages which are not there."""
    leader = next(who for who in setting.everybody if who.name == "leader")
    shown = {
        a.name for a in own_addresses() if send(leader, path_of(a, setting.ours), "GET").status_code == 200
    }
    readable = {a.name for a in own_addresses() if "GET" in a.methods and a.permission}
    assert len(shown & readable) > 0.8 * len(readable), sorted(readable - shown)


def test_another_clinics_ids_are_not_there(setting: Setting) -> None:
    """Each id alone, and all of them: 404 to whoever may open the address at all, and never a word of the others.

    Where an own one is refused to somebody (403), the other clinic's may be too: the two cannot be told apart then.
    """
    wrong = []
    for address, other, who in cases_of_others(setting):
        own, path = path_of(address, setting.ours), path_of(address, setting.ours, other)
        for method, htmx in itertools.product(
            address.methods, (False, True) if who.name == "leader" else (False,)
        ):
            answer = send(who, path, method, htmx=htmx)
            setting.cases["other clinic's ids"] += 1
            refused = answer.status_code == 403 and send(who, own, method, htmx=htmx).status_code == 403
            if answer.status_code != 404 and not refused:
                wrong.append(
                    f"{who.name}: {method} {path} ({address.name}), htmx {htmx}: {answer.status_code}"
                )
            if tells(answer, who):
                wrong.append(f"{who.name}: {method} {path} tells of the other clinic")
    assert not wrong, "\n".join(wrong)


def cases_of_others(setting: Setting) -> Iterator[tuple[Address, dict[str, World], Who]]:
    """Everybody with a place, and each way in which an address can be about the other clinic's."""
    for address in own_addresses():
        ids = ids_in(address)
        choices = [{kwarg: setting.theirs} for kwarg in ids]
        choices += [dict.fromkeys(ids, setting.theirs)] if len(ids) > 1 else []
        for other, who in itertools.product(choices, setting.everybody):
            if who.member is not None:
                yield address, other, who


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where to, and each field's values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]]]] = []
        self._form: dict[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {} if of.get("method", "").lower() == "post" else None
            if self._form is not None:
                self.found.append((of.get("action", ""), self._form))
        if self._form is None:
            return
        if tag == "select":
            self._select = of.get("name", "")
        if tag == "option" and self._select:
            self._form.setdefault(self._select, []).append(of.get("value", ""))
        if tag in {"input", "button", "textarea"} and of.get("name"):
            self._form.setdefault(of["name"], []).append(of.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""


def forms_of(who: Who, world: World) -> dict[tuple[str, tuple[str, ...]], dict[str, list[str]]]:
    """Every form that somebody meets on the pages they may open, once for each address and set of fields."""
    found: dict[tuple[str, tuple[str, ...]], dict[str, list[str]]] = {}
    for address in own_addresses():
        page = send(who, path_of(address, world), "GET")
        if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
            forms = Forms()
            forms.feed(page.body.decode())
            for action, fields in forms.found:
                found.setdefault((action.partition("#")[0], tuple(sorted(fields))), fields)
    return found


def test_another_clinics_ids_in_what_a_form_sends(setting: Setting) -> None:
    """Each field of each form that takes an id, with the other clinic's: refused, or as if it had not been sent."""
    leader = next(who for who in setting.everybody if who.name == "leader")
    wrong, before = [], everything_of(setting.theirs.clinic)
    sent: set[tuple[str, str]] = set()
    for (action, _names), fields in forms_of(leader, setting.ours).items():
        plain = {name: next((v for v in values if v), "") for name, values in fields.items()}
        for name in fields.keys() & BODY_IDS.keys():
            stranger = setting.theirs.one(BODY_IDS[name]).pk
            with transaction.atomic():
                answer: Any = leader.client.post(action, plain | {name: str(stranger)})
                setting.cases["other clinic's ids in a form"] += 1
                sent.add((action, name))
                if answer.status_code not in {400, 403, 404, 422} and (action, name) not in ONLY_FILTERS:
                    wrong.append(f"{action} {name}={stranger}: {answer.status_code}")
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                if MARK.encode() in body or everything_of(setting.theirs.clinic) != before:
                    wrong.append(f"{action} {name}={stranger} reaches the other clinic")
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)
    assert len(sent) >= LEAST_FIELDS, sorted(sent)


def test_another_clinics_ids_in_anything_that_is_sent(setting: Setting) -> None:
    """Every name that any form uses for an id, all at once and as lists, to every address that takes something."""
    wrong, before = [], everything_of(setting.theirs.clinic)
    body = {name: [str(setting.theirs.one(model).pk)] * 2 for name, model in BODY_IDS.items()}
    for address in own_addresses():
        if "POST" not in address.methods:
            continue
        for who in setting.everybody:
            if who.name not in {"leader", "doctor", "administrator"}:
                continue
            path = path_of(address, setting.ours)
            with transaction.atomic():
                answer: Any = who.client.post(path, body)
                setting.cases["other clinic's ids in a body"] += 1
                told = b"".join(answer.streaming_content) if answer.streaming else answer.content
                if answer.status_code >= 500 or MARK.encode() in told:
                    wrong.append(f"{who.name}: {path} ({address.name}): {answer.status_code}")
                if answer.status_code < 400 and everything_of(setting.theirs.clinic) != before:
                    wrong.append(f"{who.name}: {path} ({address.name}) writes to the other clinic")
                transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong)


def test_what_is_not_ours_asks_for_a_login_or_is_open(setting: Setting) -> None:
    """allauth's own addresses: nobody is sent to the login, or finds what is open to nobody; no id of any clinic in them."""
    nobody = setting.everybody[0]
    wrong, ours = [], {address.path for address in own_addresses()}
    for address in addresses():
        if address.own or not address.name or address.path in ours:  # ours stands before it: tried above
            continue
        path = path_of(address, setting.ours)
        for method in address.methods:
            answer = send(nobody, path, method)
            setting.cases["allauth's"] += 1
            fine = answer.status_code == 404 if address.closed else answer.status_code < 500
            fine = fine and (address.open or address.closed or answer["Location"].startswith(LOGIN))
            if not fine or tells(answer, nobody):
                wrong.append(f"{method} {path} ({address.name}): {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_how_many_there_were(setting: Setting) -> None:
    """Last of all: a walk that finds fewer than it did is a walk that has lost its way."""
    if len(setting.cases) < len(KINDS):
        pytest.skip("only some of the walk was asked for")
    assert sum(setting.cases.values()) >= LEAST_CASES, setting.cases
