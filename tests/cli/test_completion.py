"""What a shell offers for the words of a command, in a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from drsim.cli import cli

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


@pytest.mark.parametrize("command", ["run", "report", "graph", "hunt"])
def test_every_output_is_a_file(command):
    for option in cli.commands[command].params:
        if {"--out", "--log"} & set(option.opts):
            (found,) = option.shell_complete(click.Context(cli.commands[command]), "re")
            assert (found.value, found.type) == ("re", "file")


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
    "words",
    [
        ("run", "tests/d"),
        ("compare", SMALL, "tests/"),
        ("rerun", ""),
        ("validate", SMALL, ""),
        ("run", SMALL, "--out", ""),
        ("report", SMALL, "--runbook", "--log", "lo"),
    ],
)
def test_files_are_left_to_the_shell(offered, words):
    assert offered(*words)[:2] == ["the shell: -o", "default"]


@pytest.mark.parametrize("words", [("init", ""), ("hunt", SMALL, "--into", "f")])
def test_directories_are_left_to_the_shell(offered, words):
    assert offered(*words)[:2] == ["the shell: -o", "dirnames"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("report", SMALL, "--lang", ""), ["en", "nl"]),
        (("hunt", SMALL, "--lang", "n"), ["nl"]),
        (("hunt", SMALL, "--among", "li"), ["link", "links_of"]),
        (("hunt", SMALL, "--among", "link,component,l"), ["link,component,links_of", "link,component,label"]),
    ],
)
def test_choices_are_offered(offered, words, found):
    assert offered(*words) == found


COMPLETED = {
    "bash": 'eval "$(drsim completion bash)"; COMP_WORDS=(drsim {words}); COMP_CWORD={number}; '
    "_drsim_completion drsim; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "zsh": 'autoload -Uz compinit && compinit -D; eval "$(drsim completion zsh)"; words=(drsim {words}); CURRENT={place}; '
    "_describe() {{ shift 2; print -rl -- ${{(P)1}} }}; compadd() {{ print -rl -- ${{(P)@[-1]}} }}; _drsim_completion",
    "fish": "drsim completion fish | source; complete -C 'drsim {typed}'",
}


@pytest.mark.parametrize("shell", COMPLETED)
@pytest.mark.parametrize(("typed_words", "some"), [(("re",), "rerun"), (("nosuch", ""), "")])
def test_after_a_mistyped_command_nothing_is_offered_and_nothing_said(path, shell, typed_words, some):
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    words = " ".join(f"'{word}'" for word in typed_words)
    number = len(typed_words)
    code = COMPLETED[shell].format(words=words, number=number, place=number + 1, typed=" ".join(typed_words))
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([shell, "-c", code], capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    assert ran.stderr == ""
    assert some in ran.stdout and (some or not ran.stdout.strip())


def test_a_mistyped_command_has_no_options(offered):
    assert offered("nosuch", "--out", "") == offered("nosuch", "-") == [""]


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
