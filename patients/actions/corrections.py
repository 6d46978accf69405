"""What we know of a patient, set right: corrections, never deletions, each kept with what stood there before."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from hashlib import sha256

from django.db import transaction

from patients.changes import state_of, told
from patients.imports.codes import followed
from patients.models import Condition, FollowedCode, Patient, PatientChange, Sex
from teams.calendar import oslo_date
from teams.models import Member, Profession
from teams.permissions import Permission, require

REASON_MAX = 200
NAME_MAX = 80
OLDEST = dt.timedelta(days=130 * 366)  # nobody is older
# Others know the patient by these: whoever changes them says why.
SURPRISING = frozenset({"given_name", "family_name", "birth_date"})


class Stale(Exception):
    """Somebody else changed it since the page was shown."""


@dataclass(frozen=True, slots=True)
class Details:
    """What can be typed of a patient, as it stands or as it should."""

    given_name: str
    family_name: str
    birth_date: dt.date
    sex: str
    list_doctor_id: int | None
    usual_nurse_id: int | None
    home_care: bool

    @property
    def digest(self) -> str:
        """Ties a form to what stood on the page that it was filled in on."""
        return sha256(repr(list(asdict(self).values())).encode()).hexdigest()[:24]


def details_of(patient: Patient) -> Details:
    return Details(*(getattr(patient, name) for name in Details.__slots__))


@transaction.atomic
def correct(
    patient_id: int, wanted: Details, *, read: str, reason: str, by: Member, at: dt.datetime
) -> list[PatientChange]:
    """Set what differs, one change kept for each. `read`: digest of what the page showed.

    Raises PermissionDenied, Patient.DoesNotExist, Stale, ValueError: "given_name", "family_name" (empty, too long),
    "birth_date" (ahead, or beyond any age, or after death), "sex", "list_doctor_id", "usual_nurse_id" (not one of the
    clinic's, unless it stood so), "reason" (too long, or lacking where others would be surprised).
    """
    require(by, Permission.SEE_PATIENTS)
    patient = take(patient_id, by)
    stood = details_of(patient)
    if stood.digest != read:
        raise Stale
    wrong = [name for name in asdict(wanted) if getattr(wanted, name) != getattr(stood, name)]
    reason = reason_of(reason, needed=bool(SURPRISING & set(wrong)))
    _check(patient, wanted, wrong, by, oslo_date(at))
    for name in wrong:
        setattr(patient, name, getattr(wanted, name))
    if wrong:
        patient.save(update_fields=wrong)
    return [
        note(patient, name.removesuffix("_id"), told(getattr(stood, name)), told(getattr(wanted, name)),
             by=by, at=at, reason=reason)
        for name in wrong
    ]  # fmt: skip


def _check(patient: Patient, wanted: Details, changed: list[str], by: Member, today: dt.date) -> None:
    for name in ("given_name", "family_name"):
        if name in changed and not 0 < len(getattr(wanted, name).strip()) <= NAME_MAX:
            raise ValueError(name)
    last = patient.deceased_on or today
    if "birth_date" in changed and not today - OLDEST <= wanted.birth_date <= last:
        raise ValueError("birth_date")
    if wanted.sex not in Sex.values:
        raise ValueError("sex")
    here = Member.objects.visible_to(by).employed_on(today)
    for name, profession in (("list_doctor_id", Profession.DOCTOR), ("usual_nurse_id", Profession.NURSE)):
        member_id = getattr(wanted, name)
        if name in changed and member_id and not here.filter(pk=member_id, profession=profession).exists():
            raise ValueError(name)


@transaction.atomic
def add_condition(
    patient_id: int, icpc2: str, *, by: Member, at: dt.datetime, starts_on: dt.date | None = None
) -> Condition:
    """A condition that a programme can follow, told of by hand. One that has ended begins again.

    Raises PermissionDenied, Patient.DoesNotExist, ValueError: "icpc2" (not followed), "has" (it stands there already),
    "struck" (struck out as a mistake: that is taken back instead), "starts_on" (ahead, or before birth).
    """
    require(by, Permission.SEE_PATIENTS)
    patient = take(patient_id, by)
    if icpc2 not in followed() and not FollowedCode.objects.visible_to(by).filter(icpc2=icpc2).exists():
        raise ValueError("icpc2")
    _check_day("starts_on", starts_on, patient, oslo_date(at))
    found = Condition.objects.visible_to(by).select_for_update().filter(patient=patient, icpc2=icpc2).first()
    before = state_of(found)
    if found is None:
        found = Condition(clinic_id=by.clinic_id, patient=patient, icpc2=icpc2)
    elif found.struck_at is not None:
        raise ValueError("struck")
    elif found.ends_on is None:
        raise ValueError("has")
    found.ends_on, found.starts_on = None, starts_on or found.starts_on
    found.save()
    note(patient, f"condition:{icpc2}", before, state_of(found), by=by, at=at)
    return found


def end_condition(condition_id: int, *, by: Member, at: dt.datetime, on: dt.date | None) -> Condition:
    """The patient no longer has it since `on`; None takes an end back. The plan is for a person to stop.

    Raises PermissionDenied, Condition.DoesNotExist, ValueError("on"): ahead, before birth, before it began.
    """
    return _change(condition_id, by=by, at=at, ends_on=on)


def strike_condition(condition_id: int, *, by: Member, at: dt.datetime, reason: str) -> Condition:
    """It was registered by mistake: it counts nowhere, and no import brings it back.

    Raises PermissionDenied, Condition.DoesNotExist, ValueError("reason").
    """
    return _change(condition_id, by=by, at=at, reason=reason_of(reason, needed=True), struck_at=at)


def restore_condition(condition_id: int, *, by: Member, at: dt.datetime, reason: str = "") -> Condition:
    """It was no mistake after all. Raises PermissionDenied, Condition.DoesNotExist, ValueError("reason")."""
    return _change(condition_id, by=by, at=at, reason=reason_of(reason), struck_at=None)


@transaction.atomic
def _change(
    condition_id: int,
    *,
    by: Member,
    at: dt.datetime,
    reason: str = "",
    **fields: dt.date | dt.datetime | None,
) -> Condition:
    """Set the fields; nothing is written when the condition stands so already."""
    require(by, Permission.SEE_PATIENTS)
    rows = Condition.objects.visible_to(by).select_related("patient").select_for_update(of=("self",))
    found: Condition = rows.get(pk=condition_id)
    if "ends_on" in fields:
        _check_day("on", fields["ends_on"], found.patient, oslo_date(at), since=found.starts_on)
    before = state_of(found)
    for name, value in fields.items():
        setattr(found, name, value)
    if state_of(found) != before:
        found.save(update_fields=list(fields))
        note(found.patient, f"condition:{found.icpc2}", before, state_of(found), by=by, at=at, reason=reason)
    return found


def take(patient_id: int, by: Member) -> Patient:
    """Lock the clinic's patient for this transaction."""
    found: Patient = Patient.objects.visible_to(by).select_for_update(of=("self",)).get(pk=patient_id)
    return found


def note(
    patient: Patient, field: str, before: str, after: str, *, by: Member, at: dt.datetime, reason: str = ""
) -> PatientChange:
    """Put one change down, as `patients.changes` tells it."""
    return PatientChange.objects.create(
        clinic_id=patient.clinic_id, patient=patient, field=field, before=before, after=after, by=by, at=at,
        reason=reason,
    )  # fmt: skip


def reason_of(text: str, *, needed: bool = False) -> str:
    """The words without blanks around them. Raises ValueError("reason")."""
    text = text.strip()
    if len(text) > REASON_MAX or (needed and not text):
        raise ValueError("reason")
    return text


def _check_day(
    field: str, day: dt.date | None, patient: Patient, today: dt.date, since: dt.date | None = None
) -> None:
    if day is not None and not (since or patient.birth_date) <= day <= today:
        raise ValueError(field)
