"""What people may send about tasks. A form checks the shape; the action checks whether they may."""

from tasks.forms.creating import NewTaskForm, PatientSearch
from tasks.forms.doing import CancelForm, CompleteForm, HandOnForm, LogForm, PostponeForm, version_of
from tasks.forms.sharing import (
    ChooseForm,
    MemberForm,
    OvertimeForm,
    PinForm,
    ProposeForm,
    ReasonForm,
)

__all__ = [
    "CancelForm",
    "ChooseForm",
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
    "version_of",
]
