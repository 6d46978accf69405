"""What people say of a list that is to be taken in: its files, its columns, and that they have seen the preview."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from patients.headings import Asked
from patients.imports.patient_list import COLUMNS, missing

FILES_MAX = 20


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """One or several files; each is validated as one."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        if len(files) > FILES_MAX:
            raise forms.ValidationError(
                _("Velg høyst %(n)d filer, eller pakk dem i en zip."), params={"n": FILES_MAX}
            )
        cleaned = [super(_FilesField, self).clean(file, initial) for file in files or [None]]
        names = [file.name for file in cleaned]
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("To av filene har samme navn."))
        return cleaned


class UploadForm(forms.Form):
    upload = _FilesField(
        label=_("Filer"),
        max_length=200,
        widget=_Files(attrs={"class": "ds-input", "accept": ".csv,.txt,.xlsx,.ndjson,.json,.zip"}),
        error_messages={
            "required": _("Velg en fil."),
            "empty": _("Filen er tom."),
            "max_length": _("Filnavnet er for langt."),
        },
    )
    whole_list = forms.BooleanField(
        label=_("Filen er hele pasientlisten"),
        help_text=_("Da viser gjennomsynet også hvem som ikke lenger står på listen."),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "ds-input"}),
    )


class MappingForm(forms.Form):
    """A choice of our columns for each of their headings, none of ours twice."""

    def __init__(self, *args: Any, asked: Asked, chosen: dict[str, str], **kwargs: Any) -> None:
        """`chosen` is what was mapped before, and goes before what the heading suggests."""
        super().__init__(*args, **kwargs)
        self._asked = asked
        said = {
            "navn": _("navn: «Etternavn, Fornavn»"),
            "tilstander": _("tilstander (koder)"),
            "icd-10": _("tilstander i ICD-10"),
        }
        ours = [(name, said.get(name, name)) for name in COLUMNS]
        for number, heading in enumerate(asked.headings):
            self.fields[f"k{number}"] = forms.ChoiceField(
                label=heading or _("(uten overskrift)"),
                choices=[("", _("ikke med")), *ours],
                required=False,
                initial=chosen.get(heading, asked.suggested.get(heading, "")),
                widget=forms.Select(attrs={"class": "ds-input"}),
            )

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each heading's choice, and what stands under it in the first rows."""
        return [
            (self[f"k{n}"], [row[n] for row in self._asked.samples if n < len(row)])
            for n in range(len(self._asked.headings))
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        taken: set[str] = set()
        for name, column in list(cleaned.items()):
            if column and column in taken:
                self.add_error(name, _("Kolonnen er alt valgt lenger opp."))
            taken.add(column)
        if lacking := missing(tuple(filter(None, taken))):
            raise forms.ValidationError(
                _("Det mangler en kolonne for: %(columns)s."), params={"columns": ", ".join(lacking)}
            )
        return cleaned

    def mapping(self) -> dict[str, str]:
        """Their heading → our column; "" for one that is not ours."""
        return {heading: self.cleaned_data[f"k{n}"] for n, heading in enumerate(self._asked.headings)}


class ConfirmForm(forms.Form):
    """`seen` is the preview that whoever confirms has looked through."""

    seen = forms.CharField(widget=forms.HiddenInput)
    take_off = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs={"class": "ds-input"}))

    def clean_seen(self) -> dt.datetime:
        try:
            seen = dt.datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            seen = None
        if seen is None or seen.tzinfo is None:
            raise forms.ValidationError(_("Åpne importen på nytt."))
        return seen
