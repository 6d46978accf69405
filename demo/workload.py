"""What comes in at a clinic's door in a usual week, beside the follow-up plans, and how it swings by season.

Rates are for a list of 4,000, made so that the demo's weeks look like a clinic's (DOMAIN §9.1 gives about 63
simple contacts per doctor and week; most of them are gathered here in logged blocks). They are not measured.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from demo.senders import DEPARTMENTS, HOME_CARE, NAV

SCHOOL_HOLIDAYS = (8, 9, 40)
WEEKDAY = {1: 1.25, 2: 1.05, 3: 0.95, 4: 0.95, 5: 0.8}


@dataclass(frozen=True)
class Flow:
    """One kind of work that arrives.

    `weekly`: how many a week. `days`: working days until it should be done (None: undated). `doctor`: share that
    a doctor ends up doing though others may. `log`: shares by profession when it is noted after the fact, with
    `minutes` from–to. `whom`: a pool of patients (demo/history.py). `back`: share sent back to the sender.
    """

    kind: str
    weekly: float
    days: int | None = 5
    doctor: float = 0.0
    whom: str = "anyone"
    senders: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    season: str = "even"
    back: float = 0.0
    log: tuple[tuple[str, float], ...] = ()
    minutes: tuple[int, int] = (0, 0)


ARRIVING: tuple[Flow, ...] = (
    # From hospital: what is ours, and what the hospital should have done itself (H1–H6).
    Flow("epikrise_les", 17, 3, senders=DEPARTMENTS),
    Flow(
        "epikrise_oppg",
        9,
        10,
        doctor=0.45,
        senders=DEPARTMENTS,
        names=(
            "Kontroll av kreatinin etter utskrivning",
            "Fjerne sting",
            "Ringe etter utskrivning",
            "Blodtrykkskontroll etter utskrivning",
            "Kontroll av Hb etter operasjon",
            "Vektkontroll etter utskrivning",
        ),
    ),
    Flow("prosvar_sykehus", 5, 3, senders=DEPARTMENTS, back=0.1),
    Flow("viderehenvis", 4, 5, senders=DEPARTMENTS, back=0.06),
    Flow(
        "rekv_sykehus",
        6,
        5,
        senders=DEPARTMENTS,
        back=0.1,
        names=(
            "Rekvirere MR for poliklinikken",
            "Rekvirere blodprøver før kontroll",
            "Rekvirere CT før kontroll",
        ),
    ),
    Flow("pasreise_sykehus", 5, 3, doctor=0.5, senders=DEPARTMENTS, back=0.05),
    Flow("sykm_sykehus", 4, 2, senders=DEPARTMENTS, back=0.06, whom="working"),
    Flow("resept_sykehus", 4, 1, senders=DEPARTMENTS, back=0.04),
    Flow("dialogmelding", 6, 4, senders=DEPARTMENTS),
    # From NAV and others who want forms.
    Flow("nav_legeerkl", 4.5, 15, whom="working", senders=NAV),
    Flow("nav_svar", 4, 10, whom="working", senders=NAV),
    Flow("nav_dialogmote", 0.9, 20, whom="working", senders=NAV),
    Flow("grunnhjelp", 1.2, 15, senders=NAV),
    Flow("forerkort", 3.2, 15, whom="old"),
    Flow("attest_lov", 1.6, 10),
    Flow(
        "attest_uten_plikt",
        4.2,
        10,
        back=0.12,
        names=(
            "Attest til treningssenter",
            "Attest til reiseforsikring",
            "Attest til studielån",
            "Attest til idrettslag",
        ),
    ),
    Flow("personvern", 0.9, 20),
    # From the municipality.
    Flow("resept_plo", 8, 2, whom="home_care", senders=HOME_CARE),
    Flow("plo_svar", 11, 3, whom="home_care", senders=HOME_CARE),
    Flow("legemiddelliste", 5, 3, whom="home_care", senders=HOME_CARE),
    Flow("moter", 1.0, 15, whom="home_care", senders=HOME_CARE),
    # From the patients.
    Flow("prosvar", 12, 3),
    Flow("prosvar_info", 16, 4, doctor=0.22),
    Flow("resept_fornyelse", 14, 3),
    Flow("sykm_forleng", 8, 2, whom="working", season="flu"),
    Flow("sykmelding", 4, 1, whom="working", season="flu"),
    Flow("ekonsultasjon", 6, 2, season="flu"),
    Flow("telefonsporsmal", 24, 1, doctor=0.12, season="flu"),
    Flow("timebestilling", 12, 1, doctor=0.06),
    Flow("provetaking", 22, 5, doctor=0.04),
    Flow("spirometri", 5, 10, doctor=0.05, names=("EKG", "Døgnmåling av blodtrykk", "Spirometri")),
    Flow("sarstell", 11, 3, doctor=0.12),
    Flow("vaksine", 11, 10, doctor=0.1, season="vaccine"),
    Flow("sykepleierkonsultasjon", 5, 10, whom="delegated"),
    Flow("hjemmebesok", 0.6, 7, whom="home_care"),
)

LOGGED: tuple[Flow, ...] = (
    Flow("prosvar", 9, log=(("doctor", 1.0),), minutes=(10, 25)),
    Flow("resept_fornyelse", 5, log=(("doctor", 1.0),), minutes=(10, 20)),
    Flow("ekonsultasjon", 4, log=(("doctor", 1.0),), minutes=(8, 25), season="flu"),
    Flow("post", 18, log=(("secretary", 0.8), ("doctor", 0.2)), minutes=(10, 35)),
    Flow("okonomi", 12, log=(("secretary", 0.72), ("doctor", 0.28)), minutes=(10, 35)),
    Flow("timebestilling", 15, log=(("secretary", 0.88), ("nurse", 0.04), ("doctor", 0.08)), minutes=(6, 40)),
    Flow(
        "telefonsporsmal",
        27,
        log=(("secretary", 0.81), ("nurse", 0.14), ("doctor", 0.05)),
        minutes=(15, 75),
        season="flu",
    ),
    Flow("bestilling", 8, log=(("secretary", 0.62), ("nurse", 0.18), ("doctor", 0.2)), minutes=(10, 40)),
    Flow("rutinekontroll", 3, log=(("nurse", 1.0),), minutes=(15, 40)),
    Flow("sarstell", 2, log=(("nurse", 1.0),), minutes=(20, 45)),
    Flow("kvalitet", 3.2, log=(("nurse", 0.5), ("doctor", 0.5)), minutes=(30, 75)),
    Flow("pasreise_sykehus", 2, log=(("doctor", 0.6), ("secretary", 0.4)), minutes=(8, 20)),
    Flow("vaksine", 7, log=(("nurse", 0.3), ("secretary", 0.7)), minutes=(20, 60), season="vaccine"),
)


def season(name: str, day: dt.date) -> float:
    """1 in a usual week. July and Christmas are quiet, the flu comes after New Year, vaccines in the autumn."""
    factor = 1.0
    if day.month == 7:
        factor = 0.5
    elif (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 2):
        factor = 0.45
    elif (day.month == 8 and day.day <= 12) or (day.month == 6 and day.day >= 24):
        factor = 0.8
    elif day.isocalendar().week in SCHOOL_HOLIDAYS:
        factor = 0.82
    if name == "flu" and ((day.month == 1 and day.day > 5) or day.month == 2):
        factor *= 1.55
    if name == "vaccine":
        factor *= 2.0 if day.month in (10, 11) else 0.35
    return factor


def expected(flow: Flow, day: dt.date, scale: float) -> float:
    """How many of the flow's tasks to expect on a working day."""
    return flow.weekly / 5 * WEEKDAY[day.isoweekday()] * season(flow.season, day) * scale
