"""What the weeks add up to: rows written once, when a week closes, without any patient."""

from reports.models.acts import NumberOpened
from reports.models.grants import GrantRate
from reports.models.lines import CapacityLine, SenderLine, WorkLine
from reports.models.mail import Delivery, Language, Recipient, Sending
from reports.models.movable import Bucket, Change, MovableLine, MoveLine, Step, Stop
from reports.models.municipal import MunicipalLine
from reports.models.weeks import LookBack, ReportChart, WeeklyReport

__all__ = [
    "Bucket",
    "CapacityLine",
    "Change",
    "Delivery",
    "GrantRate",
    "Language",
    "LookBack",
    "MovableLine",
    "MoveLine",
    "MunicipalLine",
    "NumberOpened",
    "Recipient",
    "ReportChart",
    "SenderLine",
    "Sending",
    "Step",
    "Stop",
    "WeeklyReport",
    "WorkLine",
]
