"""What a shell offers for the words of a command, in a real shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = "tests/data/small-lost.yaml"


@pytest.fixture(scope="session")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `drsim` is this one."""
    directory = tmp_path_factory.mktemp("bin")
    command = directory / "drsim"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m drsim "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def offered(path):
    """What bash offers for the last of some words."""

    def offer(*words: str) -> list[str]:
        code = (
            'eval "$(drsim completion bash)"\n'
            f"COMP_WORDS=({' '.join(repr(word) for word in ('drsim', *words))}); COMP_CWORD={len(words)}\n"
            # outside of a completion bash has no compopt: what is left to the shell is told
            'compopt() { echo "the shell: $*"; }\n_drsim_completion drsim\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
        )
        env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(["bash", "-c", code], capture_output=True, text=True, env=env, cwd=ROOT, check=True)
        return ran.stdout.split("\n")[:-1]

    return offer


def test_commands_are_offered(offered):
    assert offered("re") == ["replay", "report", "rerun"]


def test_options_are_offered(offered):
    assert "--what-would-help" in offered("explain", SMALL, "moving-house", "--w")


@pytest.mark.parametrize(
    "words",
    [
        ("explain", SMALL, "mov"),
        ("replay", SMALL, "--service", "mov"),
        ("graph", "tests/data/small.yaml", "--service", "m"),
    ],
)
def test_services_of_the_scenario_are_offered(offered, words):
    assert offered(*words) == ["moving-house"]


@pytest.mark.parametrize(
    "words", [("run", "tests/d"), ("compare", SMALL, "tests/"), ("rerun", ""), ("validate", SMALL, "")]
)
def test_files_are_left_to_the_shell(offered, words):
    assert offered(*words)[:2] == ["the shell: -o", "default"]


def test_where_there_is_no_scenario_no_service_is_offered_and_nothing_is_said(offered):
    assert offered("explain", "nowhere.yaml", "m") == [""]
    assert offered("explain", "README.md", "m") == [""]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_their_own(typed, shell):
    result = typed("completion", shell)
    assert result.exit_code == 0
    assert f"_DRSIM_COMPLETE={shell}_complete" in result.stdout


def test_a_shell_that_is_unknown_is_refused(typed):
    result = typed("completion", "powershell")
    assert result.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in result.stderr
