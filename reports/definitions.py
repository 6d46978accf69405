"""What each number in a report means: the one source of the tooltips, and with tasks/definitions.py of docs/numbers.md.

Pure. `bin/manage numbers` prints the page; a test keeps docs/numbers.md equal to it.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from tasks.definitions import FORECAST
from teams.definitions import Definition

DEFINITIONS: dict[str, Definition] = {
    "week": Definition(
        _("Uke"),
        _("ISO-uke"),
        _(
            "Fra mandag kl. 00.00 til neste mandag kl. 00.00 på klokken i Oslo, også når klokken stilles. Noe som skjer"
            " mandag kl. 00.30, hører til den nye uken. Uken legekontoret tok Fordel i bruk, er den første."
            " En uke som er lukket, endres ikke: det som føres i ettertid, kommer ikke med."
        ),
    ),
    "doctor_minutes": Definition(
        _("Legetid på arbeid andre kan ta"),
        _("minutter"),
        _(
            "Summen av de tre gruppene under, av oppgaver som leger utførte i uken. Hvert minutt er i høyst én"
            " gruppe. Arbeid som bare en lege kan gjøre, er ikke med. Tallet sier hva leger brukte tid på, ikke"
            " at arbeidsdagen blir kortere."
        ),
        _("helsepersonelloven §§ 4, 5 og 11"),
    ),
    "returnable": Definition(
        _("Skal tilbake eller kan avslås"),
        _("minutter"),
        _(
            "Legens førte minutter på oppgavetyper med en returregel: arbeid sykehuset skal gjøre selv (H1–H6),"
            " eller attester uten plikt (§ 35). Går foran de to andre gruppene."
        ),
        _("oppdragsdokument 2020, fastlegeforskriften § 35"),
    ),
    "movable": Definition(
        _("Kan flyttes nå"),
        _("minutter"),
        _(
            "Legens førte minutter på oppgavetyper som andre yrker kan gjøre, på forberedelser, eller på det"
            " pasientens fastlege den dagen hadde delegert personlig til noen på legekontoret. En signering er det som"
            " er igjen når andre har forberedt, og er ikke med."
        ),
        _("helsepersonelloven § 5, personlig delegering fra 2026"),
    ),
    "preparable": Definition(
        _("Kan forberedes av andre"),
        _("minutter"),
        _(
            "Av oppgaver legen må avgjøre, men andre kan forberede, og som ikke ble delt i forberedelse og signering:"
            " det legen førte ut over legens egne minutter, og høyst oppgavetypens anslåtte minutter til forberedelse."
            " Et anslag, ikke en måling."
        ),
        _("helsepersonelloven §§ 4 og 5"),
    ),
    "certainty": Definition(
        _("Hvor sikre minuttene er"),
        "",
        _(
            "«Ført av legen»: minuttene som ble ført da oppgaven var gjort; feltet er forhåndsutfylt med anslaget."
            " «Anslag»: oppgavetypens standardtid, med hvor den kommer fra."
        ),
    ),
    "followups_in_time": Definition(
        _("Oppfølging i rett tid"),
        _("andel"),
        _(
            "Av oppgaver fra oppfølgingsplaner med frist i uken: andelen som var utført på fristdagen eller før."
            " Utløpte teller som ikke gjort. Avbrutte og returnerte før uken var over, er ikke med."
        ),
    ),
    "overdue": Definition(
        _("Forfalt ved ukeslutt"),
        _("oppgaver"),
        _(
            "Oppgaver med frist søndag i uken eller før, åpnet før uken var over og ikke avsluttet da."
            " Oppgaver uten frist er ikke med."
        ),
    ),
    "overdue_14_days": Definition(
        _("Forfalt mer enn 14 dager"),
        _("oppgaver"),
        _("Av de forfalte: de som hadde frist mer enn 14 dager før søndag i uken."),
    ),
    "capacity": Definition(
        _("Kapasitet"),
        _("minutter"),
        _(
            "Dag for dag: arbeidstid minus det som er satt av til annet (timebok) og minus andre plikter (kommunalt"
            " legearbeid, legevakt, veiledning, undervisning, faste møter), ganget med den delen av dagen kontoret"
            " er åpent (helligdager null, 24. og 31. desember og onsdag før skjærtorsdag halvt) og med den delen"
            " medarbeideren ikke har fravær (halve dager halvt, timer etter arbeidstiden), minus hvile etter legevakt"
            " dagen før. Aldri under null, og bare mens medarbeideren er ansatt. Overtid er ikke med."
        ),
    ),
    "done_minutes": Definition(
        _("Minutter utført"),
        _("minutter"),
        _("Minuttene som ble ført på oppgaver utført i uken, hos den som gjorde dem, etter yrket nå."),
    ),
    "utilisation": Definition(
        _("Utnyttelse"),
        _("andel"),
        _("Minutter utført delt på kapasitet. Over 100 % når det er ført mer enn det var satt av tid til."),
    ),
    "logged_minutes": Definition(
        _("Av dette ikke planlagt"),
        _("minutter"),
        _("Minutter på utført arbeid som ingen hadde planlagt, og som ble logget i etterkant."),
    ),
    "overrides": Definition(
        _("Overstyringer"),
        _("ganger"),
        _(
            "Ganger i uken en leder låste en oppgave til noen, utelukket noen fra en oppgave, ga videre en oppgave en"
            " kollega hadde, eller angret en hel fordeling. Mange kan bety at fordelingen ikke vet noe den burde vite."
        ),
    ),
    "opened": Definition(_("Åpnet"), _("oppgaver"), _("Oppgaver som ble til i uken, også de som ble logget i etterkant.")),
    "done": Definition(_("Utført"), _("oppgaver"), _("Oppgaver som ble utført i uken.")),
    "ended_undone": Definition(
        _("Avsluttet uten å være gjort"),
        _("oppgaver"),
        _("Oppgaver som ble avbrutt, returnert eller utløp i uken. Tell dem aldri som utført."),
    ),
    "returned": Definition(
        _("Returnert eller avslått"),
        _("oppgaver"),
        _(
            "Av dem som ble avsluttet uten å være gjort: de som i uken ble sendt tilbake til avsender etter en returregel,"
            " eller avslått fordi ingen er pålagt å gjøre dem. Åpnes en igjen før uken er over, teller den ikke."
        ),
        _("oppdragsdokument 2020, fastlegeforskriften § 35"),
    ),
    "hospital": Definition(
        _("Arbeid fra sykehus"),
        _("minutter"),
        _("Utført arbeid med opphav sykehus, av alle yrker. Det med returregel står også under «skal tilbake»."),
        _("oppdragsdokument 2020"),
    ),
    "person": Definition(
        _("Per person"),
        _("minutter"),
        _(
            "Vises bare der legekontoret har slått det på etter drøfting med de ansatte. Hver ser sin egen linje,"
            " teamleder ser alle. Personene summerer til sitt yrke."
        ),
        _("arbeidsmiljøloven kap. 9"),
    ),
}  # fmt: skip


def page() -> str:
    """docs/numbers.md."""
    parts = [
        "# Hva tallene i ukesrapporten betyr\n\n"
        "Laget av `bin/manage numbers` fra `reports/definitions.py`. Det er de samme tekstene som rapporten viser.\n",
        *_entries(DEFINITIONS),
        "\n# Hva tallene for planer for hele listen betyr\n\n"
        "Fra `tasks/definitions.py`: de samme tekstene som forhåndsvisningen viser.\n",
        *_entries(FORECAST),
    ]
    return "".join(parts)


def _entries(definitions: Mapping[str, Definition]) -> list[str]:
    found = []
    for key, each in definitions.items():
        unit = f" ({each.unit})" if each.unit else ""
        source = f"\n\nGrunnlag: {each.source}." if each.source else ""
        found.append(f"\n## {each.name}{unit}\n\n`{key}`. {each.meaning}{source}\n")
    return found
