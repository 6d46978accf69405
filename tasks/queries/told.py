"""What was told about a task: its latest events, the other half of its pair, notes, letters and messages. One query each."""

from __future__ import annotations

from tasks.models import JournalNote, Part, SenderReturn, Task, TaskEvent, TaskState, Verb
from teams.models import Member

MOST_EVENTS = 100


def latest_events(task: Task, count: int = MOST_EVENTS) -> list[TaskEvent]:
    """The last so many events of the task, with who did them and who has it since; the oldest of them first."""
    found = task.events.select_related("by", "to_member").order_by("-id")[: max(1, count)]
    return list(found)[::-1]


def whole_story(task: Task, latest: list[TaskEvent]) -> list[TaskEvent]:
    """All of the task's events from the first one. No query where its `latest_events` are all there are, else one."""
    return latest if len(latest) < MOST_EVENTS else list(task.events.order_by("id"))


def other_half(task: Task) -> Task | None:
    """The preparation of a signature, or the signature of a preparation; None for a whole task, without a query."""
    pairs = Task.objects.filter(clinic_id=task.clinic_id).select_related("assignee", "done_by")
    if task.part == Part.SIGN and task.after_id:
        return pairs.filter(pk=task.after_id).first()
    return pairs.filter(after=task.pk).first() if task.part == Part.PREPARE else None


def message_of(preparation: Task) -> str:
    """What whoever prepared it wrote to whoever signs; empty when nothing, or when it is not done."""
    if preparation.part != Part.PREPARE or preparation.state != TaskState.DONE:
        return ""
    done = preparation.events.filter(verb=Verb.COMPLETE).order_by("-id")
    return done.values_list("reason", flat=True).first() or ""


def note_of(task: Task) -> JournalNote | None:
    """The latest text for the journal that the task's ending made."""
    return JournalNote.objects.filter(clinic_id=task.clinic_id, task=task).order_by("-id").first()


def letter_of(task: Task) -> SenderReturn | None:
    """The latest letter by which the task was sent back or declined."""
    return SenderReturn.objects.filter(clinic_id=task.clinic_id, task=task).order_by("-id").first()


def letter(member: Member, return_id: int) -> SenderReturn:
    """A letter of the clinic's, with its task and patient. Raises SenderReturn.DoesNotExist."""
    rows = SenderReturn.objects.visible_to(member).select_related("task__patient", "by", "answered_by")
    found: SenderReturn = rows.get(pk=return_id)
    return found


def journal_note(member: Member, note_id: int) -> JournalNote:
    """A text for the journal, with its task and patient. Raises JournalNote.DoesNotExist."""
    rows = JournalNote.objects.visible_to(member).select_related("task", "patient", "by")
    found: JournalNote = rows.get(pk=note_id)
    return found
