"""Where commands write: never over what they read, and refused before anything runs where it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRITERS = {
    "run": ("run", "{}", "--out"),
    "report": ("report", "{}", "-o"),
    "report of two": ("report", "other.yaml", "{}", "-o"),
    "runbook": ("report", "{}", "--runbook", "-o"),
    "log": ("report", "{}", "--runbook", "--log"),
    "graph": ("graph", "{}", "-o"),
    "hunt": ("hunt", "{}", "--breaks", "moving-house rto", "-o"),
}


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A directory with a scenario, what it is based on, and its landscape in a file and in a directory."""
    land = (ROOT / "tests" / "data" / "small.yaml").read_text(encoding="utf-8")
    lost = (ROOT / "tests" / "data" / "small-lost.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, text in {"land.html": land, "land/one.yaml": land, "land/read.md": "# Ours\n"}.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    Path("base.md").write_text(lost.replace("landscape: small.yaml", "landscape: land.html"), encoding="utf-8")
    Path("s.html").write_text("drsim: scenario 1\nbased_on: base.md\n", encoding="utf-8")
    Path("s.svg").write_text("drsim: scenario 1\nbased_on: base.md\nlandscape: land\n", encoding="utf-8")
    Path("other.yaml").write_text("drsim: scenario 1\nbased_on: base.md\n", encoding="utf-8")
    Path("link.html").symlink_to("s.html")
    return tmp_path


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def refused(typed, root, *words, **more):
    """What is said when a command is refused and has touched nothing."""
    before = contents(root)
    ran = typed(*words, **more)
    assert (ran.exit_code, ran.stdout) == (2, ""), ran.output
    assert contents(root) == before
    return ran.stderr


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize("target", ["s.html", "link.html", "./land/../s.html", "base.md", "land.html"])
def test_nothing_is_written_over_what_is_read(typed, plan, command, target):
    if command == "graph" and target == "s.html":
        target = "s.svg"
    words = [word.format("s.svg" if target == "s.svg" else "s.html") for word in WRITERS[command]]
    said = refused(typed, plan, *words, target)
    if command != "graph" or target == "s.svg":  # a picture is in no other file anyway
        option = "--log" if command == "log" else "--out"
        assert said == f"{option} {target}: that file is read by this command\n  name another file to write\n"


@pytest.mark.parametrize("target", ["land/one.yaml", "land/two.yaml"])
def test_nothing_is_written_among_the_files_of_a_landscape(typed, plan, target):
    said = refused(typed, plan, "run", "s.svg", "--out", target)
    assert ("that file is read by this command" if "one" in target else "are read as a landscape") in said
    ran = typed("graph", "land", "-o", "land/picture.svg")  # which is none of them
    assert ran.exit_code == 0, ran.stderr
    assert typed("graph", "land", "-o", "land/picture.svg").exit_code == 0


def test_nothing_is_written_over_what_comes_by_standard_input(typed, start, plan):
    text = Path("s.html").read_text(encoding="utf-8")
    assert "is read by this command" in refused(typed, plan, "run", "-", "--out", "land.html", stdin=text)
    before = contents(plan)
    with Path("s.html").open("rb") as file:
        process = start("run", "-", "--out", plan / "s.html", stdin=file)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"") and b"is read by this command" in err
    assert contents(plan) == before


def test_a_scenario_by_standard_input_is_compared_with_itself_changed(typed, small):
    words = ("compare", "-", "--set", "teams.infra.people=5", "-n", "20", "--workers", "1", "--quiet")
    ran = typed(*words, stdin=Path(small).read_text(encoding="utf-8"))
    assert ran.exit_code == 0, ran.output
    assert "standard input --set teams.infra.people=5" in ran.stdout


@pytest.mark.parametrize("command", WRITERS)
def test_a_dash_is_no_file(typed, plan, command):
    words = [word.format("s.html") for word in WRITERS[command]]
    option = "--log" if command == "log" else "--out"
    said = refused(typed, plan, *words, "-")
    assert said.startswith(f"{option} -: that names no file\n  name one; what is printed without {option} goes")


@pytest.mark.parametrize(
    "words", [("run", "no.yaml", "--out"), ("report", "no.yaml", "-o"), ("graph", "no.yaml", "-o")]
)
@pytest.mark.parametrize("name", ["/proc/x", "x" * 300, "loop"])
def test_what_cannot_be_written_is_found_before_anything_is_read(typed, plan, words, name):
    if name == "/proc/x" and not Path("/proc/self").exists():
        pytest.skip("there is no /proc here")
    end = {"report": ".html", "graph": ".svg"}.get(words[0], "")
    os.symlink(f"loop{end}", f"loop{end}")
    said = refused(typed, plan, *words, name + end)
    assert f"--out {name}{end}: it cannot be written there: " in said and "name another file" in said


def test_what_a_hunt_finds_cannot_be_written_either(typed, plan):
    hunt = ("hunt", "no.yaml", "--breaks", "moving-house rto", "--into")
    assert "--into -: that names no directory" in refused(typed, plan, *hunt, "-")
    if Path("/proc/self").exists():
        assert "--into /proc/x: '/proc' cannot be written: " in refused(typed, plan, *hunt, "/proc/x")


@pytest.mark.parametrize("name", ["g.png", "g", "g.html"])
def test_a_picture_is_svg(typed, plan, name):
    said = refused(typed, plan, "graph", "land", "-o", name)
    assert said.startswith(f"--out {name}: a picture is written as SVG") and "end it in .svg" in said
    assert typed("graph", "land", "-o", "g.SVG").exit_code == 0
