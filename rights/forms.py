"""What is asked to be deleted, what was decided, and what was written wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rights.actions.deleting import WORDS_MAX
from rights.models import Asker, Ground, Scope

LONG = _("Skriv det kortere, høyst 1000 tegn.")


def _words(label: Any, required: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=WORDS_MAX, widget=forms.Textarea(attrs={"class": "ds-input", "rows": 3}),
        error_messages={"required": required, "max_length": LONG}, **kwargs,
    )  # fmt: skip


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "ds-input"})


class AskForm(forms.Form):
    """`hva` is `patient`, or `task:7`, `condition:7`, `medication:7`."""

    hva = forms.ChoiceField(label=_("Hva som ønskes slettet"), widget=_select())
    hvem = forms.ChoiceField(label=_("Hvem som ønsker det"), choices=Asker.choices, widget=_select())
    krav = _words(
        _("Hva det gjelder, med egne ord"), _("Skriv hva det gjelder."),
        help_text=_("Kravet blir stående i pasientens opplysninger, også om det avslås (helsepersonelloven § 43)."),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hva"].choices = choices  # type: ignore[attr-defined]

    @property
    def scope(self) -> str:
        return str(self.cleaned_data["hva"]).partition(":")[0]

    @property
    def row(self) -> int | None:
        number = str(self.cleaned_data["hva"]).partition(":")[2]
        return int(number) if number else None


class DecideForm(forms.Form):
    GRANT, REFUSE = "innvilg", "avsla"
    svar = forms.ChoiceField(
        label=_("Avgjørelse"),
        choices=[(REFUSE, _("Avslå")), (GRANT, _("Innvilg: slettes om sju dager"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg en avgjørelse.")},
    )
    grunnlag = forms.ChoiceField(
        label=_("Grunnlag for å slette"), required=False,
        choices=[("", _("Velg når du innvilger")), *Ground.choices], widget=_select(),
        help_text=_("Sletting må også være ubetenkelig ut fra allmenne hensyn og ikke stride mot arkivloven."),
    )  # fmt: skip
    begrunnelse = _words(
        _("Begrunnelse"), _("Skriv hvorfor."),
        help_text=_("Ved avslag står den i brevet til pasienten. Når noe slettes, slettes også den."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        if told.get("svar") == self.GRANT and not told.get("grunnlag") and "grunnlag" not in self.errors:
            self.add_error("grunnlag", str(_("Velg grunnlaget i loven.")))
        return told


class RectifyForm(forms.Form):
    om = forms.CharField(max_length=30, widget=forms.HiddenInput)
    tekst = _words(_("Det riktige er"), _("Skriv det som er riktig."))


def scope_choices(tasks: Any, conditions: Any, medications: Any) -> list[Any]:
    """Everything, or one thing: choices of `AskForm.hva`, each kind under its own heading."""
    return [
        (Scope.PATIENT.value, _("Alt om pasienten i Fordel")),
        (_("Én tilstand"), [(f"condition:{pk}", words) for pk, words in conditions]),
        (_("Ett legemiddel"), [(f"medication:{pk}", words) for pk, words in medications]),
        (
            _("Én avsluttet oppgave, med historie, notater og brev"),
            [(f"task:{pk}", words) for pk, words in tasks],
        ),
    ]
