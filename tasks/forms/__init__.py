"""What people may send about tasks. A form checks the shape; the action checks whether they may."""

from tasks.forms.creating import NewTaskForm, PatientSearch
from tasks.forms.doing import CompleteForm, HandOnForm, LogForm, PostponeForm, version_of
from tasks.forms.ending import AnswerForm, AttemptForm, CloseForm, ReturnForm, closings_for
from tasks.forms.sharing import (
    ChooseForm,
    MemberForm,
    OvertimeForm,
    PinForm,
    ProposeForm,
    ReasonForm,
)

__all__ = [
    "AnswerForm",
    "AttemptForm",
    "ChooseForm",
    "CloseForm",
    "CompleteForm",
    "HandOnForm",
    "LogForm",
    "MemberForm",
    "NewTaskForm",
    "OvertimeForm",
    "PatientSearch",
    "PinForm",
    "PostponeForm",
    "ProposeForm",
    "ReasonForm",
    "ReturnForm",
    "closings_for",
    "version_of",
]
