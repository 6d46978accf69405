"""Who sends work to the clinics: made-up departments and offices with the usual names."""

DEPARTMENTS = (
    "Ortopedisk poliklinikk",
    "Kirurgisk poliklinikk",
    "Medisinsk avdeling",
    "Hjertepoliklinikken",
    "Øyeavdelingen",
    "Nevrologisk poliklinikk",
    "Gynekologisk poliklinikk",
    "Akuttmottaket",
    "Revmatologisk poliklinikk",
    "Lungeavdelingen",
    "Kreftpoliklinikken",
)
HOME_CARE = (
    "Hjemmetjenesten sone øst",
    "Hjemmetjenesten sone vest",
    "Solbakken sykehjem",
    "Korttidsavdelingen",
)
NAV = ("NAV lokalkontor", "NAV arbeid og ytelser")
