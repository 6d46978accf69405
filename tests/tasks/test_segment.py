"""A segment of patients lives in the URL: what is no value of a field is as if it were not there."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from tasks.models import SavedView
from tasks.segment import BY_NEED, BY_NEXT, DECLINED, LACKING, MOST_CONDITIONS, NOBODY, RUNNING, Segment


def parse(query: str) -> Segment:
    return Segment.from_query(QueryDict(query))


@pytest.mark.parametrize(
    "wanted",
    [
        Segment(),
        Segment(conditions=("K86", "T90"), doctor=NOBODY, nurse=7, order=BY_NEED),
        Segment(programme=3, standing=LACKING, doctor=12, order=BY_NEXT),
        Segment(programme=3, standing=DECLINED, nurse=NOBODY),
        Segment(programme=3, standing=RUNNING),
        Segment(
            overdue=True, never=True, many_drugs=True, discharged=True, home_care=True, institution=True, everybody=True,
        ),
    ],
)  # fmt: skip
def test_what_is_written_is_read_again(wanted: Segment) -> None:
    assert parse(wanted.query()) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "", "tilstand=x", "tilstand=", "lege=x", "lege=-1", "lege=99999999999999999999", "program=0", "plan=alle",
        "forfalt=ja", "sorter=alder", "q=Per+Lunde", "navn=Per", "tilstand=%00",
    ],
)  # fmt: skip
def test_what_is_no_value_is_left_out(query: str) -> None:
    assert parse(query) == Segment()
    assert not parse(query).narrows


def test_conditions_come_one_by_one_or_with_commas_in_any_writing() -> None:
    wanted = Segment(conditions=("K86", "R95", "T90"))
    assert parse("tilstand=T90&tilstand=k86,R95.0001") == wanted
    assert wanted.query() == "tilstand=K86,R95,T90"


def test_a_programme_without_more_means_those_with_a_plan_in_it() -> None:
    assert parse("program=4").standing == parse("program=4&plan=tull").standing == RUNNING


def test_an_order_alone_leaves_nobody_out() -> None:
    assert not Segment(order=BY_NEED).narrows
    assert Segment(home_care=True).narrows


def test_the_longest_segment_fits_in_a_saved_view() -> None:
    codes = "&".join(f"tilstand=T{n:02}" for n in range(60))
    longest = parse(
        f"{codes}&program={9**10}&plan=mangler&lege={9**10}&sykepleier={9**10}&forfalt=1&aldri=1&legemidler=1"
        "&utskrevet=1&hjemmesykepleie=1&institusjon=1&alle=1&sorter=behov"
    )
    assert len(longest.conditions) == MOST_CONDITIONS
    assert len(longest.query()) <= 300 == SavedView._meta.get_field("query").max_length
