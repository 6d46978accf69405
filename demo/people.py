"""Who works in the two demo clinics, when they are there, and who has delegated what to whom.

Pure. Capacity for tasks is working hours less what is booked (teams_capacity): a doctor has 1.5–2.5 hours a
day outside the appointment book, a nurse 5–5.5, a secretary 3.5–5 beside the counter.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from teams.calendar import DAY, Week, working_day_on_or_after
from teams.models import Access, Profession

DOCTOR, NURSE, SECRETARY = Profession.DOCTOR.value, Profession.NURSE.value, Profession.SECRETARY.value
WEEKDAYS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Hours:
    """Minutes at work and booked on some weekdays, from so many weeks before today, to so many."""

    weekdays: tuple[int, ...]
    minutes: int
    booked: tuple[int, ...]
    from_weeks: int | None = None
    to_weeks: int | None = None


@dataclass(frozen=True)
class Person:
    """A member to be. `from_weeks`/`to_weeks`: started and ended that many weeks ago (None: before us, not yet)."""

    name: str
    profession: str
    hours: tuple[Hours, ...] = ()
    access: str = Access.STAFF.value
    username: str | None = None
    list_share: float = 0.0
    summer_week: int | None = None
    other_weeks: tuple[int, ...] = ()
    from_weeks: int | None = None
    to_weeks: int | None = None


@dataclass(frozen=True)
class Cast:
    """One clinic's people. `history_weeks`: how long Fordel has been in use there."""

    slug: str
    name: str
    history_weeks: int
    people: tuple[Person, ...]
    delegations: tuple[Delegated, ...] = field(default=())


@dataclass(frozen=True)
class Delegated:
    """Days are counted before today; negative is after."""

    doctor: str
    member: str
    kind: str
    from_days: int
    to_days: int | None = None
    revoked_days: int | None = None
    instruction: str = ""


def _whole(minutes: int, *booked: int) -> tuple[Hours, ...]:
    return (Hours(WEEKDAYS, minutes, booked),)


SOLBAKKEN = Cast(
    slug="solbakken",
    name="Solbakken legesenter",
    history_weeks=56,
    people=(
        Person(
            "Kari Holm",
            DOCTOR,
            _whole(540, 420, 405, 390, 420, 435),
            Access.LEADER.value,
            "leder",
            0.30,
            28,
            (9,),
        ),
        Person(
            "Amir Aune",
            DOCTOR,
            _whole(540, 405, 420, 420, 390, 435),
            username="lege",
            list_share=0.28,
            summer_week=30,
            other_weeks=(40,),
        ),
        Person(
            "Ingrid Nes",
            DOCTOR,
            (
                Hours(WEEKDAYS, 520, (395, 395, 385, 385, 400), to_weeks=46),
                Hours((1, 2, 3, 4), 520, (395, 385, 380, 395), from_weeks=46),
            ),
            list_share=0.22,
            summer_week=27,
            other_weeks=(8,),
        ),
        Person("Eirik Vold", DOCTOR, _whole(500, 385, 370, 380, 375, 380), list_share=0.20, summer_week=31),
        # The locum: covered the summer, and now Ingrid Nes's week off; works at Furulund on Wednesdays.
        Person(
            "Thea Moen",
            DOCTOR,
            (
                Hours((1, 2, 4), 480, (370, 370, 360), from_weeks=20, to_weeks=15),
                Hours((1, 2, 4), 480, (370, 370, 360), from_weeks=0, to_weeks=-2),
            ),
            username="vikar",
            from_weeks=20,
        ),
        Person(
            "Nina Berg",
            NURSE,
            _whole(450, 130, 120, 135, 125, 140),
            username="sykepleier",
            summer_week=28,
            other_weeks=(40,),
        ),
        Person("Jon Dahl", NURSE, (Hours((1, 3, 4), 450, (140, 130, 140)),), summer_week=31),
        Person(
            "Siri Lund",
            SECRETARY,
            _whole(450, 180, 165, 165, 180, 195),
            username="sekretaer",
            summer_week=27,
            other_weeks=(10,),
        ),
        Person(
            "Bente Aas",
            SECRETARY,
            (Hours((1, 2, 3, 4), 450, (210, 195, 195, 210)),),
            summer_week=29,
            other_weeks=(8,),
        ),
        Person("Camilla Rød", SECRETARY, (Hours((2, 3, 4), 420, (180, 180, 195)),), summer_week=30),
        Person("Grete Foss", SECRETARY, _whole(450, 210, 210, 210, 210, 225), to_weeks=26),
        Person(
            "Oda Myklebust", SECRETARY, _whole(450, 225, 210, 210, 225, 225), summer_week=32, from_weeks=26
        ),
        Person("Marit Haugen", "", access=Access.MANAGER.value, username="styrer"),
    ),
    delegations=(
        Delegated(
            "Kari Holm",
            "Nina Berg",
            "arskontroll",
            158,
            instruction=(
                "Gjelder årskontroll ved diabetes type 2, KOLS, hypertensjon og koronarsykdom hos mine listepasienter."
                " Følg sjekklisten for programmet. Blodprøver tas uken før. Ring meg samme dag ved blodtrykk over"
                " 180/110, HbA1c over 75, kreatinin opp mer enn 30 % eller nyoppståtte brystsmerter."
                " Endring av legemidler tas alltid med meg."
            ),
        ),
        Delegated(
            "Kari Holm",
            "Nina Berg",
            "sykepleierkonsultasjon",
            310,
            instruction=(
                "Selvstendig konsultasjon for mine listepasienter i oppfølgingsprogram, inntil to mellom hver"
                " konsultasjon hos meg. Journalføres samme dag; jeg leser gjennom alle. Nye symptomer eller ønske om"
                " ny diagnose settes opp hos lege."
            ),
        ),
        Delegated(
            "Amir Aune",
            "Jon Dahl",
            "arskontroll",
            60,
            -45,
            instruction=(
                "Prøveordning ut året: årskontroll ved KOLS og hypertensjon hos mine listepasienter, etter sjekklisten."
                " Spirometri tolkes av meg. Vi evaluerer i desember."
            ),
        ),
        Delegated(
            "Ingrid Nes",
            "Nina Berg",
            "hjemmebesok",
            330,
            95,
            instruction=(
                "Hjemmebesøk hos skrøpelige eldre på min liste: vekt, blodtrykk, fall, ernæring, legemiddelliste."
            ),
        ),
        Delegated(
            "Eirik Vold",
            "Jon Dahl",
            "prosvar",
            240,
            revoked_days=196,
            instruction=(
                "Vurdere normale prøvesvar hos mine listepasienter og gi beskjed. Alt utenfor referanse går til meg."
            ),
        ),
    ),
)

