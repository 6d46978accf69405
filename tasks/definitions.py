"""What each number in the preview of plans for a whole list means: on the page, and in docs/numbers.md. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teams.definitions import Definition

FORECAST: dict[str, Definition] = {
    "plans_to_start": Definition(
        _("Planer som vil starte"),
        _("planer og pasienter"),
        _(
            "De som et godkjent program er for (tilstand eller antall legemidler), og som aldri har hatt plan i det: heller"
            " ikke stanset, fullført eller takket nei. Døde, utmeldte og de som bor i institusjon, er ikke med. En pasient kan"
            " få flere planer."
        ),
    ),
    "follow_up_ahead": Definition(
        _("Oppfølging som kommer"),
        _("minutter per uke og yrke"),
        _(
            "Det planene ber om, uke for uke: hvert steg ett intervall etter det forrige, første gang på pasientens egen dag i"
            " året, så arbeidet spres over hele året. Tiden er stegets eller oppgavetypens anslag, delt i forberedelse og"
            " signering der det gjøres slik. Yrket er det laveste som kan gjøre det og arbeider her. Ikke med: personlige"
            " delegeringer, uteblitte timer, utsettelser, og det som spares når besøk slås sammen."
        ),
    ),
    "other_lately": Definition(
        _("Annet arbeid"),
        _("minutter i uken"),
        _(
            "Minutter ført på utført arbeid som ingen oppfølgingsplan ba om, i snitt av de siste åtte hele ukene, eller så"
            " mange som det er siden kontoret begynte. Det som går på timeboken, er ikke med. Likt i alle uker fremover."
        ),
    ),
    "time_ahead": Definition(
        _("Tid til oppgaver"),
        _("minutter per uke og yrke"),
        _(
            "Kapasiteten slik den er kjent i dag: arbeidstid minus det som er satt av til annet, helligdager, ført fravær og"
            " dem som slutter. Ferie som ikke er ført, er ikke trukket fra. Timer i overtid er ikke med."
        ),
    ),
    "weeks_over": Definition(
        _("Mer arbeid enn tid"),
        _("av 52 uker"),
        _(
            "Uker der annet arbeid og oppfølging til sammen er mer enn tiden til oppgaver for yrket. De 52 hele ukene etter"
            " denne. At tiden rekker i en uke, sier ikke at den rekker hver dag eller for hver medarbeider."
        ),
    ),
    "at_hand": Definition(
        _("Forfalt eller med frist nå"),
        _("minutter"),
        _(
            "Oppfølging som er forfalt, og den som har frist i resten av denne uken (i helgen: i uken som kommer). Holdt utenfor"
            " de 52 ukene."
        ),
    ),
}
