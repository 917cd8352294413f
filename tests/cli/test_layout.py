"""However wild the titles, no line is wider than the page; and colour changes nothing but colour."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.errors import StyleSyntaxError
from rich.style import Style

import drsim
from drsim.reading import load
from drsim.reporting.page import WIDTH, Page
from drsim.reporting.planned import planned
from drsim.reporting.summary import Command, summary
from drsim.reporting.timeline import timeline
from drsim.studies.outlook import Outlook

COMMANDS = [
    ("run", "FILE", "-n", "30", "--workers", "1", "--quiet", "--intervals"),
    ("run", "FILE", "-n", "30", "--workers", "1", "--quiet", "--ascii"),
    ("plan", "FILE"),
    ("replay", "FILE", "--drill", "3"),
    ("replay", "FILE", "--drill", "3", "--service", "first"),
    ("explain", "FILE", "first", "-n", "30", "--workers", "1", "--quiet"),
    ("show", "FILE", "--assumptions"),
    ("explain", "FILE", "first", "-n", "30", "--workers", "1", "--quiet", "--what-would-help", "--most", "4"),
    ("compare", "FILE", "--set", "teams.people.people=1", "-n", "30", "--workers", "1", "--quiet"),
    ("compare", "FILE", "--set", "horizon=2 d", "-n", "30", "--workers", "1", "--quiet", "--ascii"),
    (
        "hunt",
        "FILE",
        "--breaks",
        "first within 2 h in 85 %",
        "-n",
        "30",
        "--workers",
        "1",
        "--quiet",
        "--worst-hours",
        "0",
        "--into",
        "INTO",
    ),
    ("report", "FILE", "--runbook", "-n", "30", "--workers", "1", "--quiet"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(word for word in words if word.isalpha()))
def test_no_line_is_wider_than_the_page(typed, wild, tmp_path, words):
    ran = typed(*({"FILE": wild, "INTO": tmp_path}.get(word, word) for word in words))
    assert ran.exit_code == 0, ran.stderr
    assert max(map(cell_len, ran.stdout.splitlines())) <= WIDTH
    text = ran.stdout.replace("\n", "")
    assert not [sign for sign in text if unicodedata.category(sign) == "Cc" or sign == "\u202e"]


@pytest.mark.parametrize("words", COMMANDS[:5], ids=lambda words: "-".join(word for word in words if word.isalpha()))
def test_a_long_way_to_the_file_makes_no_line_wider(typed, wild, tmp_path, words):
    far = tmp_path / ("a-directory-with-a-long-name-" * 4) / ("and another one " * 5)
    far.mkdir(parents=True)
    path = far / "wild.yaml"
    path.write_bytes(Path(wild).read_bytes())
    ran = typed(*(path if word == "FILE" else word for word in words))
    assert ran.exit_code == 0, ran.stderr
    assert max(map(cell_len, ran.stdout.splitlines())) <= WIDTH


def test_colour_changes_nothing_else(wild):
    result = drsim.run(load(wild), replications=30)
    names = [outcome.name for outcome in result.outcomes]
    explained = [result.explain(name) for name in names[:2]]
    command = Command(wild, 30)
    pages = [
        summary(result, command=command, explained=explained, intervals=True, numbers=(1, 2)),
        planned(Outlook(result.plan), command=command),
        timeline(result.replay(3)),
        timeline(result.replay(3), "first"),
    ]
    for page in pages:
        plain, coloured = page.render(), page.render(colour=True)
        assert "\x1b[" not in plain
        assert "\x1b[" in coloured
        assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain == str(page)


def test_no_colour_where_nobody_sees_it(typed, wild):
    assert "\x1b[" not in typed("plan", wild).stdout


@pytest.mark.parametrize("width", [1, 2, 5, 12, 30])
@pytest.mark.parametrize("text", ["a quick brown fox", "x" * 90, "市民服務中心" * 8, "👨‍👩‍👧❤️🔥" * 9, "", " \t\n"])
def test_a_text_is_cut_to_fit(text, width):
    page = Page()
    assert cell_len(page.fit(text, width)) <= width
    lines = page.wrapped(text, width)
    assert max([0, *map(cell_len, lines)]) <= max(width, 2)  # a sign of two cells is never cut
    assert "".join(lines).replace(" ", "") == page.clean(text).replace(" ", "")


def test_a_text_that_fits_is_left_alone():
    assert Page().fit("birth, death, marriage", 22) == "birth, death, marriage"
    assert Page().fit("birth, death, marriage", 21) == "birth, death, marria…"


def test_what_the_reader_cannot_take_is_replaced_before_it_is_measured():
    page = Page(encoding="latin-1")
    assert page.clean("schön 🔥") == "schön ?"
    assert Page(ascii_only=True).clean("≥22 h 30 · ±10") == ">=22 h 30 | +-10"


@pytest.mark.parametrize(
    ("levels", "signs", "digits"),
    [
        ([0.0, 1.0], "·· ██", "0  9"),
        ([0.001, 0.5, 0.999], "▁▁ ▄▄ ██", "1  4  9"),
    ],
)
def test_bars(levels, signs, digits):
    assert Page().bars(levels) == signs
    assert Page(ascii_only=True).bars(levels) == digits


def test_the_output_of_a_terminal_that_knows_no_signs_is_plain(start, small):
    process = start("replay", small, "--drill", "1", env={"PYTHONIOENCODING": "ascii"})
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.isascii()


def test_every_colour_can_be_read_on_black_and_on_white():
    root = Path(drsim.__file__).parent
    files = [*(root / "cli").rglob("*.py"), *(root / "reporting").glob("*.py")]
    words = {word for file in files for word in re.findall(r'"([a-z_ ]+)"', file.read_text(encoding="utf-8"))}
    colours = set()
    for word in words:
        with suppress(StyleSyntaxError):
            colour = Style.parse(word).color
            colours |= {colour.name} if colour is not None else set()
    assert {"red", "magenta"} <= colours <= {"red", "magenta", "green", "blue"}
