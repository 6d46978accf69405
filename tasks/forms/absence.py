"""What is sent about somebody's absence, and about the end of their employment. No word about illness is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from teams.actions.absence import Away
from teams.forms.members import DurationField
from teams.models import Absence, AbsenceReason, DayPart, Member

SELECT = {"class": "ds-input"}


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date", "class": "ds-input"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Velg en dag."),
            "invalid": _("Skriv en dato, for eksempel 24.11.2026."),
        },
    )


def _member(label: Any, *, required: bool, empty: Any) -> forms.ModelChoiceField[Member]:
    return forms.ModelChoiceField(
        label=label,
        required=required,
        queryset=Member.objects.none(),
        empty_label=empty,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Velg hvem."), "invalid_choice": _("Velg fra listen.")},
    )


class AbsenceForm(forms.Form):
    """The days, how much of each, why, and who stands in. `everybody`: who is away is chosen too."""

    member = _member(_("Hvem"), required=True, empty=_("Velg …"))
    starts_on = day_field(_("Første dag borte"))
    ends_on = day_field(_("Siste dag borte"), required=False, help_text=_("Tomt: bare den ene dagen."))
    part = forms.ChoiceField(
        label=_("Hvor mye av dagen"),
        choices=[
            (DayPart.WHOLE, _("Hele dagen")),
            (DayPart.MORNING, _("Formiddagen")),
            (DayPart.AFTERNOON, _("Ettermiddagen")),
            (DayPart.HOURS, _("Noen timer")),
        ],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Velg fra listen."), "invalid_choice": _("Velg fra listen.")},
    )
    minutes = DurationField(
        label=_("Timer borte hver dag"),
        required=False,
        help_text=_("For eksempel 2:30. Bare for «Noen timer»."),
    )
    reason = forms.ChoiceField(
        label=_("Årsak"),
        choices=[
            ("", _("Velg …")),
            (AbsenceReason.HOLIDAY, _("Ferie")),
            (AbsenceReason.SICK, _("Sykefravær")),
            (AbsenceReason.COURSE, _("Kurs")),
            (AbsenceReason.LEAVE, _("Permisjon")),
        ],
        widget=forms.Select(attrs=SELECT),
        help_text=_("Bare ledere og den det gjelder ser årsaken. Andre ser «borte»."),
        error_messages={"required": _("Velg årsak."), "invalid_choice": _("Velg fra listen.")},
    )
    cover = _member(_("Stedfortreder (kan stå tom)"), required=False, empty=_("Ingen"))

    def __init__(self, *args: Any, members: Any, everybody: bool, **kwargs: Any) -> None:
        """`members` are the clinic's who work there or will."""
        super().__init__(*args, **kwargs)
        if everybody:
            cast("forms.ModelChoiceField[Member]", self.fields["member"]).queryset = members
        else:
            del self.fields["member"]
        cover = cast("forms.ModelChoiceField[Member]", self.fields["cover"])
        cover.queryset = members.exclude(profession="")
        self.fields["minutes"].widget.attrs["placeholder"] = "2:30"

    def away(self) -> Away:
        """What the form says, for the action to check."""
        data = self.cleaned_data
        hours = data["part"] == DayPart.HOURS
        return Away(
            starts_on=data["starts_on"], ends_on=data["ends_on"] or data["starts_on"], reason=data["reason"],
            part=data["part"], minutes=(data["minutes"] or 0) if hours else None, cover=data["cover"],
        )  # fmt: skip

    @classmethod
    def says(cls, absence: Absence) -> dict[str, Any]:
        """Initial data: the absence as it is."""
        minutes = absence.minutes or 0
        return {
            "starts_on": absence.starts_on, "ends_on": absence.ends_on, "part": absence.part,
            "minutes": f"{minutes // 60}:{minutes % 60:02d}" if minutes else "", "reason": absence.reason,
            "cover": absence.cover_id,
        }  # fmt: skip


class BackForm(forms.Form):
    """The first day back at work."""

    day = day_field(_("Første dag tilbake"))


class TakeBackForm(forms.Form):
    """Ticked tasks as «id:version», each as it was shown."""

    task = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("task") if hasattr(self.data, "getlist") else []
        field = cast("forms.MultipleChoiceField", self.fields["task"])
        field.choices = [(text, text) for text in sent if _pair(text)]

    def versions(self) -> dict[int, int]:
        """Version by task id."""
        return dict(map(_numbers, self.cleaned_data["task"]))


def _pair(text: str) -> bool:
    parts = text.split(":")
    return len(parts) == 2 and all(part.isdecimal() and len(part) < 19 for part in parts)


def _numbers(text: str) -> tuple[int, int]:
    task_id, version = text.split(":")
    return int(task_id), int(version)


class LastDayForm(forms.Form):
    """The last day that somebody works here."""

    last_day = day_field(_("Siste arbeidsdag"))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].widget.attrs["min"] = (today - dt.timedelta(days=31)).isoformat()
