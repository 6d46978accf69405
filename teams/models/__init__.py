"""Who works here, and when.

A member's *profession* says what they may do; their *access* says what they may see and change
(teams/permissions.py). A `User` logs in; a `Member` is a place in one clinic and may have no login.
"""

from teams.models.access import AccessApproval, Decision, Invitation, Purpose
from teams.models.people import (
    Access,
    Clinic,
    ClinicQuerySet,
    Member,
    MemberQuerySet,
    Municipality,
    MunicipalLead,
    Profession,
    Training,
    User,
)
from teams.models.time import (
    Absence,
    AbsenceReason,
    DayPart,
    Duty,
    DutyKind,
    Overtime,
    WorkingHours,
)

__all__ = [
    "Absence",
    "AbsenceReason",
    "Access",
    "AccessApproval",
    "Clinic",
    "ClinicQuerySet",
    "DayPart",
    "Decision",
    "Duty",
    "DutyKind",
    "Invitation",
    "Member",
    "MemberQuerySet",
    "MunicipalLead",
    "Municipality",
    "Overtime",
    "Profession",
    "Purpose",
    "Training",
    "User",
    "WorkingHours",
]
