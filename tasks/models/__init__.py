"""What is to be done, by whom: catalogue, delegations, programmes, plans, tasks, their story and sharing out."""

from tasks.models.catalogue import Certainty, Delegation, DelegationQuerySet, Nature, Origin, TaskKind
from tasks.models.plans import FollowUpPlan, PlanStep, Programme, Step
from tasks.models.sharing import AllocationChange, AllocationRun, Cause, RunState
from tasks.models.story import TaskEvent, Verb
from tasks.models.task import ENDED, HELD, Task, TaskQuerySet, TaskState

__all__ = [
    "ENDED",
    "HELD",
    "AllocationChange",
    "AllocationRun",
    "Cause",
    "Certainty",
    "Delegation",
    "DelegationQuerySet",
    "FollowUpPlan",
    "Nature",
    "Origin",
    "PlanStep",
    "Programme",
    "RunState",
    "Step",
    "Task",
    "TaskEvent",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "Verb",
]
