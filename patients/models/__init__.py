"""Whom we follow: list patients, what they live with, and who has looked.

Only what follow-up needs is kept (data minimisation): of a list's conditions those that a programme
follows, of its encounters who, when and where. Corrections, not deletions: the application's role has no
right to delete here.
"""

from patients.models.access import Ground, ListShown, PatientAccess
from patients.models.blocking import AccessReview, Block, BlockQuerySet, BreakGlass
from patients.models.health import STAYS, Condition, Discharge, Encounter, Medication
from patients.models.history import FollowedCode, PatientChange
from patients.models.imports import ColumnMapping, ImportChange, ImportProblem, ImportRun
from patients.models.people import NameOrder, Patient, PatientIdentifier, PatientQuerySet, Sex

__all__ = [
    "STAYS",
    "AccessReview",
    "Block",
    "BlockQuerySet",
    "BreakGlass",
    "ColumnMapping",
    "Condition",
    "Discharge",
    "Encounter",
    "FollowedCode",
    "Ground",
    "ImportChange",
    "ImportProblem",
    "ImportRun",
    "ListShown",
    "Medication",
    "NameOrder",
    "Patient",
    "PatientAccess",
    "PatientChange",
    "PatientIdentifier",
    "PatientQuerySet",
    "Sex",
]
