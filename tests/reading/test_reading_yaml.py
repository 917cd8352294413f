"""YAML without its traps: what stays text, what is refused, and where."""

from __future__ import annotations

import pytest

from drsim.errors import InputError, Problem
from drsim.reading import dump, load_landscape, loads, loads_landscape
from drsim.reading.nodes import Mark, Problems, parse


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(InputError) as error:
        loads_landscape(text)
    return list(error.value.problems)


def only(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def value(text: str) -> object:
    problems = Problems()
    tree = parse(f"it: {text}", None, problems)
    assert problems.found == []
    return tree["it"]


@pytest.mark.parametrize(
    "text",
    [
        "4:00",
        "1:30:00",
        "04:30",
        "NO",
        "no",
        "Yes",
        "on",
        "off",
        "y",
        "True",
        "FALSE",
        "012",
        "0o17",
        "0x1F",
        "1e3",
        "1_000",
        "1,000",
        "+3",
        "-3",
        ".5",
        "1.",
        ".inf",
        ".nan",
        "2015-05-12",
        "2015-05-12 10:00",
        "=",
        "85 %",
    ],
)
def test_stays_text(text: str) -> None:
    assert value(text) == text
    assert isinstance(value(text), str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("28000", 28000),
        ("1.10", 1.1),
        ("012.5", 12.5),
        ("true", True),
        ("false", False),
        ("'3'", "3"),
        ('"true"', "true"),
        ("'null'", "null"),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_becomes_what_it_says(text: str, expected: object) -> None:
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "line", "column", "rule"),
    [
        ("title:", 2, 7, "there is no value here"),
        ("title: null", 2, 8, "'null' is nothing"),
        ("title: ~", 2, 8, "'~' is nothing"),
        ("sites: {a: {kind: }}", 2, 19, "there is no value here"),
        ("title: &here x", 2, 8, "'&here' is an anchor"),
        ("title: !!str x", 2, 8, "'tag:yaml.org,2002:str' is a tag"),
        ("sites: !sites {}", 2, 8, "'!sites' is a tag"),
        ("sites: {1: {}}", 2, 9, "the key '1' is not text"),
        ("sites: {true: {}}", 2, 9, "the key 'true' is not text"),
        ("sites: {[a]: {}}", 2, 9, "a key must be text"),
        ("sites: {a: {}, b: {}, a: {}}", 2, 23, "'a' is given twice, first at 2:9"),
        ("title: a\ntitle: b", 3, 1, "'title' is given twice, first at 2:1"),
        ("sites: {a: {<<: {}}}", 2, 13, "'<<' is a merge key"),
        ("title: a\n---\ndrsim: landscape 1", 3, 1, "there is a second document here"),
        ("title: [a", 3, 1, "this is not YAML: while parsing a flow sequence"),
        ("title: a: b", 2, 9, "this is not YAML: mapping values are not allowed in this context"),
        ("title: 'a", 3, 1, "this is not YAML: while scanning a quoted scalar"),
        ("\ttitle: a", 2, 1, "this is not YAML: while scanning"),
        ("sites: " + "[" * 70 + "]" * 70, 2, 68, "this is nested deeper than 60 levels"),
    ],
)
def test_is_refused(text: str, line: int, column: int, rule: str) -> None:
    problem = problems_of(f"drsim: landscape 1\n{text}\n")[0]
    assert (problem.line, problem.column) == (line, column)
    assert problem.rule.startswith(rule)
    assert problem.hint


def test_an_alias_is_refused_with_its_anchor() -> None:
    found = problems_of("drsim: landscape 1\nsites: {a: &here {}, b: *here}\n")
    assert [(problem.column, problem.rule) for problem in found] == [
        (12, "'&here' is an anchor"),
        (25, "'*here' is an alias"),
    ]


def test_what_was_refused_once_is_not_refused_for_what_follows() -> None:
    problem = only("drsim: landscape 1\nsites: {a: {}}\ncomponents: {c: {at: {a: active}, start: {takes: }}}\n")
    assert problem.path == "components.c.start.takes"


def test_control_characters_are_refused() -> None:
    assert only("drsim: landscape 1\ntitle: a\x00b\n").rule.startswith("this is not YAML: ")


@pytest.mark.parametrize(
    ("text", "rule", "hint"),
    [
        ("", "the file is empty", "begin with 'drsim: landscape 1'"),
        ("# nothing but a comment\n", "the file is empty", "begin with 'drsim: landscape 1'"),
        ("- a\n", "a landscape is a mapping, and this is a list", "begin with 'drsim: landscape 1'"),
        ("title: a\n", "the file does not say what it is", "let it begin with 'drsim: landscape 1'"),
        ("title: a\ndrsim: landscape 1\n", "'drsim' must come first", "move it to the top"),
        ("drsim: landscape\n", "'landscape' is no kind of file", "expected: landscape 1"),
        ("drsim: 1\n", "'1' is no kind of file", "expected: landscape 1"),
        ("drsim: landscape 2\n", "this is version '2' of the notation", "expected: landscape 1"),
        ("drsim: scenario 1\n", "this is a scenario where a landscape is due", "'drsim: landscape 1'"),
    ],
)
def test_the_first_key_says_what_the_file_is(text: str, rule: str, hint: str) -> None:
    problem = only(text)
    assert problem.rule.startswith(rule)
    assert hint in str(problem.hint)


def test_a_landscape_where_a_scenario_is_due() -> None:
    with pytest.raises(InputError, match="this is a landscape where a scenario is due\n  use it in one"):
        loads("drsim: landscape 1\n")


def test_json_is_yaml() -> None:
    assert loads_landscape('{"drsim": "landscape 1", "sites": {"a": {"title": "Sint-Oedenrode: é"}}}').sites["a"].title


def test_columns_count_characters() -> None:
    problem = only("drsim: landscape 1\nsites: {a: {title: 'één', knd: cloud}}\n")
    assert (problem.line, problem.column) == (2, 27)


@pytest.mark.parametrize(
    "title",
    ["4:00", "NO", "null", "", "~", "true", "12", "1.5", "012", "a: b", "é\u2028", " x ", "# no", "a\nb\n", "@a"],
)
def test_dump_quotes_what_would_not_stay_text(title: str) -> None:
    landscape = loads_landscape(f"drsim: landscape 1\nsources: {{a: {title!r}}}\n".replace("'", '"'))
    assert loads_landscape(dump(landscape)) == landscape


def test_dump_quotes_no_more_than_it_must() -> None:
    text = "drsim: landscape 1\nsources: {a: NO, b: 1e3, c: 012}\n"
    assert "sources: {a: NO, b: 1e3, c: 012}\n" in dump(loads_landscape(text))


def test_a_mark_says_where() -> None:
    assert str(Mark("a.yaml", 3, 4)) == "a.yaml:3:4"
    assert str(Mark()) == ""


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfdrsim: landscape 1\n")
    assert load_landscape(file).sites == {}
