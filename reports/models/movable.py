"""What others could have had of doctors' minutes, what could really move, and what would free most."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.weeks import KindLine
from tasks.models import Origin
from teams.models import Profession


class Bucket(models.TextChoices):
    """DOMAIN §5.3. A doctor's minute is in at most one; legally doctor-only minutes are in none.

    What lacks nothing but a delegation is told apart, and its minutes are not counted until there is one.
    """

    MOVABLE = "movable", _("kan flyttes nå")
    PREPARABLE = "preparable", _("kan forberedes av andre")
    RETURNABLE = "returnable", _("skal tilbake eller kan avslås")
    DELEGABLE = "delegable", _("kan delegeres")


class MovableLine(KindLine):
    """Doctors' minutes that others could have had, by kind, origin and bucket, with the rule behind.

    `takers` are the professions that could have had them, as the catalogue was when the week closed.
    `if_delegated` are the minutes that a delegation would have made movable; they are in no sum, and `instead` are those
    of `minutes` that they would replace. `measured` is the number of the clinic's own preparations whose median the
    `estimate` (minutes an occasion) is, 0 where it is the catalogue's.
    """

    bucket = models.CharField(_("gruppe"), max_length=10, choices=Bucket.choices)
    origin = models.CharField(_("opphav"), max_length=16, choices=Origin.choices)
    occasions = models.PositiveIntegerField(_("ganger"))
    doctor_minutes = models.PositiveIntegerField(_("legens minutter i alt"))
    minutes = models.PositiveIntegerField(_("minutter som kan flyttes"))
    if_delegated = models.PositiveIntegerField(
        _("minutter en delegering ville flytte"), default=0, db_default=0
    )
    instead = models.PositiveIntegerField(
        _("av minuttene, de en delegering ville erstatte"), default=0, db_default=0
    )
    takers = ArrayField(models.CharField(max_length=16), verbose_name=_("hvem"), default=list, db_default=[])
    estimate = models.PositiveSmallIntegerField(
        _("anslag for forberedelsen, per gang"), default=0, db_default=0
    )
    measured = models.PositiveIntegerField(_("målt på"), default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "bucket", "kind", "origin"], name="movable_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.bucket} {self.kind_id}"


class Stop(models.TextChoices):
    """Why minutes that the law lets others have stay with the doctors."""

    TIME = "time", _("ingen av dem har tid")
    NOBODY = "nobody", _("ingen av dem arbeider her")
    DELEGATION = "delegation", _("mangler delegering")


class MoveLine(KindLine):
    """What of one kind's movable minutes could really have moved that week, and what stopped the rest.

    `moved` is minutes by the profession that had time for them (reports/moving.py).
    """

    bucket = models.CharField(_("gruppe"), max_length=10, choices=Bucket.choices)
    moved: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    rest = models.PositiveIntegerField(_("minutter som blir igjen"))
    stop = models.CharField(_("hva som stanser dem"), max_length=10, choices=Stop.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "bucket", "kind"], name="move_line_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind_id}"


class Step(models.TextChoices):
    DELEGATE = "delegate", _("deleger")
    RETURN = "return", _("send tilbake")
    HAND_OVER = "hand_over", _("la andre ta den")
    PREPARE = "prepare", _("la andre forberede")


class Change(KindLine):
    """One of the changes that would have freed most doctor time that week, the greatest first."""

    place = models.PositiveSmallIntegerField()
    step = models.CharField(_("hva"), max_length=10, choices=Step.choices)
    profession = models.CharField(_("til"), max_length=16, choices=Profession.choices, blank=True)
    minutes = models.PositiveIntegerField(_("legeminutter"))

    class Meta:
        ordering = ("place",)
        constraints = [models.UniqueConstraint(fields=["report", "place"], name="change_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.place}"
