"""The letter to a patient whose request to delete is refused: why, and how to complain (helsepersonelloven § 43)."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rights.models import Asker, DeletionRequest
from rights.paper import paper
from teams.calendar import oslo_date


def refusal_pdf(asked: DeletionRequest, *, clinic: str) -> bytes:
    assert asked.patient and asked.decided_by and asked.decided_at  # noqa: S101
    of_patient = asked.asker == Asker.PATIENT
    words = {
        "title": _("Avslag på krav om sletting"),
        "clinic": clinic,
        "day": date_format(oslo_date(asked.decided_at), "j. F Y"),
        "to": _("Til %(name)s, født %(born)s") % {"name": asked.patient, "born": f"{asked.patient.birth_date:%d.%m.%Y}"}
        if of_patient
        else _("Til den som har krevd sletting"),
        "parts": [
            {"name": "", "lines": [
                _("Du har krevd at opplysninger i Fordel, legekontorets system for oppfølging, blir slettet. Kravet kom %(day)s.")
                % {"day": date_format(oslo_date(asked.asked_at), "j. F Y")},
                _("Kravet: «%(wish)s»") % {"wish": asked.wish},
                _("Vi har kommet til at opplysningene ikke kan slettes."),
            ]},
            {"name": _("Hvorfor"), "lines": [
                asked.reason,
                _(
                    "Opplysninger i en journal kan slettes når det er ubetenkelig ut fra allmenne hensyn, ikke strider mot"
                    " arkivloven, og opplysningene enten er feilaktige eller misvisende og føles belastende, eller åpenbart ikke er"
                    " nødvendige for å gi helsehjelp (helsepersonelloven § 43). Det som er ført på feil person, slettes etter § 44."
                ),
            ]},
            {"name": _("Du kan klage"), "lines": [
                _(
                    "Du kan klage på avslaget til Statsforvalteren. Send klagen skriftlig til Statsforvalteren i fylket der"
                    " legekontoret ligger, og legg ved dette brevet. Pasient- og brukerombudet hjelper deg gratis."
                ),
                _(
                    "Du kan også kreve at opplysninger som er feil, blir rettet (helsepersonelloven § 42), og be om en kopi av alt som er lagret om deg."
                ),
                _("Kravet ditt og denne begrunnelsen er skrevet ned sammen med opplysningene."),
            ]},
        ],
        "signed": _("%(name)s, lege") % {"name": asked.decided_by.name},
    }  # fmt: skip
    return paper("letter", words)
