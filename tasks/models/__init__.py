"""What is to be done, by whom: catalogue, delegations, programmes, plans, tasks and their story."""

from tasks.models.catalogue import Certainty, Delegation, DelegationQuerySet, Nature, Origin, TaskKind
from tasks.models.plans import FollowUpPlan, PlanStep, Programme, Step
from tasks.models.story import AllocationRun, TaskEvent, Verb
from tasks.models.task import ENDED, HELD, Task, TaskQuerySet, TaskState

__all__ = [
    "ENDED",
    "HELD",
    "AllocationRun",
    "Certainty",
    "Delegation",
    "DelegationQuerySet",
    "FollowUpPlan",
    "Nature",
    "Origin",
    "PlanStep",
    "Programme",
    "Step",
    "Task",
    "TaskEvent",
    "TaskKind",
    "TaskQuerySet",
    "TaskState",
    "Verb",
]
