import pickle

import pytest

from drsim.errors import DrsimError, InputError, Problem, did_you_mean, nearest


def test_a_problem_shows_place_rule_and_next_move():
    problem = Problem(
        "no site is named 'st-michielsgestel'",
        path="disruptions.town-hall.site",
        file="lost.yaml",
        line=18,
        column=12,
        value="st-michielsgestel",
        hint=did_you_mean("st-michielsgestel", ["sint-michielsgestel", "haaren"]),
    )
    assert str(problem) == (
        "lost.yaml:18:12  disruptions.town-hall.site\n"
        "  no site is named 'st-michielsgestel'\n"
        "  expected one of: sint-michielsgestel, haaren   did you mean 'sint-michielsgestel'?"
    )


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("'35' has no unit"), "'35' has no unit"),
        (Problem("'35' has no unit", hint="write '35 min'"), "'35' has no unit\n  write '35 min'"),
        (Problem("'35' has no unit", path="response.wait"), "response.wait\n  '35' has no unit"),
        (Problem("is empty", file="a.yaml"), "a.yaml\n  is empty"),
    ],
)
def test_a_problem_shows_only_what_it_knows(problem, shown):
    assert str(problem) == shown


def test_an_input_error_has_all_problems_in_the_order_of_their_places():
    problems = [
        Problem("d", file="b", line=1),
        Problem("c", file="a", line=10),
        Problem("b", file="a", line=9),
        Problem("a"),
    ]
    error = InputError(problems)
    assert [problem.rule for problem in error.problems] == ["a", "b", "c", "d"]
    assert str(error) == "\n".join(str(problem) for problem in error.problems)
    assert isinstance(error, DrsimError)
    assert error.exit_code == 2


def test_an_input_error_survives_a_process_boundary():
    error = InputError([Problem("a", file="b", line=1)])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("haren", ["haaren", "boxtel"], "haaren"),
        ("gb", ["MB", "GB"], "GB"),
        ("min", ["MIN", "min"], "min"),
        ("xyz", ["haaren", "boxtel"], None),
        ("xyz", [], None),
    ],
)
def test_nearest(name, known, expected):
    assert nearest(name, known) == expected


def test_a_hint_lists_what_was_expected():
    assert did_you_mean("c", {"b", "a"}) == "expected one of: a, b"
    assert did_you_mean("xyz", ["a"]) == "expected: a"
    assert did_you_mean("c", []) == "expected nothing here"
    many = did_you_mean("n30", [f"n{i}" for i in range(31)])
    assert "n19 and 11 more" in many
    assert many.endswith("did you mean 'n30'?")
