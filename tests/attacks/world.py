"""Two clinics with one of everything that an address can be about, made by reading the models.

All text of the other clinic carries MARK, so that a page which tells of it can be seen to.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.utils import timezone

from patients.models import Block, Condition, Discharge, ImportRun, ListShown, Patient
from reports.models import Delivery, WeeklyReport
from rights.models import DeletionRequest, Tombstone
from scenarios.models import Scenario
from tasks.models import (
    AllocationRun,
    BulkChange,
    Delegation,
    FollowUpPlan,
    JournalNote,
    PlanRun,
    PlanStep,
    Programme,
    SavedView,
    SenderReturn,
    Task,
)
from teams.calendar import DAY, Week, oslo_date
from teams.models import Absence, Access, Clinic, Duty, Member, MunicipalLead, User
from tests.conftest import STARTED, make_clinic, make_member

MARK = "Xerxes"
TODAY = oslo_date(timezone.now())
WEEK = Week.of(TODAY).plus(-1)

# What an address calls what it is about. A name that stands in none of these fails the test until somebody has said
# what it is: that is how a new address gets its other clinic.
IDS: dict[str, type[models.Model]] = {
    "member_id": Member, "duty_id": Duty, "patient_id": Patient, "condition_id": Condition, "task_id": Task,
    "view_id": SavedView, "return_id": SenderReturn, "note_id": JournalNote, "bulk_id": BulkChange,
    "discharge_id": Discharge, "programme_id": Programme, "plan_id": FollowUpPlan, "plan_step_id": PlanStep,
    "absence_id": Absence, "delegation_id": Delegation, "delivery_id": Delivery, "scenario_id": Scenario,
    "group": Member, "block_id": Block, "shown_id": ListShown, "request_id": DeletionRequest, "tombstone_id": Tombstone,
}  # fmt: skip
RUNS: dict[str, type[models.Model]] = {"import": ImportRun, "sharing": AllocationRun, "plan": PlanRun}
# Words, weeks and the like: about nothing of any clinic's own.
WORDS: dict[str, str | int] = {
    "key": "today", "week": str(WEEK), "weekday": 1, "field": "moved_on", "fate": "endret", "year": WEEK.year,
    "number": WEEK.number, "kind": "csv", "chart": "movable-light", "token": "no-such-token", "uidb36": "1",
    "session_id": 0, "pk": 0, "provider_id": "helseid",
}  # fmt: skip
WHAT = {"change_condition": "end", "behind": "leger"}

# What a constraint asks for beyond what the fields themselves say.
SPECIAL: dict[str, dict[str, Any]] = {
    "Absence": {"reason": "holiday"}, "Duty": {"kind": "meeting", "day": TODAY, "minutes": 30},
    "Condition": {"icpc2": "T90"}, "Scenario": {"shared": True}, "SavedView": {"page": "my_day"}, "Step": {"interval_months": 6},
    "Block": {"members": [1]}, "Tombstone": {"salt": b"s", "digest": b"d"},
}  # fmt: skip


class World:
    """One clinic: its people, and `one(model)` of the rest, all of this clinic."""

    def __init__(self, slug: str, name: str, mark: str) -> None:
        self.clinic: Clinic = make_clinic(slug, f"{mark} {name}".strip())
        self.mark = mark
        self._made: dict[type[models.Model], models.Model] = {}
        self.leader = self._member("Leder", "doctor", Access.LEADER)
        self.doctor = self._member("Lege", "doctor")
        self.nurse = self._member("Sykepleier", "nurse")
        self.secretary = self._member("Sekretær", "secretary")
        self.manager = self._member("Styrer", "", Access.MANAGER)
        self.administrator = self._member("Administrator", "", Access.ADMINISTRATOR)

    def _member(self, name: str, profession: str, access: str = Access.STAFF, **fields: Any) -> Member:
        return make_member(self.clinic, f"{self.mark} {name}".strip(), profession, access, **fields)

    def shut_out(self) -> dict[str, Member]:
        """Those who had, or will have, a place, and are not let in today."""
        found = {
            "access ran out": self._member("Utgått", "nurse"),
            "access withdrawn": self._member("Trukket", "doctor", Access.LEADER),
            "not begun": self._member("Kommer", "nurse", starts_on=TODAY + DAY),
            "has left": self._member("Sluttet", "doctor", Access.LEADER, ends_on=TODAY - DAY),
        }
        Member.objects.filter(pk=found["access ran out"].pk).update(access_until=TODAY - DAY)
        Member.objects.filter(pk=found["access withdrawn"].pk).update(access_until=None)
        return found

    def one(self, model: type[models.Model]) -> Any:
        """The clinic's one of this kind, made when it is first asked for."""
        if model is Member:
            return self.nurse
        if model not in self._made:
            values = {
                field.name: self._value(model, field)
                for field in model._meta.concrete_fields
                if _asked(field)
            }
            self._made[model] = model._default_manager.create(**values | self._special(model))
        return self._made[model]

    def _special(self, model: type[models.Model]) -> dict[str, Any]:
        own: dict[str, dict[str, Any]] = {
            "Delegation": {"doctor": self.doctor, "member": self.nurse},
            "Task": {"assignee": self.nurse, "state": "assigned"},
            "WeeklyReport": {"year": WEEK.year, "week": WEEK.number, "revision": 1},
            "Delivery": {"year": WEEK.year, "week": WEEK.number},
            "Recipient": {"address": f"{self.mark or 'a'}@example.no"},
            "Patient": {"list_doctor": self.doctor, "usual_nurse": self.nurse},
        }  # fmt: skip
        names = {field.name for field in model._meta.concrete_fields}
        common = {"patient": self.one(Patient)} if "patient" in names and model is not Patient else {}
        return common | SPECIAL.get(model.__name__, {}) | own.get(model.__name__, {})

    def _value(self, model: type[models.Model], field: Any) -> Any:
        if field.name == "clinic":
            return self.clinic
        if field.is_relation:
            target = field.related_model
            shared = not any(f.name == "clinic" for f in target._meta.concrete_fields)
            if target is User:
                return self.leader.user
            return (
                target._default_manager.first()
                if shared
                else self.leader
                if target is Member
                else self.one(target)
            )
        if field.choices:
            return field.choices[0][0]
        kinds: dict[str, Any] = {
            "CharField": f"{self.mark or 'Vår'} {model.__name__}"[: field.max_length or 80],
            "TextField": f"{self.mark or 'Vår'} {model.__name__}", "SlugField": f"{self.mark.lower() or 'var'}-{model.__name__.lower()}",
            "EmailField": "a@example.no", "DateField": TODAY, "DateTimeField": timezone.now(), "UUIDField": None, "JSONField": {}, "ArrayField": [],
        }  # fmt: skip
        return kinds.get(field.get_internal_type(), 1)


