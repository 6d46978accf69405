"""What each number of a scenario means, written once: the tooltips, and the list at the foot of the page. Pure."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teams.definitions import Definition

DEFINITIONS: dict[str, Definition] = {
    "doctor_minutes": Definition(
        _("Legetid"),
        _("minutter, i alt"),
        _(
            "Minuttene av oppgaver som fordelingen gir leger i disse ukene, og som da regnes som gjort. Tiden i timeboken er"
            " ikke med. Et tall for oppgavene, ikke for hvor lang arbeidsdagen blir."
        ),
    ),
    "done": Definition(
        _("Minutter utført"),
        _("minutter per yrke, i alt"),
        _(
            "Det fordelingen gir yrket en dag i uken, med oppgavens anslåtte tid. Det som får en dag senere, eller ingen,"
            " går videre til neste uke."
        ),
    ),
    "time": Definition(
        _("Tid til oppgaver"),
        _("minutter per yrke, i alt"),
        _(
            "Arbeidstid minus det som er satt av til annet, andre plikter, helligdager og ført fravær, pluss overtid en leder"
            " har tillatt. Ferie som ikke er ført, er ikke trukket fra. Den som begynner midt i en uke, regnes fra neste mandag."
        ),
    ),
    "utilisation": Definition(
        _("Utnyttelse"),
        _("andel per yrke"),
        _(
            "Minutter utført delt på tid til oppgaver. Fordelingen fyller dagene med det som er åpent, så en høy andel sier ikke"
            " alene at noe er for mye: se hva som er forfalt og hva som står igjen."
        ),
    ),
    "overdue": Definition(
        _("Forfalt"),
        _("oppgaver ved ukeslutt, på det meste"),
        _("Oppgaver med frist i uken eller før, som ikke er gjort når uken er over."),
    ),
    "missed": Definition(
        _("Harde frister brutt"),
        _("oppgaver, i alt"),
        _(
            "Frister som ikke kan glippe (INR, metotreksat, litium, denosumab), og som gikk ut i uken uten at oppgaven var gjort"
            " på fristdagen. Det som var brutt fra før, telles ikke."
        ),
    ),
    "expired": Definition(
        _("Utløpt"),
        _("oppgaver, i alt"),
        _("Oppgaver som ble stående til vinduet deres lukket seg. Planen går videre til neste gang."),
    ),
    "left": Definition(
        _("Står igjen"),
        _("minutter, når siste uke er over"),
        _("Anslått tid på oppgaver som er åpne når uken er over, forfalt eller ikke."),
    ),
    "no_time": Definition(
        _("Ingen har tid"),
        _("minutter i en uke, på det meste"),
        _(
            "Oppgaver med frist i de ti neste arbeidsdagene, som noen kan gjøre, men som ikke får plass hos dem. Det som kan"
            " vente på lavere nivå, er ikke med."
        ),
    ),
    "nobody_may": Definition(
        _("Ingen kan"),
        _("minutter i en uke, på det meste"),
        _("Oppgaver ingen her har yrke eller delegering til."),
    ),
    "work": Definition(
        _("Arbeidet som kommer"),
        "",
        _(
            "Det som er åpent nå; det planene åpner, etter intervallene legene har godkjent, regnet fra når det ble gjort; og"
            " annet arbeid som i de siste åtte hele ukene, fordelt jevnt. Oppfølging etter utskrivninger som ikke har skjedd,"
            " uteblitte timer og utsettelser er ikke med. Likt i begge regnestykkene."
        ),
    ),
}
