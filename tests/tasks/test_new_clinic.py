"""A clinic that is not the demo's begins: from one command to a leader who is in and has programmes to approve."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tasks.catalogue import programmes
from tasks.models import Programme
from teams.models import Access, AccessApproval, Clinic, Member, Municipality
from tests.conftest import Cast, logged_in

pytestmark = pytest.mark.django_db
PASSWORD = "hest batteri stift riktig"
NEW = ["fjellbygda", "Fjellbygda legekontor"]
TOLD: dict[str, Any] = {"municipality": ["3434", "Lom"], "leader": "Anne Fjell"}


def test_a_clinic_begins_with_a_leader_who_gets_in(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("new_clinic", *NEW, **TOLD)
    link = re.search(r"/invitasjon/\S+/", capsys.readouterr().out)
    assert link
    first = Member.objects.get(clinic__slug="fjellbygda")
    assert (first.name, first.access, first.profession) == ("Anne Fjell", Access.LEADER, "doctor")
    assert first.clinic.municipality.name == "Lom"
    assert AccessApproval.objects.get(member=first).by is None
    assert Programme.objects.filter(clinic=first.clinic, state="proposed").count() == len(programmes())

    guest = Client()
    page = guest.get(link[0], follow=True)
    assert "Fjellbygda legekontor" in page.content.decode()
    sent = {"username": "anne.fjell", "password1": PASSWORD, "password2": PASSWORD}
    assert guest.post("/invitasjon/", sent).status_code == 302
    assert guest.get(link[0], follow=True).status_code == 410
    first.refresh_from_db()
    leader = logged_in(first)
    for path in (
        "/min-dag/",
        "/team/",
        "/pasienter/",
        "/programmer/",
        "/import/",
        "/rapporter/",
        "/fordeling/",
        "/innsyn/",
    ):
        assert leader.get(path, follow=True).status_code == 200, path


def test_a_second_clinic_of_a_municipality_needs_no_name_for_it(solbakken: Cast) -> None:
    there = solbakken.clinic.municipality
    call_command("new_clinic", *NEW, municipality=[there.number, ""], leader="Anne Fjell", profession="nurse")
    assert Clinic.objects.get(slug="fjellbygda").municipality == there
    assert Member.objects.get(clinic__slug="fjellbygda").profession == "nurse"


@pytest.mark.parametrize(
    ("slug", "name", "wrong"),
    [
        ("solbakken", "Nytt", {}), ("fjell bygda", "Nytt", {}), ("", "Nytt", {}), ("x" * 51, "Nytt", {}), ("nytt", " ", {}),
        ("nytt", "x" * 121, {}), ("nytt", "Nytt", {"leader": " "}), ("nytt", "Nytt", {"municipality": ["34", "Lom"]}),
        ("nytt", "Nytt", {"municipality": ["3434", ""]}),
    ],
)  # fmt: skip
def test_what_is_wrong_makes_nothing(solbakken: Cast, slug: str, name: str, wrong: dict[str, Any]) -> None:
    before = (Clinic.objects.count(), Member.objects.count(), Municipality.objects.count())
    with pytest.raises(CommandError):
        call_command("new_clinic", slug, name, **{**TOLD, **wrong})
    assert (Clinic.objects.count(), Member.objects.count(), Municipality.objects.count()) == before
