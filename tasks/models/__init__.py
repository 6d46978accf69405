"""What is to be done, by whom: catalogue, delegations, programmes, plans, tasks, their story and sharing out."""

from tasks.models.catalogue import Certainty, Delegation, DelegationQuerySet, Nature, Origin, TaskKind
from tasks.models.desk import BulkChange, BulkItem, BulkVerb, SavedView, UsualMinutes
from tasks.models.enrolling import NeedPoints, PlanRun
from tasks.models.letters import Answer, JournalNote, SenderReturn
from tasks.models.plans import FollowUpPlan, PlanEvent, PlanStep, PlanVerb
from tasks.models.programmes import Programme, ProgrammeVersion, Rule, Shares, Step
from tasks.models.sharing import AllocationChange, AllocationRun, Cause, RunState
from tasks.models.states import ENDED, HELD, RETURNS, UNDONE, Channel, Closing, Part, TaskState
from tasks.models.story import TaskEvent, Verb
from tasks.models.task import Task, TaskQuerySet

__all__ = [
    "ENDED",
    "HELD",
    "RETURNS",
    "UNDONE",
    "AllocationChange",
    "AllocationRun",
    "Answer",
    "BulkChange",
    "BulkItem",
    "BulkVerb",
    "Cause",
    "Certainty",
    "Channel",
    "Closing",
    "Delegation",
    "DelegationQuerySet",
    "FollowUpPlan",
    "JournalNote",
    "Nature",
    "NeedPoints",
    "Origin",
    "Part",
    "PlanEvent",
    "PlanRun",
    "PlanStep",
    "PlanVerb",
    "Programme",
    "ProgrammeVersion",
    "Rule",
    "RunState",
    "SavedView",
    "SenderReturn",
    "Shares",
    "Step",
    "Task",
    "TaskEvent",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "UsualMinutes",
    "Verb",
]
