"""When people are at work: hours, other duties, absence, and overtime that a leader allowed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from teams.models.people import Clinic, ClinicQuerySet, Member


class WorkingHours(models.Model):
    """Minutes at work on one weekday, and how many of them are booked for other things than tasks.

    `booked_minutes` are the doctor's appointment book, municipal work, teaching: what is left is the
    day's capacity for tasks. Dated, so that a change of hours does not rewrite last month's capacity.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="working_hours",
        db_constraint=False,
        verbose_name=_("medarbeider"),
        db_index=False,
    )
    weekday = models.PositiveSmallIntegerField(_("ukedag"), help_text=_("1 er mandag, 7 er søndag"))
    minutes = models.PositiveSmallIntegerField(_("minutter på jobb"))
    booked_minutes = models.PositiveSmallIntegerField(_("minutter til annet"), default=0)
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("arbeidstid")
        verbose_name_plural = _("arbeidstider")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "weekday", "starts_on"], name="hours_one_row_per_start"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="hours_weekday_iso"),
            models.CheckConstraint(
                condition=Q(minutes__lte=24 * 60) & Q(booked_minutes__lte=F("minutes")),
                name="hours_booked_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.weekday}: {self.minutes} min"


class AbsenceReason(models.TextChoices):
    HOLIDAY = "holiday", _("ferie")
    SICK = "sick", _("sykefravær")
    COURSE = "course", _("kurs")
    LEAVE = "leave", _("permisjon")


class DayPart(models.TextChoices):
    """How much of each day somebody is away."""

    WHOLE = "whole", _("hele dagen")
    MORNING = "morning", _("formiddagen")
    AFTERNOON = "afternoon", _("ettermiddagen")
    HOURS = "hours", _("noen timer")


class Absence(models.Model):
    """Somebody is away from and including `starts_on` to and including `ends_on`.

    Whole days unless `part` says otherwise: half of the day's time, or so many `minutes` of it. The part that is
    left has as many minutes for tasks in proportion (the SQL function teams_capacity). It was known from
    `registered_at`; `by` changed it last, `at`.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="absences", db_constraint=False, verbose_name=_("medarbeider")
    )
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"))
    reason = models.CharField(_("årsak"), max_length=16, choices=AbsenceReason.choices)
    part = models.CharField(
        _("del av dagen"),
        max_length=9,
        choices=DayPart.choices,
        default=DayPart.WHOLE,
        db_default=DayPart.WHOLE,
    )
    minutes = models.PositiveSmallIntegerField(_("minutter borte"), null=True, blank=True)
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("sist endret"), null=True)
    registered_at = models.DateTimeField(_("registrert"), null=True)
    cover = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        db_constraint=False,
        verbose_name=_("stedfortreder"),
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("fravær")
        verbose_name_plural = _("fravær")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover=F("member")), name="absence_cover_is_another"
            ),
            models.CheckConstraint(
                condition=Q(part="hours", minutes__gt=0) | (~Q(part="hours") & Q(minutes__isnull=True)),
                name="absence_minutes_iff_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"


class DutyKind(models.TextChoices):
    """What else somebody is bound to do. Municipal work: up to 7.5 hours a week (fastlegeforskriften § 32)."""

    MUNICIPAL = "municipal", _("kommunalt legearbeid")
    ON_CALL = "on_call", _("legevakt")
    SUPERVISION = "supervision", _("veiledning av LIS1 eller ALIS")
    TEACHING = "teaching", _("undervisning og kurs")
    MEETING = "meeting", _("fast møte")
    OTHER = "other", _("annet")


class Duty(models.Model):
    """Another duty, every week on a weekday or once on a day, taken from the time for tasks.

    `minutes` of the day itself; `rest_minutes` of the next day (rest after a night on call; a whole day is 1,440).
    A weekly one is in force from `starts_on` to and including `ends_on`, a single one on `day` alone.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="duties", db_constraint=False, verbose_name=_("medarbeider")
    )
    kind = models.CharField(_("hva"), max_length=12, choices=DutyKind.choices)
    weekday = models.PositiveSmallIntegerField(_("ukedag"), null=True, blank=True)
    day = models.DateField(_("dag"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutter"))
    rest_minutes = models.PositiveSmallIntegerField(_("hvile dagen etter"), default=0, db_default=0)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til og med"), null=True, blank=True)
    note = models.CharField(_("merknad"), max_length=120, blank=True, default="", db_default="")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("annen plikt")
        verbose_name_plural = _("andre plikter")
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7), day__isnull=True, starts_on__isnull=False)
                | Q(weekday__isnull=True, day__isnull=False, starts_on__isnull=True, ends_on__isnull=True),
                name="duty_weekly_or_once",
            ),
            models.CheckConstraint(
                condition=Q(minutes__lte=24 * 60) & Q(rest_minutes__lte=24 * 60), name="duty_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="duty_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}: {self.minutes} min"


class Overtime(models.Model):
    """Extra minutes that a leader allowed a member on one day: the sharing out may use them.

    Capacity in reports stays the ordinary one. Allowed again for the same day, the latest word stands;
    nought minutes take it back.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="overtime", db_constraint=False, db_index=False,
        verbose_name=_("medarbeider"),
    )  # fmt: skip
    day = models.DateField(_("dag"))
    minutes = models.PositiveSmallIntegerField(_("minutter"))
    reason = models.CharField(_("grunn"), max_length=300)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("tillatt"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("overtid")
        verbose_name_plural = _("overtid")
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="overtime_once_a_day"),
            models.CheckConstraint(condition=Q(minutes__lte=12 * 60), name="overtime_within_reason"),
        ]
        indexes = [models.Index(fields=["day", "clinic"], name="overtime_by_day")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day:%d.%m.%Y}: {self.minutes} min"
