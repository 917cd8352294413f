"""What the pages show is true: Python blocks run, YAML blocks are read, links lead somewhere, columns are named."""

from __future__ import annotations

import ast
import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import drsim
from drsim.measures.explanation import CAUSES
from drsim.model import landscape, scenario
from drsim.model.fields import Part
from drsim.reading import loads, loads_landscape

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RUN = ["README.md", "docs/python.md"]
READ = ["README.md", "docs/notation.md"]


def blocks(page: Path, language: str) -> list[tuple[int, str]]:
    """(first line, text) of the fenced blocks of a language."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text.count("\n", 0, match.start(1)), match.group(1)) for match in found]


@pytest.mark.parametrize("page", RUN)
def test_python_blocks_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {"__name__": "page"}
    settings.register_profile("docs", derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    before = settings.default
    settings.load_profile("docs")
    try:
        run_blocks(page, namespace)
    finally:
        settings.register_profile("before docs", before)
        settings.load_profile("before docs")


def run_blocks(page: str, namespace: dict[str, object]) -> None:
    found = blocks(ROOT / page, "python")
    assert found
    for line, text in found:
        # leading newlines, so that a traceback names the line of the page
        exec(compile("\n" * line + text, str(ROOT / page), "exec", dont_inherit=True), namespace)
    for name, value in list(namespace.items()):
        if name.startswith("test_") and page == "README.md":
            value()  # type: ignore[operator]


@pytest.mark.parametrize("page", READ)
def test_yaml_blocks_are_read(page: str) -> None:
    found = [text for _, text in blocks(ROOT / page, "yaml") if text.startswith("drsim:")]
    assert found
    for text in found:
        if text.startswith("drsim: scenario"):
            scenario = loads(text, base=ROOT / "scenarios")  # as if it stood beside the others
            assert scenario.title
        elif "sites:" in text:
            loads_landscape(text)
        else:  # the opening of a landscape, which its other files complete
            with pytest.raises(drsim.InputError) as refused:
                loads_landscape(text + "sites: {a: {}, b: {nonsense: 1}}\n")
            assert [problem.path for problem in refused.value.problems] == ["sites.b.nonsense"]


def test_the_scenario_of_the_readme_can_be_drilled() -> None:
    ((_, text),) = blocks(ROOT / "README.md", "yaml")
    result = drsim.run(loads(text), replications=16)
    assert 0 < result.services.loc["permit-request", "p50_h"] < float("inf")


def test_every_column_is_explained() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    ((_, scenario),) = blocks(ROOT / "README.md", "yaml")
    result = drsim.run(loads(scenario), replications=1)
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^##+ ", text, flags=re.MULTILINE)}
    tables = {
        "services": result.services,
        "drills, municipalities, points": result.drills,
        "tests": result.tests,
        "steps": result.steps(),
        "comparison": drsim.compare(result, result).table,
        "runbook": drsim.runbook(loads(scenario), replications=1).table,
    }
    for name, table in tables.items():
        cells = re.findall(r"^\| ([^|]*)\|", sections[name], re.MULTILINE)
        named = [column for cell in cells for column in re.findall(r"`([^`]+)`", cell)]
        assert named == list(table.columns), name
    assert list(result.points.columns) == list(result.municipalities.columns) == list(result.drills.columns)


def test_every_name_of_the_package_is_on_the_page() -> None:
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for name in drsim.__all__:
        assert name in text or name.startswith("__"), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert anchor in slugs, target


def test_the_readme_has_the_two_commands_that_ci_runs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^python3 -m venv .*$", text, re.MULTILINE)
    assert len(commands) == 2
    assert "drsim run scenarios/town-hall-lost.yaml" in commands[0]
    assert "pytest" in commands[1]
    shell = "".join(block for _, block in blocks(ROOT / "README.md", "sh"))
    assert all(command in shell for command in commands)


def test_every_cause_is_explained() -> None:
    text = (ROOT / "docs/semantics.md").read_text(encoding="utf-8")
    table = text[text.index("| cause | which time |") :].split("\n## ")[0]
    named = {
        name.strip() for line in table.splitlines() if line.startswith("|") for name in line.split("|")[1].split(",")
    }
    assert set(CAUSES) == named - {"cause", "---"}


# What is refused

MESSAGE = {"Finding": 1, "refuse": 1, "add": 0, "refusal": 0}
"""Which argument of a call is the text of a broken rule."""


def messages(*modules: str) -> dict[str, re.Pattern[str]]:
    """The texts of broken rules in some modules, with `…` for values, and patterns of them."""
    texts: set[str] = set()
    for module in modules:
        for node in nodes_of(ROOT / "drsim" / module):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "rule":
                texts.add(with_gaps(node.value))
            elif isinstance(node, ast.Call):
                index = MESSAGE.get(ast.unparse(node.func).rpartition(".")[2], 99)
                texts |= {with_gaps(each) for each in node.args[index : index + 1] if not isinstance(each, ast.Name)}
    words = {text for text in texts if re.search(r"[a-z]{4}", text)}
    return {text: re.compile(".+".join(map(re.escape, re.split("…+", text)))) for text in words}


def nodes_of(module: Path) -> Iterator[ast.AST]:
    """All there is in a module, which may be a package."""
    files = sorted(module.glob("*.py")) if module.is_dir() else [module.with_suffix(".py")]
    for file in files:
        yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def with_gaps(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(with_gaps, parts))
        case ast.BinOp(left=left, right=right):
            return with_gaps(left) + with_gaps(right)
    return "…"


def shown_messages() -> list[str]:
    text = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8").split("\n## What is refused\n")[1]
    cells = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)[2:]
    return [message for cell in cells for message in re.findall("`([^`]+)`", cell)]


def test_every_refusal_is_on_the_page() -> None:
    shown = shown_messages()
    found = messages("reading/rules", "reading/resolve", "reading/build", "reading/consistent")
    assert len(found) > 50
    assert [text for text, pattern in found.items() if not any(map(pattern.fullmatch, shown))] == []


def test_every_refusal_on_the_page_is_one() -> None:
    modules = ("reading/rules", "reading/resolve", "reading/build", "reading/consistent", "model/fields")
    patterns = messages(*modules).values()
    assert [text for text in shown_messages() if not any(pattern.fullmatch(text) for pattern in patterns)] == []


def test_every_zero_that_is_refused_is_named() -> None:
    text = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
    (row,) = (line for line in text.splitlines() if line.startswith("| `'0' is nothing"))
    parts = [each for module in (landscape, scenario) for each in vars(module).values()]
    refused = {
        name
        for part in parts
        if isinstance(part, type) and issubclass(part, Part)
        for name, field in part.model_fields.items()
        if "_above_zero" in repr((field.annotation, field.metadata))
    }
    assert {"horizon", "uses", "works_at_most", "fuel", "each"} <= refused
    assert [name for name in sorted(refused) if not re.search(rf"\b{name}s?\b", row)] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.stem)
def test_no_table_is_cut_in_two(page: Path) -> None:
    lines = [*page.read_text(encoding="utf-8").splitlines(), "", ""]
    heads = {i for i, line in enumerate(lines) if line.startswith("|") and not lines[i - 1].startswith("|")}
    assert [lines[i][:60] for i in sorted(heads) if not lines[i + 1].startswith("| ---")] == []


def test_every_theorem_is_on_the_page() -> None:
    page = (ROOT / "docs/theory.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "tests/verification").glob("test_*.py")}
    assert set(re.findall(r"\| \[`(test_\w+\.py)`\]", page)) == files
    assert len(files) >= 20


def test_figures_are_those_of_the_notebook() -> None:
    """`python tests/notebooks/test_notebooks.py` stores both."""
    notebook = json.loads((ROOT / "notebooks/02_agreement_with_theory.ipynb").read_text(encoding="utf-8"))
    drawn = [
        base64.b64decode("".join(out["data"]["image/png"]))
        for cell in notebook["cells"]
        for out in cell.get("outputs", ())
        if "image/png" in out.get("data", {})
    ]
    assert len(drawn) == 4
    for number, picture in enumerate(drawn, 1):
        assert (ROOT / f"docs/figures/theory-{number}.png").read_bytes() == picture


def test_coverage_on_the_page_is_that_of_the_notebook() -> None:
    notebook = (ROOT / "notebooks/02_agreement_with_theory.ipynb").read_text(encoding="utf-8")
    page = (ROOT / "docs/numbers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([0-9.]+) % \|$", page, re.MULTILINE)
    assert len(rows) == 10
    for name, covers in rows:
        assert re.search(rf'"{re.escape(name)} +{re.escape(covers)} ', notebook), name
