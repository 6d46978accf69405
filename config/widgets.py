"""Fields of forms, written without templates.

Django renders a widget by three nested templates, which takes about a millisecond; a task's sheet has thirty of them.
What is written here is what Django's own templates write (tests/config/test_widgets.py compares them); every other
template of forms is Django's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]
INPUTS = (
    "checkbox", "date", "datetime", "email", "file", "hidden", "input", "number", "password", "search", "tel", "text",
    "time", "url",
)  # fmt: skip


class Plain(DjangoTemplates):
    """Inputs, text areas and selects by the functions below."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        write = WRITTEN.get(template_name)
        if write is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308  # a template's own
        return mark_safe(write(context["widget"]))  # noqa: S308  # all values are escaped below


def _attributes(widget: Widget) -> str:
    written = []
    for name, value in widget["attrs"].items():
        if value is True:
            written.append(f" {conditional_escape(name)}")
        elif value is not False:
            written.append(f' {conditional_escape(name)}="{conditional_escape(str(value))}"')
    return "".join(written)


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{conditional_escape(str(widget["value"]))}"'
    return f'<input type="{widget["type"]}" name="{conditional_escape(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    # A text area's first line break is not its content, so one is written always.
    text = conditional_escape(widget["value"] or "")
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    written = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        written.append(f'<optgroup label="{conditional_escape(group)}">' if group else "")
        written += [
            f'<option value="{conditional_escape(str(option["value"]))}"{_attributes(option)}>'
            f"{conditional_escape(option['label'])}</option>"
            for option in options
        ]
        written.append("</optgroup>" if group else "")
    return "".join((*written, "</select>"))


WRITTEN = {f"django/forms/widgets/{name}.html": _input for name in INPUTS} | {
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
