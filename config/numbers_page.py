"""docs/numbers.md: every definition, printed by `bin/manage numbers`; a test keeps the page equal to it."""

from __future__ import annotations

from collections.abc import Mapping

from reports.definitions import DEFINITIONS
from scenarios.definitions import DEFINITIONS as SCENARIOS
from tasks.definitions import FORECAST
from teams.definitions import Definition


def page() -> str:
    """docs/numbers.md."""
    parts = [
        "# Hva tallene i ukesrapporten betyr\n\n"
        "Laget av `bin/manage numbers` fra `reports/definitions.py`. Det er de samme tekstene som rapporten viser.\n",
        *_entries(DEFINITIONS),
        "\n# Hva tallene for planer for hele listen betyr\n\n"
        "Fra `tasks/definitions.py`: de samme tekstene som forhåndsvisningen viser.\n",
        *_entries(FORECAST),
        "\n# Hva tallene i «hva om» betyr\n\n"
        "Fra `scenarios/definitions.py`: de samme tekstene som resultatet viser.\n",
        *_entries(SCENARIOS),
    ]
    return "".join(parts)


def _entries(definitions: Mapping[str, Definition]) -> list[str]:
    found = []
    for key, each in definitions.items():
        unit = f" ({each.unit})" if each.unit else ""
        source = f"\n\nGrunnlag: {each.source}." if each.source else ""
        found.append(f"\n## {each.name}{unit}\n\n`{key}`. {each.meaning}{source}\n")
    return found
