"""How common the conditions that a programme follows are, by age and sex, and which drugs go with them.

Rates are made for the demo so that a list of 4,000 looks like one (DOMAIN §9 for the large ones: type 2
diabetes 5 % of adults, hypertension 20 %, chronic kidney disease registered 4 %); they are not epidemiology.
Texts are our own short names, not the code list's.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Disease:
    """`rates`: (from age, share of women, share of men), the last that fits counts. `after`: codes already
    drawn that multiply the share. `drugs`: (ATC, text, share who use it)."""

    code: str
    text: str
    rates: tuple[tuple[int, float, float], ...]
    after: tuple[tuple[str, float], ...] = ()
    drugs: tuple[tuple[str, str, float], ...] = ()
    years: int = 12


METFORMIN = ("A10BA02", "Metformin tabletter 500 mg", 0.8)
STATIN = ("C10AA05", "Atorvastatin tabletter 40 mg", 0.75)
ASPIRIN = ("B01AC06", "Acetylsalisylsyre tabletter 75 mg", 0.8)
METOPROLOL = ("C07AB02", "Metoprolol depottabletter 50 mg", 0.7)
METHOTREXATE = ("L04AX03", "Metotreksat tabletter 2,5 mg", 0.6)
RAMIPRIL = ("C09AA05", "Ramipril kapsler 5 mg", 0.5)

DISEASES: tuple[Disease, ...] = (
    Disease("T82", "Fedme", ((18, 0.02, 0.015), (35, 0.045, 0.04), (70, 0.03, 0.025))),
    Disease(
        "K86",
        "Hypertensjon",
        (
            (30, 0.016, 0.026),
            (40, 0.08, 0.11),
            (50, 0.2, 0.24),
            (60, 0.39, 0.41),
            (70, 0.537, 0.5),
            (80, 0.61, 0.537),
        ),
        (("T82", 1.7),),
        (
            ("C08CA01", "Amlodipin tabletter 5 mg", 0.45),
            ("C09CA06", "Kandesartan tabletter 8 mg", 0.42),
            RAMIPRIL,
            ("C03AA03", "Hydroklortiazid tabletter 12,5 mg", 0.25),
        ),
        15,
    ),
    Disease(
        "K87",
        "Hypertensjon med organskade",
        ((60, 0.012, 0.016), (75, 0.03, 0.035)),
        (),
        (("C09CA06", "Kandesartan tabletter 16 mg", 0.8), ("C08CA01", "Amlodipin tabletter 10 mg", 0.6)),
    ),
    Disease(
        "T90",
        "Diabetes type 2",
        ((30, 0.006, 0.008), (45, 0.03, 0.045), (60, 0.075, 0.105), (80, 0.09, 0.115)),
        (("T82", 3.0), ("K86", 1.5)),
        (
            METFORMIN,
            STATIN,
            ("A10BK03", "Empagliflozin tabletter 10 mg", 0.4),
            ("A10BJ06", "Semaglutid injeksjon 0,5 mg", 0.25),
            ("A10AE04", "Insulin glargin 100 E/ml", 0.15),
        ),
    ),
    Disease(
        "T89",
        "Diabetes type 1",
        ((8, 0.003, 0.004), (20, 0.005, 0.006)),
        (),
        (("A10AB05", "Insulin aspart 100 E/ml", 1.0), ("A10AE06", "Insulin degludek 100 E/ml", 0.9)),
        25,
    ),
    Disease(
        "K74",
        "Angina pectoris",
        ((55, 0.008, 0.02), (70, 0.03, 0.055)),
        (("T90", 1.7), ("K86", 1.4)),
        (ASPIRIN, STATIN, METOPROLOL, ("C01DA02", "Nitroglyserin resoribletter 0,5 mg", 0.6)),
    ),
    Disease(
        "K75",
        "Hjerteinfarkt",
        ((50, 0.003, 0.012), (65, 0.01, 0.03)),
        (("T90", 1.8), ("K74", 2.0)),
        (ASPIRIN, STATIN, METOPROLOL, RAMIPRIL),
        8,
    ),
    Disease(
        "K76",
        "Kronisk koronarsykdom",
        ((55, 0.008, 0.023), (70, 0.033, 0.072)),
        (("T90", 1.6),),
        (ASPIRIN, STATIN, METOPROLOL),
    ),
    Disease(
        "K77",
        "Hjertesvikt",
        ((55, 0.004, 0.008), (70, 0.025, 0.035), (80, 0.08, 0.09)),
        (("K75", 3.0), ("K86", 1.3)),
        (
            ("C03CA01", "Furosemid tabletter 40 mg", 0.75),
            METOPROLOL,
            RAMIPRIL,
            ("A10BK01", "Dapagliflozin tabletter 10 mg", 0.5),
        ),
        6,
    ),
    Disease(
        "K78",
        "Atrieflimmer",
        ((50, 0.008, 0.017), (65, 0.042, 0.07), (75, 0.119, 0.161)),
        (("K77", 2.5),),
        (
            ("B01AA03", "Warfarin tabletter 2,5 mg", 0.2),
            ("B01AF02", "Apiksaban tabletter 5 mg", 0.95),
            METOPROLOL,
        ),
        8,
    ),
    Disease(
        "K90",
        "Hjerneslag",
        ((60, 0.008, 0.012), (75, 0.026, 0.036)),
        (("K78", 2.0), ("K86", 1.3)),
        (("B01AC04", "Klopidogrel tabletter 75 mg", 0.7), STATIN),
        6,
    ),
    Disease(
        "K89",
        "TIA",
        ((60, 0.006, 0.007), (75, 0.014, 0.016)),
        (),
        (("B01AC04", "Klopidogrel tabletter 75 mg", 0.7), STATIN),
        6,
    ),
    Disease(
        "K92", "Perifer karsykdom", ((60, 0.008, 0.014), (75, 0.02, 0.03)), (("T90", 1.6),), (STATIN, ASPIRIN)
    ),
    Disease(
        "U99",
        "Kronisk nyresykdom",
        ((50, 0.012, 0.013), (65, 0.053, 0.06), (80, 0.195, 0.195)),
        (("T90", 2.0), ("K86", 1.5)),
        (),
        7,
    ),
    Disease(
        "R95",
        "KOLS",
        ((45, 0.017, 0.017), (60, 0.087, 0.087), (75, 0.116, 0.123)),
        (),
        (
            ("R03BB04", "Tiotropium inhalasjon", 0.7),
            ("R03AK10", "Vilanterol og flutikason inhalasjon", 0.4),
            ("R03AC02", "Salbutamol inhalasjon", 0.7),
        ),
        10,
    ),
    Disease(
        "R96",
        "Astma",
        ((5, 0.045, 0.055), (20, 0.05, 0.04), (60, 0.045, 0.035)),
        (),
        (("R03BA02", "Budesonid inhalasjon", 0.7), ("R03AC02", "Salbutamol inhalasjon", 0.8)),
        20,
    ),
    Disease(
        "T86",
        "Lavt stoffskifte",
        ((20, 0.022, 0.004), (40, 0.062, 0.013), (60, 0.106, 0.025)),
        (),
        (("H03AA01", "Levotyroksin tabletter 75 mikrog", 0.98),),
        15,
    ),
    Disease(
        "P70",
        "Demens",
        ((65, 0.009, 0.009), (75, 0.06, 0.053), (85, 0.225, 0.18)),
        (),
        (("N06DA02", "Donepezil tabletter 10 mg", 0.45),),
        4,
    ),
    Disease(
        "P76",
        "Depresjon",
        ((16, 0.055, 0.028), (30, 0.072, 0.044), (65, 0.05, 0.028)),
        (),
        (("N06AB10", "Escitalopram tabletter 10 mg", 0.55), ("N06AX11", "Mirtazapin tabletter 15 mg", 0.15)),
        4,
    ),
    Disease(
        "P74",
        "Angst",
        ((16, 0.05, 0.028), (30, 0.044, 0.028), (65, 0.028, 0.013)),
        (("P76", 2.2),),
        (("N06AB06", "Sertralin tabletter 50 mg", 0.35),),
        6,
    ),
    Disease(
        "P72", "Schizofreni", ((20, 0.004, 0.005),), (), (("N05AH03", "Olanzapin tabletter 10 mg", 0.7),), 15
    ),
    Disease(
        "P73",
        "Bipolar lidelse",
        ((20, 0.009, 0.007),),
        (),
        (("N05AN01", "Litium tabletter 83 mg", 0.45), ("N03AX09", "Lamotrigin tabletter 100 mg", 0.5)),
        12,
    ),
    Disease("P15", "Alkoholavhengighet", ((25, 0.007, 0.017),), ()),
    Disease(
        "P19",
        "Stoffavhengighet",
        ((20, 0.003, 0.007), (60, 0.001, 0.002)),
        (),
        (("N07BC01", "Buprenorfin resoribletter 8 mg", 0.5),),
    ),
    Disease("P85", "Utviklingshemming", ((5, 0.004, 0.005),), (), (), 30),
    Disease(
        "L95",
        "Osteoporose",
        ((50, 0.03, 0.005), (65, 0.135, 0.027), (80, 0.225, 0.053)),
        (),
        (
            ("A12AX", "Kalsium og vitamin D tyggetabletter", 0.85),
            ("M05BX04", "Denosumab injeksjon 60 mg", 0.25),
            ("M05BA04", "Alendronat tabletter 70 mg", 0.45),
        ),
    ),
    Disease(
        "T92",
        "Urinsyregikt",
        ((40, 0.004, 0.025), (65, 0.021, 0.07)),
        (("U99", 2.0),),
        (("M04AA01", "Allopurinol tabletter 100 mg", 0.75),),
        9,
    ),
    Disease(
        "L88",
        "Revmatoid artritt",
        ((30, 0.008, 0.003), (55, 0.021, 0.01)),
        (),
        (METHOTREXATE, ("A11HA", "Folsyre tabletter 1 mg", 0.6)),
        10,
    ),
    Disease("S91", "Psoriasis", ((20, 0.02, 0.022),), (), ((*METHOTREXATE[:2], 0.1),), 15),
    Disease(
        "D94",
        "Inflammatorisk tarmsykdom",
        ((18, 0.006, 0.006),),
        (),
        ((*METHOTREXATE[:2], 0.3), ("A07EC02", "Mesalazin depottabletter 1 g", 0.5)),
        12,
    ),
    Disease(
        "N88",
        "Epilepsi",
        ((5, 0.006, 0.007), (65, 0.009, 0.01)),
        (),
        (("N03AX14", "Levetiracetam tabletter 500 mg", 0.6),),
        15,
    ),
    Disease("N86", "Multippel sklerose", ((25, 0.004, 0.002),), (), ()),
    Disease(
        "N87",
        "Parkinsons sykdom",
        ((65, 0.005, 0.008), (78, 0.014, 0.02)),
        (),
        (("N04BA02", "Levodopa og benserazid kapsler", 0.9),),
        6,
    ),
)

# Who uses the first does not use the second.
INSTEAD_OF = {"B01AA03": "B01AF02", "M05BX04": "M05BA04"}

# What old people use beside what their conditions ask for: (ATC, text, share at 70 and over, share at 40–69).
OTHER_DRUGS = (
    ("N02BE01", "Paracetamol tabletter 500 mg", 0.45, 0.14),
    ("A02BC02", "Pantoprazol tabletter 20 mg", 0.28, 0.12),
    ("N05CF01", "Zopiklon tabletter 7,5 mg", 0.16, 0.05),
    ("A06AD65", "Makrogol pulver", 0.16, 0.02),
    ("B03BA01", "Cyanokobalamin injeksjon 1 mg", 0.09, 0.03),
    ("G04CA02", "Tamsulosin kapsler 0,4 mg", 0.09, 0.02),
    ("N02AJ06", "Kodein og paracetamol tabletter", 0.07, 0.05),
    ("C10AA01", "Simvastatin tabletter 20 mg", 0.2, 0.06),
    ("A11CC05", "Kolekalsiferol kapsler 800 IE", 0.22, 0.03),
    ("S01EE01", "Latanoprost øyedråper", 0.08, 0.01),
)
