"""Fictitious names: common Norwegian ones, combined by chance. Nobody in particular is meant.

Given names follow the generation, so that an eighty-year-old is not called Linus.
"""

from __future__ import annotations

import random

# Up to and including this year of birth: (women, men).
_GIVEN: tuple[tuple[int, str, str], ...] = (
    (
        1949,
        "Anna Astrid Inger Ingrid Kari Randi Solveig Gerd Bjørg Ruth Marit Turid Berit Liv Else Aud Åse Ellen"
        " Gudrun Sigrid Reidun Torunn Kirsten Margit Edith Borghild Eldbjørg Signe Tordis Unni",
        "Arne Odd Kjell Per Ole Olav Leif Harald Kåre Rolf Einar Sverre Ivar Gunnar Egil Magne Reidar Arvid"
        " Oddvar Trygve Alf Birger Asbjørn Torleif Håkon Sigurd Nils Erling Karsten Ingvar",
    ),
    (
        1974,
        "Anne Berit Marit Hilde Wenche Bente Grethe Liv Eva Tone Sissel Tove Mona Randi Ellen Kristin Heidi"
        " Gro Trine Laila Anita Elin Nina Siv Rita May Britt Torill Vigdis Unni",
        "Jan Svein Bjørn Terje Geir Tor Knut Øyvind Morten Rune Trond Frode Stein Atle Dag Hans Tore Jon Roar"
        " Vidar Steinar Arild Helge Kjetil Petter Roger Ståle Asle Eivind Harald",
    ),
    (
        1999,
        "Silje Ida Camilla Marte Linn Stine Karoline Ingrid Hanne Maria Julie Kristine Malin Marianne Tonje"
        " Thea Lise Renate Guro Ragnhild Elise Martine Vilde Synne Amalie Cecilie Frida Helene Mari Selma",
        "Thomas Martin Kristian Lars Andreas Marius Anders Espen Henrik Magnus Stian Eirik Håvard Simen Jonas"
        " Sindre Øystein Fredrik Erlend Vegard Mathias Sondre Joakim Even Aleksander Amir Tobias Eskil Preben Ådne",
    ),
    (
        9999,
        "Nora Emma Sofie Maja Ella Ingrid Olivia Frida Sara Leah Amalie Iben Tiril Hedda Live Alma Aurora Ada"
        " Eline Vilde Selma Åsne Mathea Mille Signe Tuva Astrid Hanna Jenny Ylva",
        "Jakob Oskar Emil Lucas Noah Filip Oliver William Henrik Johannes Isak Aksel Ludvig Elias Theodor"
        " Ulrik Kasper Mikkel Odin Sander Håkon Brage Birk Olav Gustav Ferdinand Sverre Adrian Iver Storm",
    ),
)

_FAMILY_NAMES = (
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen"
    " Berg Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Lund Henriksen Sørensen"
    " Gundersen Moen Iversen Strand Solberg Svendsen Eide Martinsen Bakken Knutsen Kristoffersen Mathisen Lie"
    " Rasmussen Amundsen Bakke Berge Solheim Nygård Fredriksen Holm Moe Lien Nguyen Antonsen Ali Hauge Næss"
    " Sandvik Ahmed Isaksen Aas Ødegård Myhre Vik Nes Lunde Nilssen Lunden Haugland Gulbrandsen Arnesen Fossum"
    " Aune Sæther Tangen Hovland Ruud Engen Thorsen Sande Skogen Myklebust Bøe Viken Brekke Helland Rønning"
    " Simonsen Birkeland Aasen Sunde Kvam Lødemel Rød Fjeld Tveit Vold Åsen Øien Stene Grønli Sletten Hauglid"
)
_FAMILY = _FAMILY_NAMES.split()

_POOLS = tuple((until, women.split(), men.split()) for until, women, men in _GIVEN)


def given_name(rng: random.Random, birth_year: int, *, female: bool) -> str:
    """A name usual among those born then; one in seven has a double name."""
    women, men = next((women, men) for until, women, men in _POOLS if birth_year <= until)
    pool = women if female else men
    name = rng.choice(pool)
    second = rng.choice(pool)
    return f"{name} {second}" if second != name and rng.random() < 0.14 else name


def family_name(rng: random.Random) -> str:
    """The commonest first in the list, and first in life: the first third is met twice as often."""
    if rng.random() < 0.25:
        return rng.choice(_FAMILY[: len(_FAMILY) // 3])
    return rng.choice(_FAMILY)