FURULUND = Cast(
    slug="furulund",
    name="Furulund legekontor",
    history_weeks=11,
    people=(
        Person(
            "Ragnhild Lien",
            DOCTOR,
            _whole(510, 435, 430, 450, 430, 440),
            Access.LEADER.value,
            "furulund",
            1.0,
            29,
        ),
        Person("Thea Moen", DOCTOR, (Hours((3,), 450, (390,)),), username="vikar", from_weeks=10),
        Person("Mats Eide", NURSE, (Hours((2, 4), 420, (240, 250)),), summer_week=28),
        Person("Anne Britt Moe", SECRETARY, _whole(450, 330, 330, 330, 330, 345), summer_week=30),
    ),
)

# Days away that make the demo's today worth looking at: who, reason, first and last day from the first
# working day of the demo, who covers.
AROUND_NOW: dict[str, tuple[tuple[str, str, int, int, str | None], ...]] = {
    "solbakken": (
        ("Ingrid Nes", "holiday", -2, 5, "Thea Moen"),
        ("Camilla Rød", "sick", -1, 1, "Bente Aas"),
        ("Jon Dahl", "course", 8, 9, "Nina Berg"),
        ("Amir Aune", "holiday", 21, 27, "Kari Holm"),
        ("Jon Dahl", "sick", -280, -259, "Nina Berg"),
        ("Kari Holm", "course", -75, -74, "Amir Aune"),
        ("Nina Berg", "course", -152, -151, "Jon Dahl"),
        ("Bente Aas", "leave", -180, -169, None),
    ),
    "furulund": (("Anne Britt Moe", "course", -20, -19, None),),
}


def first_day(today: dt.date) -> dt.date:
    """The day that *Min dag* opens on: today, or the next working day."""
    return working_day_on_or_after(today)


def started_on(cast: Cast, today: dt.date) -> dt.date:
    """The Monday that the clinic took Fordel into use."""
    return Week.of(today).monday - cast.history_weeks * 7 * DAY


def weeks_ago(today: dt.date, weeks: int) -> dt.date:
    """The Monday that many weeks before this week's."""
    return Week.of(today).monday - weeks * 7 * DAY
