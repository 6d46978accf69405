"""Patients in a list: a row each, what the segment asks for, and the reasons behind a need. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TypedDict

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.imports.codes import followed
from patients.naming import named
from tasks import need
from tasks.presenters.filtering import Choice
from tasks.queries.patients import PatientRow
from tasks.queries.patients_choices import Choices
from tasks.segment import BY_NAME, BY_NEED, BY_NEXT, DECLINED, FLAGS, LACKING, NOBODY, RUNNING, Segment

FLAG_WORDS = {
    "forfalt": gettext_lazy("Oppfølging er forfalt"),
    "aldri": gettext_lazy("Aldri fulgt opp"),
    "legemidler": gettext_lazy("Fire legemidler eller flere"),
    "utskrevet": gettext_lazy("Utskrevet siste 30 dager"),
    "hjemmesykepleie": gettext_lazy("Har hjemmesykepleie"),
    "institusjon": gettext_lazy("På institusjon"),
    "alle": gettext_lazy("Også døde og utmeldte"),
}
STANDING_WORDS = {
    RUNNING: gettext_lazy("har plan"),
    LACKING: gettext_lazy("mangler plan"),
    DECLINED: gettext_lazy("takket nei"),
}
READY_MADE = (
    (gettext_lazy("Alle"), Segment()),
    (gettext_lazy("Forfalt"), Segment(overdue=True)),
    (gettext_lazy("Aldri fulgt opp"), Segment(never=True)),
    (gettext_lazy("Fire legemidler eller flere"), Segment(many_drugs=True)),
    (gettext_lazy("Nylig utskrevet"), Segment(discharged=True)),
)


class GroundLine(TypedDict):
    """One reason behind a need, in words."""

    text: str
    points: int


class PatientLine(TypedDict):
    """Strings that stand in a row. `gone` says why no plan can run, if so; `late` that what is next is past.

    `need` is a dash for who has left the list; `hint` holds all its `grounds`, and is empty where there are none.
    """

    url: str
    name: str
    age: str
    gone: str
    conditions: str
    programmes: str
    next: str
    late: bool
    last: str
    doctor: str
    drugs: int
    need: str
    hint: str
    grounds: list[GroundLine]


def condition_name(code: str) -> str:
    return followed().get(code, code)


def age_on(day: dt.date, birth_date: dt.date) -> int:
    """Whole years."""
    had_birthday = (day.month, day.day) >= (birth_date.month, birth_date.day)
    return day.year - birth_date.year - (not had_birthday)


def facts_of(row: PatientRow, today: dt.date) -> need.Facts:
    """What need is made of, from a row of the list."""
    return need.Facts(
        conditions=tuple(row.codes), age=age_on(today, row.birth_date), drugs=row.drugs,
        admitted=row.home_on is not None, overdue=is_late(row, today),
        never=row.running and row.last_done is None, home_care=row.home_care,
    )  # fmt: skip


def is_late(row: PatientRow, today: dt.date) -> bool:
    return row.on_time_until is not None and row.on_time_until < today


def patient_lines(rows: Iterable[PatientRow], points: Mapping[str, int], today: dt.date) -> list[PatientLine]:
    return [_line(row, points, today) for row in rows]


def _line(row: PatientRow, points: Mapping[str, int], today: dt.date) -> PatientLine:
    gone_from_list = bool(row.deceased_on or row.moved_on)
    found = [] if gone_from_list else need.grounds(facts_of(row, today), points)
    grounds = [GroundLine(text=ground_words(each), points=each.points) for each in found]
    age = age_on(row.deceased_on or today, row.birth_date)
    return PatientLine(
        url=reverse("patient", args=[row.id]),
        name=named(row.id, f"{row.family_name}, {row.given_name}"),
        age=_("%(n)d år") % {"n": age},
        gone=gone_words(row),
        conditions=", ".join(condition_name(code) for code in row.codes),
        programmes=", ".join(row.programmes),
        next=_day(row.next_due, today) or "–",
        late=is_late(row, today),
        last=_day(row.last_done, today) or "–",
        doctor=row.doctor or "",
        drugs=row.drugs,
        need="–" if gone_from_list else str(need.total(found)),
        hint=", ".join(f"{each['text']}: {each['points']}" for each in grounds),
        grounds=grounds,
    )


def gone_words(row: PatientRow) -> str:
    if row.deceased_on:
        return _("død")
    if row.moved_on:
        return _("ute av listen")
    return _("på institusjon") if row.institution_on else ""


def ground_words(ground: need.Ground) -> str:
    return condition_name(ground.code) if ground.code else need.TEXTS[ground.reason]


def _day(day: dt.date | None, today: dt.date) -> str:
    """«3. des.» within half a year, else with the year."""
    if day is None:
        return ""
    return date_format(day, "j. N" if abs((day - today).days) < 183 else "j. N Y")


def orders(wanted: Segment) -> list[Choice]:
    """Links to the same segment in another order."""
    words = {BY_NAME: _("Navn"), BY_NEXT: _("Neste"), BY_NEED: _("Behov")}
    return [
        Choice(text, wanted.but(order=order).query(), wanted.order == order) for order, text in words.items()
    ]


def segments(wanted: Segment, saved: Iterable[tuple[int, str, str]]) -> list[Choice]:
    """The ready-made ones, then one's own."""
    ready = [Choice(str(name), found.query()) for name, found in READY_MADE]
    own = [Choice(name, query) for _pk, name, query in saved]
    here = {wanted.query(), wanted.but(order=BY_NAME).query()}
    return [Choice(each.text, each.query, each.query in here) for each in ready + own]


def segment_chips(wanted: Segment, choices: Choices) -> list[Choice]:
    """What the segment asks for, each with the query without it."""
    found: list[tuple[str, Segment]] = [
        (condition_name(code), wanted.but(conditions=tuple(c for c in wanted.conditions if c != code)))
        for code in wanted.conditions
    ]
    if wanted.programme:
        names = {
            "programme": _named(choices.programmes, wanted.programme),
            "standing": STANDING_WORDS[wanted.standing],
        }
        found.append((_("%(programme)s: %(standing)s") % names, wanted.but(programme=None, standing="")))  # fmt: skip
    elif wanted.standing:
        told = _("I noe program: %(standing)s") % {"standing": STANDING_WORDS[wanted.standing]}
        found.append((told, wanted.but(standing="")))
    if wanted.doctor:
        who = _("ingen") if wanted.doctor == NOBODY else _named(choices.doctors, wanted.doctor)
        found.append((_("Fastlege: %(who)s") % {"who": who}, wanted.but(doctor="")))
    if wanted.nurse:
        who = _("ingen") if wanted.nurse == NOBODY else _named(choices.nurses, wanted.nurse)
        found.append((_("Fast sykepleier: %(who)s") % {"who": who}, wanted.but(nurse="")))
    found += [
        (str(FLAG_WORDS[name]), wanted.but(**{field: False}))
        for name, field in FLAGS.items()
        if getattr(wanted, field)
    ]
    return [Choice(text, without.query()) for text, without in found]


def _named(choices: Iterable[tuple[int, str]], pk: int | str) -> str:
    return next((name for number, name in choices if number == pk), _("ukjent"))