def _asked(field: Any) -> bool:
    """Must somebody say it? Not what is empty, has a default or is counted."""
    return not (
        field.null or field.blank or field.has_default() or field.primary_key or field.has_db_default()
    )


def everything_of(clinic: Clinic) -> str:
    """A fingerprint of all the clinic's rows, in every table that has a clinic."""
    from tests.teams.test_wall import CLINIC_TABLES

    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t WHERE clinic_id = %(clinic)s"  # noqa: S608
                for table in CLINIC_TABLES
            ),
            {"clinic": clinic.pk},
        )
        return str(cursor.fetchall())


def ids_of(name: str, kwarg: str) -> type[models.Model] | None:
    """Of which model the kwarg of this address is an id; None: a word."""
    if kwarg == "run_id":
        return next(model for word, model in RUNS.items() if word in name)
    if kwarg in IDS:
        return IDS[kwarg]
    if kwarg in WORDS or kwarg == "what":
        return None
    raise LookupError(f"«{kwarg}» of the address «{name}»: say in tests/attacks/world.py what it is")


def word(name: str, kwarg: str) -> str | int:
    return WHAT[name] if kwarg == "what" else WORDS[kwarg]


def municipal_lead(clinic: Clinic) -> User:
    user = User.objects.create_user("kommunen", password=None)
    MunicipalLead.objects.create(municipality=clinic.municipality, user=user, since=STARTED)
    return user


def make_worlds() -> tuple[World, World]:
    ours, theirs = World("solbakken", "Solbakken", ""), World("furulund", "Furulund", MARK)
    for world in (ours, theirs):
        models_: list[type[models.Model]] = [*IDS.values(), *RUNS.values(), WeeklyReport]
        for model in models_:
            world.one(model)
    return ours, theirs


def at_both(ours: World, theirs: World) -> Member:
    """Works at both, and is at ours now."""
    here = ours._member("Vikar", "doctor")
    there = make_member(theirs.clinic, f"{MARK} Vikar", "doctor")
    Member.objects.filter(pk=there.pk).update(user=here.user)
    return here
