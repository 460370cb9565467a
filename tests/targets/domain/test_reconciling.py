"""The root's gap is the sum of what the leaves promise less, what managers kept, and what they changed."""

from hypothesis import given
from hypothesis import strategies as st

from targets.domain.reconciling import Reason, Row, Source, Term, reconcile, terms

TREE = {"company": ["east", "west"], "east": ["ann", "ben"], "west": ["cy"]}
GIVEN = {"company": 1000, "east": 600, "west": 350, "ann": 400, "ben": 200, "cy": 350}


def rows_of(proposed, overrides=None, given=GIVEN) -> dict[str, Row]:
    return {row.key: row for row in reconcile("company", TREE, given, proposed, overrides)}


def test_a_gap_is_what_is_promised_less_than_was_given():
    rows = rows_of({"ann": 380, "ben": 220, "cy": 300})
    assert {key: row.gap for key, row in rows.items()} == {
        "company": 100,
        "east": 0,
        "ann": 20,
        "ben": -20,
        "west": 50,
        "cy": 50,
    }
    assert rows["company"].held_back == 50
    assert [row.source for row in rows.values()] == [
        Source.SUM,
        Source.SUM,
        Source.OWN,
        Source.OWN,
        Source.SUM,
        Source.OWN,
    ]


def test_rows_come_parents_first_and_say_how_deep():
    assert [(row.key, row.parent, row.depth) for row in rows_of({}).values()] == [
        ("company", None, 0),
        ("east", "company", 1),
        ("ann", "east", 2),
        ("ben", "east", 2),
        ("west", "company", 1),
        ("cy", "west", 2),
    ]


def test_a_managers_own_number_is_a_term_of_its_own():
    rows = rows_of({"ann": 380, "ben": 220, "cy": 300}, {"east": 570})
    east = rows["east"]
    assert (east.proposed, east.rolled_up, east.source) == (570, 600, Source.OWN)
    assert (east.gap, east.overridden) == (30, 30)
    assert rows["company"].gap == 130


def test_the_terms_sum_to_the_gap_of_the_root_the_largest_first():
    rows = rows_of({"ann": 380, "ben": 240, "cy": 290}, {"east": 570})
    found = terms(rows.values())
    assert found == (
        Term("cy", Reason.PROMISE, 60),
        Term("company", Reason.HELD_BACK, 50),
        Term("east", Reason.OVERRIDDEN, 50),
        Term("ben", Reason.PROMISE, -40),
        Term("ann", Reason.PROMISE, 20),
    )
    assert sum(term.amount for term in found) == rows["company"].gap == 140


def test_where_nobody_has_answered_the_given_number_stands_in():
    rows = rows_of({"ann": 300, "cy": 0})
    assert (rows["ben"].proposed, rows["ben"].gap, rows["ben"].source) == (200, 0, Source.GIVEN)
    assert (rows["cy"].gap, rows["cy"].source) == (350, Source.OWN)
    assert [(rows[key].waiting, rows[key].leaves) for key in TREE] == [(1, 3), (1, 2), (0, 1)]


def test_a_managers_answer_does_not_make_their_people_answer():
    east = rows_of({}, {"east": 500})["east"]
    assert (east.proposed, east.waiting, east.leaves) == (500, 2, 2)


def test_a_promise_without_a_given_number_is_all_gap():
    rows = rows_of({"ann": 50}, given={"company": 1000, "east": 600})
    assert (rows["ann"].given, rows["ann"].gap) == (None, -50)
    assert (rows["ben"].gap, rows["ben"].source) == (0, Source.GIVEN)
    assert (rows["east"].held_back, rows["east"].gap) == (600, 550)


def test_too_much_passed_on_is_held_back_below_zero():
    assert rows_of({}, given={**GIVEN, "cy": 400})["west"].held_back == -50


def test_a_unit_that_nobody_is_below_answers_for_itself():
    (row,) = reconcile("company", {}, {"company": 100}, {}, {"company": 90})
    assert (row.gap, row.is_leaf, row.source) == (10, True, Source.OWN)


amounts = st.none() | st.integers(-(10**9), 10**12)


@st.composite
def plans(draw):
    """A random tree: every node but the first hangs below an earlier one."""
    size = draw(st.integers(1, 30))
    tree: dict[int, list[int]] = {}
    for node in range(1, size):
        tree.setdefault(draw(st.integers(0, node - 1)), []).append(node)
    numbers = [{node: draw(amounts) for node in range(size)} for _ in range(2)]
    overrides = {node: draw(amounts) for node in draw(st.sets(st.integers(0, size - 1)))}
    return 0, tree, *numbers, overrides


@given(plans())
def test_every_units_gap_is_its_childrens_and_its_own_two_terms(plan):
    rows = {row.key: row for row in reconcile(*plan)}
    tree = plan[1]
    assert set(rows) == set(plan[2])
    for unit, below in tree.items():
        parts = sum(rows[child].gap for child in below) + rows[unit].held_back + rows[unit].overridden
        assert rows[unit].gap == parts


@given(plans())
def test_the_leaves_and_the_terms_of_units_sum_to_the_gap_of_the_root(plan):
    rows = reconcile(*plan)
    assert sum(term.amount for term in terms(rows)) == rows[0].gap
    assert rows[0].leaves == sum(row.is_leaf for row in rows)
    assert rows[0].waiting == sum(row.source == Source.GIVEN for row in rows)


@given(plans())
def test_who_promises_exactly_what_was_given_has_no_gap(plan):
    root, tree, given, _proposed, _overrides = plan
    rows = reconcile(root, tree, given, given)
    assert all(row.gap == 0 for row in rows if row.is_leaf)
    assert all(term.reason == Reason.HELD_BACK for term in terms(rows))


def test_a_tree_may_be_deeper_than_python_would_recurse():
    chain = {n: [n + 1] for n in range(5000)}
    rows = reconcile(0, chain, dict.fromkeys(range(5001), 10), {5000: 7})
    assert (rows[0].gap, rows[-1].depth) == (3, 5000)
