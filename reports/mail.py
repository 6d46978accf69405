"""The e-mail with a closed week's headline figures: what it says. No patient, no colleague, and no address in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from reports.models import Delivery
from reports.pdf import week_pdf
from reports.presenters import kpis, span
from reports.queries import Headline, Lines


def message(delivery: Delivery, trend: Sequence[Headline], lines: Lines) -> EmailMultiAlternatives:
    """In plain text, with the paper if that was asked for. Its Message-ID is the delivery's own: made again, it is equal."""
    this = trend[-1]
    clinic = delivery.recipient.member.clinic.name
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
    mail = EmailMultiAlternatives(
        subject=_("Fordel: ukesrapport, uke %(n)d") % week, body=text, to=[delivery.recipient.address],
        headers={
            "Message-ID": f"<report-{delivery.pk}@{host}>", "Auto-Submitted": "auto-generated",
            "Content-Language": "nb",
        },
    )  # fmt: skip
    if delivery.recipient.paper:
        mail.attach(f"fordel-{this.week}.pdf", week_pdf(clinic, trend, lines), "application/pdf")
    return mail
