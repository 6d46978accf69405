"""What waits for an answer from others, and who is told of what is about to be late."""

from __future__ import annotations

from tasks.models import SenderReturn
from teams.models import Member

MOST_WAITING = 200
LEADER, EVERYBODY = 1, 2  # Task.escalated


def waiting_returns(member: Member) -> list[SenderReturn]:
    """Letters of the clinic that wait for an answer, the longest overdue first. One query, bounded."""
    rows = SenderReturn.objects.visible_to(member).filter(answer="", answer_due_on__isnull=False)
    return list(
        rows.select_related("task", "task__patient", "by").order_by("answer_due_on", "id")[:MOST_WAITING]
    )
