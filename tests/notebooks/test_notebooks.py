"""Every notebook runs from top to bottom, and is stored with what it shows.

`python tests/notebooks/test_notebooks.py` runs them and stores them anew.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(path: Path, home: Path) -> Any:
    """A notebook as it is after running all its cells, in its own directory, with this very interpreter."""
    import nbformat
    from nbclient import NotebookClient

    kernel = home / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    directories = {
        "JUPYTER_PATH": str(home),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "COLUMNS": "100",
    }
    before = {name: os.environ.get(name) for name in directories}
    os.environ.update(directories)
    try:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import AsyncKernelManager

        specs = KernelSpecManager(kernel_dirs=[str(home / "kernels")], ensure_native_kernel=False)
        manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=120,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return notebook


def sources(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def texts(notebook: Any) -> str:
    return json.dumps([cell["outputs"] for cell in sources(notebook)], ensure_ascii=False)


def plain(cell: Any) -> list[str]:
    """The words that a cell shows: what is printed, values as text, and our displays; how far they are apart may differ."""
    parts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell["outputs"]]
    parts += ["".join(html) for html in displays(cell) if 'class="drsim' in "".join(html)]
    return "".join("".join(part) + "\n" for part in parts).split()


def displays(cell: Any) -> list[str | list[str]]:
    """The HTML of a cell; that of pandas changes with its version and says no more than its text."""
    return [out["data"]["text/html"] for out in cell["outputs"] if "text/html" in out.get("data", {})]


def stale(stored: Any, executed: Any) -> list[str]:
    """The sources of the cells that show something else than what is stored."""
    pairs = zip(sources(stored), sources(executed), strict=True)
    return ["".join(old["source"]) for old, new in pairs if plain(old) != plain(new)]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    # in a process of its own: event loops and sockets of Jupyter leave warnings behind that are not ours
    copy = tmp_path / path.name
    ran = subprocess.run([sys.executable, __file__, str(path), str(copy)], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr  # with the cell and its traceback
    notebook = json.loads(copy.read_text(encoding="utf-8"))
    for cell in sources(notebook):
        assert not [out for out in cell["outputs"] if out.get("name") == "stderr"], cell["source"]
    # every number follows from the seed, so a stored one that differs is of earlier code
    old = stale(json.loads(path.read_text(encoding="utf-8")), notebook)
    assert not old, "stored outputs are stale (python tests/notebooks/test_notebooks.py):\n\n" + "\n\n".join(old)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_one_other_number_is_noticed(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert stale(notebook, notebook) == []
    text = path.read_text(encoding="utf-8")
    number = re.search(r"successes=(\d+)", text)
    assert number is not None
    other = json.loads(text.replace(number[0], f"successes={int(number[1]) + 1}"))
    assert len(stale(other, notebook)) == 1


def test_another_number_in_a_display_is_noticed() -> None:
    path = ROOT / "notebooks" / "01_first_drill.ipynb"
    text = path.read_text(encoding="utf-8")
    number = re.search(r"of the ([0-9]+) numbers behind this", text)
    assert number is not None
    other = json.loads(text.replace(number[0], f"of the {int(number[1]) - 1} numbers behind this"))
    assert len(stale(other, json.loads(text))) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_with_what_it_shows(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    cells = sources(notebook)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1)), "run it from the top"
    outputs = [out for cell in cells for out in cell["outputs"]]
    assert outputs, "stored without outputs"
    assert cells[-1]["outputs"], "the last cell shows nothing"
    for out in outputs:
        assert out["output_type"] != "error"
        assert out.get("name") != "stderr"
    shown = texts(notebook)
    assert "Warning" not in shown
    assert not re.search(r"(?<![\w.<])/(home|tmp|usr|work|root|opt|Users|private|var)/", shown), "a path of a machine"


def store(path: Path, target: Path) -> None:
    import tempfile

    import nbformat

    with tempfile.TemporaryDirectory() as home:
        notebook = executed(path, Path(home))
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}
    nbformat.write(notebook, target)


def figures() -> None:
    """The pictures of the notebook about theory, for its page."""
    notebook = json.loads((ROOT / "notebooks/02_agreement_with_theory.ipynb").read_text(encoding="utf-8"))
    drawn = [
        out["data"]["image/png"]
        for cell in sources(notebook)
        for out in cell["outputs"]
        if "image/png" in out.get("data", {})
    ]
    for number, picture in enumerate(drawn, 1):
        (ROOT / f"docs/figures/theory-{number}.png").write_bytes(base64.b64decode("".join(picture)))


if __name__ == "__main__":
    if sys.argv[1:]:
        store(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        for each in NOTEBOOKS:
            store(each, each)
        figures()
