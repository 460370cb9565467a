"""The matrix finds what it is there to find."""

import pytest

from salestargets.api.operations import operation_of
from tests.isolation import planted
from tests.isolation.examples import Example
from tests.isolation.matrix import API, Route, TwoSides, faults, smuggling_faults
from tests.isolation.placeholders import Id, New

pytestmark = pytest.mark.urls("tests.isolation.planted")

PERSON = Example(path={"person_id": Id("person")})


def a_route(view: type, path: str, method: str = "GET") -> Route:
    declared = operation_of(view, method)
    assert declared is not None
    return Route(f"{method} {path}", method, f"{API}{path}/", declared)


@pytest.mark.parametrize(
    ("view", "path", "example", "fault"),
    [
        (planted.Tells, "tells/{person_id}", PERSON, "tells"),
        (planted.TellsThatItExists, "exists/{person_id}", PERSON, "where there is none"),
        (planted.Counts, "counts", Example(query={"person": Id("person")}), "where there is none"),
        (planted.TellsInAHeader, "header/{person_id}", PERSON, "where there is none"),
    ],
)
def test_an_answer_that_tells_is_found(sides: TwoSides, view, path, example, fault):
    found = list(faults(sides, a_route(view, path), example))
    assert any(fault in text for text in found), found


def test_a_deed_behind_a_right_answer_is_found(sides: TwoSides):
    example = Example(path={"person_id": Id("person")}, body={"name": New()})
    (fault,) = faults(sides, a_route(planted.Changes, "changes/{person_id}", "POST"), example)
    assert "changed what is theirs" in fault


def test_what_is_taken_along_is_found(sides: TwoSides):
    assert list(smuggling_faults(sides, a_route(planted.TakesAlong, "along"), Example()))


def test_a_forgotten_filter_is_no_hole_behind_the_databases_wall(sides: TwoSides):
    view = a_route(planted.ForgetsTheFilter, "forgets/{person_id}")
    assert list(faults(sides, view, PERSON)) == []
    assert sides.caller.send(view, PERSON, sides.ours).status_code == 200
