"""Where somebody works: what every request asks first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from teams.calendar import DAY, OSLO
from teams.models import Member
from teams.queries import places_of
from tests.conftest import Cast, make_clinic, make_member

TODAY = dt.datetime.now(OSLO).date()


@pytest.mark.django_db
def test_places_are_those_in_force_today_by_the_clinics_name(
    solbakken: Cast, furulund: Cast, django_assert_num_queries: Any
) -> None:
    locum = solbakken.second_doctor
    away: list[tuple[str, Any]] = [("Berg", {"starts_on": TODAY + DAY}), ("Dal", {"ends_on": TODAY - DAY})]
    there: list[tuple[str, Any]] = [("Åsen", {"ends_on": TODAY}), ("Aker", {"starts_on": TODAY})]
    for name, dates in away + there:
        place = make_member(make_clinic(name.lower(), name), "Arne Aune", "doctor", **dates)
        Member.objects.filter(pk=place.pk).update(user=locum.user)
    assert locum.user
    with django_assert_num_queries(1):
        found = places_of(locum.user)
        assert [place.clinic.name for place in found] == ["Aker", "Solbakken legesenter", "Åsen"]
    in_force = Member.objects.filter(user=locum.user).employed_on(TODAY)
    assert sorted(place.pk for place in found) == sorted(in_force.values_list("pk", flat=True))
    # Every column in its own place, as the models themselves read them.
    for place in found:
        fresh = Member.objects.select_related("clinic").get(pk=place.pk)
        for ours, theirs in ((place, fresh), (place.clinic, fresh.clinic)):
            values = [
                {f.attname: getattr(x, f.attname) for f in x._meta.concrete_fields} for x in (ours, theirs)
            ]
            assert values[0] == values[1]
