"""What is sent about members, their hours and duties. A form checks the shape; the action checks the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS as NAMES
from django.utils.translation import gettext_lazy as _

from teams.actions.members import Profile
from teams.models import Access, DutyKind, Member, Profession, Training
from teams.templatetags.fordel import clock
from teams.weekly import WEEKDAYS, Bound, Timetable

CLOCK = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?$")
DECIMAL = re.compile(r"^(\d{1,2})[.,](\d{1,2})$")
SELECT = {"class": "ds-input"}


def _shown(minutes: int) -> str:
    """450 → «7:30», nought → nothing."""
    return clock(minutes) if minutes else ""


class DurationField(forms.Field):
    """«7:30», «7.30», «7,5» or «8» hours → minutes. Empty is nought unless `required`."""

    default_error_messages = {"invalid": _("Skriv timer og minutter, for eksempel 7:30.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}), **kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value or "").strip()
        if not text:
            return None if self.required else 0
        if found := CLOCK.match(text):
            hours, minutes = int(found[1]), int(found[2] or 0)
        elif found := DECIMAL.match(text):
            hours, minutes = 0, round(60 * float(f"{found[1]}.{found[2]}"))
        else:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        # 7,30 is somebody's half past: nobody means 7 hours and 18 minutes.
        if (minutes % 5 and not CLOCK.match(text)) or (hours and minutes > 59):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return hours * 60 + minutes


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
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


def _confirmed() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Ja, dager som alt er over denne uken, skal regnes på nytt"),
        required=False,
        widget=forms.CheckboxInput(attrs=SELECT),
    )


class WeekForm(forms.Form):
    """Hours at work and booked for every weekday: the fields `work_1` to `booked_7`."""

    def __init__(self, *args: Any, week: Timetable | None = None, **kwargs: Any) -> None:
        """`week` is what the form shows at first."""
        super().__init__(*args, **kwargs)
        lines = {line.weekday: line for line in week.lines} if week else {}
        for weekday in WEEKDAYS:
            name = str(NAMES[weekday - 1]).capitalize()
            for field, label in (
                ("work", _("%(day)s, på jobb")),
                ("booked", _("%(day)s, satt av til annet")),
            ):
                self.fields[f"{field}_{weekday}"] = DurationField(label=label % {"day": name}, required=False)
        for weekday, line in lines.items():
            self.initial[f"work_{weekday}"] = _shown(line.at_work)
            self.initial[f"booked_{weekday}"] = _shown(line.booked)

    def days(self) -> Iterator[tuple[str, tuple[BoundField, BoundField]]]:
        """The table's rows: weekday, and its hours at work and hours booked."""
        for weekday in WEEKDAYS:
            yield str(NAMES[weekday - 1]).capitalize(), (self[f"work_{weekday}"], self[f"booked_{weekday}"])

    def rest(self) -> list[BoundField]:
        """The other fields that are shown, in order."""
        return [field for field in self.visible_fields() if not field.name.startswith(("work_", "booked_"))]

    def hours(self) -> dict[int, tuple[int, int]]:
        """(minutes at work, booked) by weekday. Of a valid form."""
        data = self.cleaned_data
        return {day: (data[f"work_{day}"], data[f"booked_{day}"]) for day in WEEKDAYS}


class HoursForm(WeekForm):
    starts_on = _day(_("Gjelder fra"))
    ends_on = _day(
        _("Til og med (kan stå tom)"),
        required=False,
        help_text=_(
            "Tom: til neste endring som alt er lagt inn. Med dato: deretter gjelder det som gjaldt før."
        ),
    )
    confirmed = _confirmed()


class _MemberFields(forms.Form):
    name = forms.CharField(
        label=_("Navn"),
        max_length=120,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"required": _("Skriv navnet."), "max_length": _("Skriv høyst 120 tegn.")},
    )
    access = forms.ChoiceField(
        label=_("Tilgang"),
        choices=Access.choices,
        initial=Access.STAFF,
        help_text=_("Hva de kan se og endre. Yrket sier hva de kan gjøre."),
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Velg tilgang."), "invalid_choice": _("Velg fra listen.")},
    )
    training = forms.ChoiceField(
        label=_("Utdanningsstilling"),
        choices=[("", _("Ingen")), *Training.choices],
        required=False,
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )
    supervisor = forms.ModelChoiceField(
        label=_("Veileder"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Ingen"),
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )

    def __init__(self, *args: Any, supervisors: Any, **kwargs: Any) -> None:
        """`supervisors`: doctors of the clinic who may supervise."""
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Member]", self.fields["supervisor"]).queryset = supervisors

    def profile(self) -> Profile:
        """Of a valid form."""
        data = self.cleaned_data
        return Profile(data["name"], data["access"], data.get("training", ""), data.get("supervisor"))


class NewMemberForm(_MemberFields, WeekForm):
    profession = forms.ChoiceField(
        label=_("Yrke"),
        choices=[("", _("Ingen helsefaglig oppgave")), *Profession.choices],
        required=False,
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )
    starts_on = _day(_("Fra"))

    field_order = ("name", "profession", "access", "starts_on", "training", "supervisor")


class MemberForm(_MemberFields):
    """Name, access and training; a doctor's fields for doctors only."""

    def __init__(self, *args: Any, doctor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not doctor:
            del self.fields["training"], self.fields["supervisor"]


class DutyForm(forms.Form):
    """A duty every week (a weekday, from a day) or once (a day)."""

    WEEKLY, ONCE = "weekly", "once"

    kind = forms.ChoiceField(
        label=_("Hva"),
        choices=[("", _("Velg …")), *DutyKind.choices],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Velg hva det er."), "invalid_choice": _("Velg fra listen.")},
    )
    often = forms.ChoiceField(
        label=_("Hvor ofte"),
        choices=[(WEEKLY, _("Hver uke")), (ONCE, _("Én gang"))],
        initial=WEEKLY,
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Velg hvor ofte."), "invalid_choice": _("Velg fra listen.")},
    )
    weekday = forms.TypedChoiceField(
        label=_("Ukedag (når det er hver uke)"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("Velg …")), *((day, str(NAMES[day - 1]).capitalize()) for day in WEEKDAYS)],
        widget=forms.Select(attrs=SELECT),
        error_messages={"invalid_choice": _("Velg fra listen.")},
    )
    starts_on = _day(_("Fra, eller dagen det gjelder"))
    ends_on = _day(_("Til og med (kan stå tom)"), required=False)
    minutes = DurationField(
        label=_("Tid av dagen"), required=False, help_text=_("Timer og minutter, for eksempel 1:30.")
    )
    rest = DurationField(
        label=_("Hvile dagen etter (etter legevakt)"),
        required=False,
        help_text=_("Så mye av neste dags arbeidstid er fri."),
    )
    note = forms.CharField(
        label=_("Merknad (kan stå tom)"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "ds-input", "autocomplete": "off"}),
        error_messages={"max_length": _("Skriv høyst 120 tegn.")},
    )
    confirmed = _confirmed()

    def bound(self) -> Bound:
        """Of a valid form."""
        data = self.cleaned_data
        common = {"kind": data["kind"], "minutes": data["minutes"], "rest": data["rest"]}
        if data["often"] == self.ONCE:
            return Bound(**common, day=data["starts_on"])
        return Bound(**common, weekday=data["weekday"], starts_on=data["starts_on"], ends_on=data["ends_on"])


class EndDutyForm(forms.Form):
    on = _day(_("Siste dag"), required=False)
    confirmed = _confirmed()
