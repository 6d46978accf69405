"""What people send: a list to take in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

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
        widget=_Files(attrs={"class": "ds-input", "accept": ".csv,.txt,.ndjson,.json,.zip"}),
        error_messages={
            "required": _("Velg en fil."),
            "empty": _("Filen er tom."),
            "max_length": _("Filnavnet er for langt."),
        },
    )
    good_rows = forms.TypedChoiceField(
        label=_("Hvis noen rader er feil"),
        choices=[("", _("Ta ikke inn noe før alt er riktig")), ("1", _("Ta inn de gode radene"))],
        coerce=bool,
        empty_value="",
        required=False,
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        initial="",
    )
