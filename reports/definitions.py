"""What each number in a report means: the one source of the tooltips, and with tasks/definitions.py of docs/numbers.md.

Pure. config/numbers_page.py prints them.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from teams.definitions import Definition

DEFINITIONS: dict[str, Definition] = {
    "week": Definition(
        _("Uke"),
        _("ISO-uke"),
        _(
            "Fra mandag kl. 00.00 til neste mandag kl. 00.00 på klokken i Oslo, også når klokken stilles. Noe som skjer"
            " mandag kl. 00.30, hører til den nye uken. Uken legekontoret tok Fordel i bruk, er den første."
            " En uke lukkes natt til mandag og endres ikke. Det som føres eller rettes i ettertid, gir natten etter en ny"
            " utgave av uken, som sier hva som er endret; den gamle blir stående."
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
    "delegable": Definition(
        _("Kan delegeres"),
        _("minutter"),
        _(
            "Oppgavetyper legen kan delegere personlig, men som ikke var delegert for pasientens fastlege den dagen, og som"
            " ikke kan forberedes av andre. Minuttene er ikke med i noen sum før noen har delegert."
        ),
        _("helsepersonelloven § 5"),
    ),
    "if_delegated": Definition(
        _("Ville en delegering flyttet"),
        _("minutter"),
        _(
            "Legens førte minutter på alt som kan delegeres personlig og ikke var det, også det som kan forberedes av andre."
            " Kommer ikke i tillegg til gruppene over, og er ikke regnet som flyttbart."
        ),
        _("helsepersonelloven § 5"),
    ),
    "moved": Definition(
        _("Kunne faktisk flyttes"),
        _("minutter"),
        _(
            "Det av «kan flyttes nå» og «kan forberedes av andre» som noen med rett yrke hadde tid til i uken: kapasiteten minus"
            " det de brukte. Størst mulig flyt av minutter, til det laveste yrket som kan ta dem. Minutter kan deles på flere;"
            " tallet sier om det var rom i uken, ikke hvilken dag."
        ),
    ),
    "changes": Definition(
        _("Endringene som ville frigjort mest legetid"),
        _("minutter i uken"),
        _(
            "Høyst tre. En delegering teller med det noen hadde tid til utover det som kan flyttes uten den, en retur med alle"
            " minuttene, og arbeid andre kan ta eller forberede alt nå, med det de hadde tid til. Hver er regnet for seg;"
            " to som bruker samme tid, kan ikke legges sammen."
        ),
    ),
    "realised": Definition(
        _("Flyttet siden delegeringen"),
        _("minutter i uken"),
        _(
            "Av utførte minutter på oppgavetypen: legers og andres, per lukket uke, i de tolv ukene før den første"
            " delegeringen av typen begynte å gjelde, og i alle uker fra og med den uken det siste året. At andre gjør mer,"
            " sier ikke at det er på grunn av delegeringen, og ikke at legene arbeider mindre."
        ),
    ),
    "certainty": Definition(
        _("Hvor sikre minuttene er"),
        "",
        _(
            "«Ført av legen»: minuttene som ble ført da oppgaven var gjort; feltet er forhåndsutfylt med anslaget."
            " «Målt»: medianen av kontorets egne forberedelser de siste ukene, med hvor mange den bygger på."
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
    "overdue_7_days": Definition(
        _("Forfalt mer enn 7 dager"),
        _("oppgaver"),
        _("Av de forfalte: de som hadde frist mer enn 7 dager før søndag i uken."),
    ),
    "overdue_14_days": Definition(
        _("Forfalt mer enn 14 dager"),
        _("oppgaver"),
        _("Av de forfalte: de som hadde frist mer enn 14 dager før søndag i uken."),
    ),
    "overdue_28_days": Definition(
        _("Forfalt mer enn 28 dager"),
        _("oppgaver"),
        _("Av de forfalte: de som hadde frist mer enn 28 dager før søndag i uken."),
    ),
    "hard_missed": Definition(
        _("Frister som glapp"),
        _("oppgaver"),
        _(
            "Oppgaver med en frist som ikke kan glippe, og fristdag i uken, som ikke var utført den dagen. Avbrutte og"
            " returnerte før uken var over, er ikke med."
        ),
    ),
    "met_same": Definition(
        _("Hos den samme som sist"),
        _("andel"),
        _(
            "Av oppfølging som en sykepleier eller lege gjorde i uken, hos pasienter der en av samme yrke hadde gjort noe"
            " før: andelen der det var den samme som forrige gang."
        ),
    ),
    "by_others": Definition(
        _("Oppfølging gjort av andre enn leger"),
        _("andel"),
        _("Av utførte oppgaver fra oppfølgingsplaner: andelen som andre yrker enn lege gjorde."),
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
        _(
            "Minutter utført delt på kapasitet, uten det som ble logget fra timeboken: timene der er trukket fra kapasiteten."
            " Over 100 % når det er ført mer enn det var satt av tid til."
        ),
    ),
    "logged_minutes": Definition(
        _("Av dette ikke planlagt"),
        _("minutter"),
        _("Minutter på utført arbeid som ingen hadde planlagt, og som ble logget i etterkant."),
    ),
    "planned_minutes": Definition(
        _("Anslått for det planlagte"),
        _("minutter"),
        _("Det som var anslått for oppgavene som ble utført, uten det som ble logget i etterkant."),
    ),
    "late_minutes": Definition(
        _("På kveld og i helg"),
        _("minutter"),
        _(
            "Minutter på utførte oppgaver etter kl. 17.00, eller når som helst lørdag og søndag, slik de er ført. Per yrke"
            " bare der det ikke kan føres tilbake til en eller to."
        ),
    ),
    "long_days": Definition(
        _("Dager over ti timer"),
        _("dager"),
        _(
            "En medarbeiders dager der det gikk mer enn ti timer fra den første oppgaven ble begynt til den siste var utført,"
            " slik de er ført. Pauser er ikke trukket fra. Per yrke bare der det ikke kan føres tilbake til en eller to."
        ),
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
    "cancelled": Definition(
        _("Avbrutt"),
        _("oppgaver"),
        _("Oppgaver avsluttet i uken uten å være gjort, av en grunn: ikke nødvendig, gjort et annet sted, ikke nådd og så videre."),
    ),
    "expired": Definition(
        _("Utløpt"), _("oppgaver"), _("Oppgaver der vinduet lukket seg i uken uten at de var gjort.")
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
    "sender": Definition(
        _("Per avdeling"),
        _("minutter"),
        _(
            "Arbeid fra sykehus som ble utført eller returnert i uken, etter avsenderen slik den er skrevet på oppgaven."
            " Ingen pasient kan gjenkjennes."
        ),
        _("oppdragsdokument 2020"),
    ),
    "average": Definition(
        _("Snitt av tolv uker før"),
        "",
        _("Per uke, av de lukkede ukene blant de tolv før denne. Andeler er av alle ukene under ett."),
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
    "in_follow_up": Definition(
        _("I oppfølging"), _("pasienter"), _("Pasienter med en oppfølgingsplan som gjaldt da uken ble lukket.")
    ),
    "reviewed": Definition(
        _("Årskontroll siste tolv måneder"),
        _("andel"),
        _("Av dem i oppfølging: andelen som har fått utført en årskontroll de siste tolv månedene før uken ble lukket."),
    ),
    "nurse_follow_up": Definition(
        _("Sykepleiers oppfølging per 100"),
        _("ganger i uken"),
        _("Oppgaver fra oppfølgingsplaner som sykepleiere utførte i uken, per hundre pasienter i oppfølging."),
    ),
    "home_visits": Definition(_("Hjemmebesøk"), _("ganger"), _("Hjemmebesøk utført i uken, av alle yrker.")),
    "meetings": Definition(_("Samarbeidsmøter"), _("ganger"), _("Tverrfaglige samarbeidsmøter i uken.")),
}  # fmt: skip
