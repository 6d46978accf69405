"""What the weeks add up to: rows written once, when a week closes, without any patient.

A line's clinic needs no foreign key of its own: the one on (clinic, report) says more (migrations/0002). Nor does its
kind: the tasks that the line is a sum of have that key, and stay.
"""

from reports.models.acts import NumberOpened
from reports.models.lines import CapacityLine, SenderLine, WorkLine
from reports.models.mail import Delivery, Recipient, Sending
from reports.models.movable import Bucket, Change, MovableLine, MoveLine, Step, Stop
from reports.models.municipal import MunicipalLine
from reports.models.weeks import ReportChart, WeeklyReport

__all__ = [
    "Bucket",
    "CapacityLine",
    "Change",
    "Delivery",
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
