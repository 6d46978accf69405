"""What stands under a closed week: capacity and work."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.weeks import KindLine, Line
from tasks.models import Origin
from teams.models import Member, Profession


class CapacityLine(Line):
    """One profession's, or one member's, minutes for tasks that week, and what became of them.

    `member` is empty on the profession's own line, and set on lines per person, which are written only
    where the clinic has switched them on.
    """

    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    capacity_minutes = models.PositiveIntegerField(_("kapasitet"))
    done = models.PositiveIntegerField(_("utført"))
    done_minutes = models.PositiveIntegerField(_("minutter utført"))
    logged_minutes = models.PositiveIntegerField(_("av dette ikke planlagt"))
    planned_minutes = models.PositiveIntegerField(_("anslått for det planlagte"), default=0, db_default=0)
    appointment_minutes = models.PositiveIntegerField(
        _("av dette på timeboken"),
        default=0,
        db_default=0,
        help_text=_("Timer i timeboken er trukket fra kapasiteten."),
    )
    late_minutes = models.PositiveIntegerField(_("av dette på kveld og i helg"), default=0, db_default=0)
    long_days = models.PositiveIntegerField(_("dager over ti timer"), default=0, db_default=0)
    people = models.PositiveSmallIntegerField(_("så mange"), default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "profession", "member"], name="capacity_line_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.profession}"

    @property
    def task_minutes(self) -> int:
        """Minutes done in the time for tasks."""
        return self.done_minutes - self.appointment_minutes


class WorkLine(KindLine):
    """One kind from one origin, done by one profession (empty: nobody's yet, only opened or overdue)."""

    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices, blank=True)
    origin = models.CharField(_("opphav"), max_length=16, choices=Origin.choices)
    opened = models.PositiveIntegerField(_("åpnet"), default=0)
    done = models.PositiveIntegerField(_("utført"), default=0)
    done_minutes = models.PositiveIntegerField(_("minutter utført"), default=0)
    planned_minutes = models.PositiveIntegerField(_("anslått for det planlagte"), default=0, db_default=0)
    logged_minutes = models.PositiveIntegerField(_("av dette ikke planlagt"), default=0, db_default=0)
    ended_undone = models.PositiveIntegerField(_("avsluttet uten å være gjort"), default=0)
    cancelled = models.PositiveIntegerField(
        _("avbrutt"), default=0, db_default=0, help_text=_("Av dem som ikke ble gjort.")
    )
    returned = models.PositiveIntegerField(
        _("returnert eller avslått"), default=0, db_default=0, help_text=_("Av dem som ikke ble gjort.")
    )
    overdue = models.PositiveIntegerField(_("forfalt ved ukeslutt"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "profession", "kind", "origin"], name="work_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.profession} {self.kind_id}"


class SenderLine(KindLine):
    """Hospital-originated work that ended in the week, by the department that sent it."""

    sender = models.CharField(_("avsender"), max_length=120, blank=True)
    done = models.PositiveIntegerField(_("utført"))
    done_minutes = models.PositiveIntegerField(_("minutter utført"))
    doctor_minutes = models.PositiveIntegerField(_("av dette leger"))
    returned = models.PositiveIntegerField(_("returnert eller avslått"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "sender", "kind"], name="sender_line_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind_id}"
