"""The e-mail with a closed week's headline figures: what it says. No patient, no colleague, and no address in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from reports.models import Delivery
from reports.pdf import week_pdf
from reports.presenters import kpis, span
from reports.queries import Headline, Lines


def message(delivery: Delivery, trend: Sequence[Headline], lines: Lines) -> EmailMultiAlternatives:
    """In plain text and the recipient's language, with the paper (in bokmål) if that was asked for.

    Its Message-ID is the delivery's own: made again, it is equal.
    """
    clinic = delivery.recipient.member.clinic.name
    with translation.override(delivery.recipient.language):
        mail = _written(delivery, clinic, trend)
    if delivery.recipient.paper:
        mail.attach(f"fordel-{trend[-1].week}.pdf", week_pdf(clinic, trend, lines), "application/pdf")
    return mail


def _written(delivery: Delivery, clinic: str, trend: Sequence[Headline]) -> EmailMultiAlternatives:
    this = trend[-1]
    week = {"n": this.week.number, "year": this.week.year}
    address = settings.PUBLIC_URL + reverse("report", args=[this.week.year, this.week.number])
    figures = [f"{kpi.definition.name}: {kpi.value} ({kpi.note})" for kpi in kpis(this, trend[:-1])]
    text = "\n".join(
        (
            _("Ukesrapport, uke %(n)d %(year)d") % week,
            f"{clinic}, {span(this.week)}",
            "",
            *figures,
            "",
            _("Hele rapporten: %(address)s") % {"address": address},
            "",
            _("Tallene måler tid brukt, de lover ikke kortere arbeidsdag. Ingen pasienter er nevnt."),
            _("Du får denne fordi du ba om den. Slutt under Rapporter i Fordel."),
        )
    )
    host = settings.PUBLIC_URL.partition("://")[2].partition(":")[0]
    return EmailMultiAlternatives(
        subject=_("Fordel: ukesrapport, uke %(n)d") % week, body=text, to=[delivery.recipient.address],
        headers={
            "Message-ID": f"<report-{delivery.pk}@{host}>", "Auto-Submitted": "auto-generated",
            "Content-Language": delivery.recipient.language,
        },
    )  # fmt: skip
