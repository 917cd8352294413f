"""What only a process of its own can show: imports, interrupts, pipes, exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

HEAVY = ("numpy", "networkx", "pandas", "scipy", "matplotlib", "simpy", "pydantic", "rich", "holidays", "yaml")
MANY = ("-n", "1000000")


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], []])
def test_help_imports_nothing_heavy(words):
    code = (
        "import sys\nfrom drsim.cli import cli\n"
        f"code = cli.main({words!r}, standalone_mode=False)\n"
        f"print(code, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "0 []"


def test_the_check_of_imports_sees_a_heavy_one():
    code = f"import sys, drsim.reading\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pydantic" in ran.stdout


def read_until(process, stream, pattern, seconds=60.0):
    """What the process wrote, up to and with a pattern."""
    text, end = b"", time.monotonic() + seconds
    while not re.search(pattern, text):
        assert time.monotonic() < end, text
        ready, _, _ = select.select([stream], [], [], 1.0)
        if ready:
            more = os.read(stream.fileno() if hasattr(stream, "fileno") else stream, 65536)
            assert more or process.poll() is None, text
            text += more
    return text


@pytest.fixture
def on_a_terminal(start):
    """Start a command whose standard error is a terminal; (process, its end of the terminal)."""
    begun = []

    def begin(*words, **extra):
        ours, theirs = pty.openpty()
        process = start(*words, stderr=theirs, start_new_session=True, **extra)
        os.close(theirs)
        begun.append((process, ours))
        return process, ours

    yield begin
    for process, ours in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        os.close(ours)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_shows_what_is_finished(on_a_terminal, small, workers):
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", workers)
    read_until(process, terminal, rb"drills.*a second")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all its processes
    out, _ = process.communicate(timeout=60)
    text = out.decode()
    assert process.returncode == 130, text
    assert re.search(r"^INTERRUPTED  of 1,000,000 drills [1-9][\d,]* were finished", text, re.MULTILINE)
    assert "Every target met?" in text
    assert "Traceback" not in text


def members(group: int) -> set[int]:
    """The processes of a group that are alive."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {int(pid) for pid, of, stat in rows if int(of) == group and not stat.startswith("Z")}


def nobody_is_left(group: int, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while left := members(group):
        assert time.monotonic() < end, left
        time.sleep(0.1)


def test_an_interrupt_leaves_no_process_behind(on_a_terminal, small):
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", "2")
    read_until(process, terminal, rb"drills.*a second")
    assert len(members(process.pid)) == 3
    os.killpg(process.pid, signal.SIGINT)
    shown = read_until(process, terminal, rb"interrupted: showing what is finished")
    assert b"Traceback" not in shown
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.search(rb"^INTERRUPTED  of 1,000,000 drills [1-9]", out, re.MULTILINE)
    nobody_is_left(process.pid)


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.05, 0.3, 1.0])
def test_a_second_interrupt_ends_it_and_leaves_no_process_behind(on_a_terminal, small, pause):
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", "2")
    read_until(process, terminal, rb"drills.*a second")
    os.killpg(process.pid, signal.SIGINT)
    time.sleep(pause)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b"" or re.search(rb"^INTERRUPTED  of 1,000,000 drills [1-9]", out, re.MULTILINE)
    nobody_is_left(process.pid)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent(on_a_terminal, small, how):
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", "2")
    read_until(process, terminal, rb"drills.*a second")
    assert len(members(process.pid)) == 3
    process.send_signal(how)  # to the parent alone
    process.communicate(timeout=60)
    assert process.returncode == -how
    nobody_is_left(process.pid)


def test_a_worker_that_is_killed_is_replaced(on_a_terminal, small):
    process, terminal = on_a_terminal("run", small, "-n", "640", "--workers", "2")
    read_until(process, terminal, rb"drills.*a second")
    for worker in members(process.pid) - {process.pid}:
        os.kill(worker, signal.SIGKILL)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert b" 640 drills" in out


def test_an_interrupt_with_json_gives_json(on_a_terminal, small):
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", "1", "--json")
    read_until(process, terminal, rb"drills.*a second")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    data = json.loads(out)
    assert data["interrupted"] is True
    assert 0 < data["replications"] < 1_000_000


def test_an_interrupt_before_anything_is_finished_says_so(start):
    process = start("run", "-", stdin=subprocess.PIPE)
    try:
        time.sleep(1.5)  # it is up, and reads
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == b""
    assert err.decode().split() == ["interrupted"]


def test_the_first_sign_of_progress_is_early(on_a_terminal, small):
    begun = time.monotonic()
    process, terminal = on_a_terminal("run", small, "-n", "64", "--workers", "1")
    read_until(process, terminal, rb"reading ")
    assert time.monotonic() - begun < 10  # a second, on a machine that does nothing else
    while process.poll() is None:
        select.select([terminal], [], [], 0.2)
        try:
            os.read(terminal, 65536)
        except OSError:  # the terminal is gone
            break
    assert process.wait(timeout=60) == 0


def test_quiet_shows_no_progress(start, small):
    process = start("run", small, "-n", "64", "--quiet")
    out, err = process.communicate(timeout=120)
    assert err == b""
    assert b"Every target met?" in out


def test_a_reader_who_has_enough_is_no_problem(start, small):
    process = start("replay", small, "--drill", "1")
    assert process.stdout is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    assert err == b""


def test_a_pipe_into_head(small):
    command = f'"{sys.executable}" -m drsim show "{small}" | head -1'
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert ran.stdout == "drsim: scenario 1\n"
    assert ran.stderr == ""
    assert ran.returncode == 0


def test_standard_input_of_a_process(start, small):
    shown, _ = start("show", small).communicate(timeout=60)
    process = start("validate", "-", stdin=subprocess.PIPE)
    out, err = process.communicate(shown, timeout=60)
    assert process.returncode == 0, err
    assert out.startswith(b"ok  -  scenario: 1 disruption")


def test_a_problem_is_shown_without_a_traceback(start, tmp_path):
    (tmp_path / "bad.yaml").write_text("drsim: scenario 1\ntitle: [\n", encoding="utf-8")
    process = start("run", tmp_path / "bad.yaml")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == b""
    assert f"{tmp_path}/bad.yaml:".encode() in err
    assert b"Traceback" not in err


def test_colour_on_a_terminal_unless_it_is_not_wanted(start, small):
    def shown(**env):
        ours, theirs = pty.openpty()
        process = start("replay", small, "--drill", "1", stdout=theirs, env={"TERM": "xterm", "NO_COLOR": "", **env})
        os.close(theirs)
        found = b""
        try:
            while more := os.read(ours, 65536):
                found += more
        except OSError:  # the terminal is gone
            pass
        os.close(ours)
        process.communicate(timeout=60)
        return found.decode().replace("\r\n", "\n")

    coloured, plain = shown(), shown(NO_COLOR="1")
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b[" not in shown(TERM="dumb")
