"""Who gets which task on which day. Pure: frozen dataclasses in, frozen dataclasses out; no database, no clock.

The problem and its words are in `problem.py`; `simple.py` solves it by a few plain rules. A better solver
takes its place behind the same `solve(problem) -> Plan`.
"""

from tasks.allocation.problem import Candidate, MemberDays, Placement, Plan, Problem, TaskToPlace, Unplaced
from tasks.allocation.simple import solve

__all__ = ["Candidate", "MemberDays", "Placement", "Plan", "Problem", "TaskToPlace", "Unplaced", "solve"]
