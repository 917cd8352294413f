"""The order of the rooms, as data: each file's imports are read from its syntax tree."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "drsim"

ORDER = [
    {"errors", "displayed"},
    {"units"},
    {"distributions", "calendar"},
    {"model"},
    {"reading"},
    {"planning"},
    {"simulation"},
    {"measures"},
    {"studies"},
    {"reporting"},
    {"testing"},
    {"cli", "completion", "__main__", "pytest_plugin"},
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}

ALLOWED = {
    ("displayed.py", "reporting"): "a notebook asks an object for its display: imported when asked",
    ("studies/replay.py", "reporting"): "Replay.timeline prints itself: a convenience, imported when called",
    ("model/scenario.py", "reading"): "with_ is as strictly checked as a file: it asks the reader, when called",
}

ONLY = {
    "networkx": {"planning/graph.py"},
    "simpy": {"simulation/clock.py"},
    "numpy.random": {"simulation/draws.py"},
    "yaml": {"reading", "distributions.py"},  # observed values and mixtures are written as YAML
    "click": {"cli", "completion.py"},
    "jinja2": {"reporting/report.py"},
    "hypothesis": {"testing"},
}

HEAVY = (
    "numpy",
    "networkx",
    "pandas",
    "scipy",
    "matplotlib",
    "simpy",
    "pydantic",
    "rich",
    "holidays",
    "yaml",
    "jinja2",
)


def files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "scenarios" not in path.parts)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def room(path: Path) -> str:
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_above_it(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "drsim" or len(parts) < 2 or parts[1].startswith("__"):
            continue
        allowed = (str(path.relative_to(PACKAGE)), parts[1]) in ALLOWED
        assert allowed or RANK[parts[1]] <= RANK[room(path)], f"{path} imports {name}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_known_in_its_own_room_only(path: Path) -> None:
    inside = str(path.relative_to(PACKAGE))
    for library, places in ONLY.items():
        if any(name == library or name.startswith(library + ".") for name in imports(path)):
            assert any(inside == place or inside.startswith(place + "/") for place in places), f"{inside}: {library}"


def test_each_exception_is_still_used() -> None:
    for inside, other in ALLOWED:
        assert any(name.startswith(f"drsim.{other}") for name in imports(PACKAGE / inside)), (inside, other)


def test_the_reading_of_imports_sees_a_wrong_one(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from drsim.cli import main\n    import simpy\n", encoding="utf-8")
    assert {"drsim.cli", "simpy"} <= imports(wrong)


@pytest.mark.parametrize("what", ["import drsim", "import drsim.cli"])
def test_importing_loads_nothing_heavy(what: str) -> None:
    code = f"import sys; {what}; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
