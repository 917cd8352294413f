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
import termios
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

    def begin(*words, columns=0, **extra):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, columns))
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


def screen(data: bytes, columns: int) -> list[str]:
    """What stands on a terminal of so many columns after some bytes."""
    lines, row, column = [""], 0, 0
    for sign in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|.", data.decode(), re.DOTALL):
        if sign == "\r":
            column = 0
        elif sign == "\x1b[2K":
            lines[row] = ""
        elif up := re.fullmatch(r"\x1b\[(\d*)A", sign):
            row -= int(up[1] or 1)
        elif sign == "\n" or (column == columns and not sign.startswith("\x1b")):
            row, column = row + 1, column if sign == "\n" else 0
            lines += [""] * (row + 1 - len(lines))
        if sign.isprintable():
            lines[row] = lines[row].ljust(column)[:column] + sign + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


def all_of(process, terminal, begun: bytes = b"") -> bytes:
    """All that a process shows on a terminal until it ends."""
    while process.poll() is None or select.select([terminal], [], [], 0)[0]:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                begun += os.read(terminal, 65536)
            except OSError:  # the terminal is gone
                break
    process.wait(timeout=60)
    return begun


@pytest.mark.parametrize("width", [60, 100])
def test_an_interrupt_is_told_on_a_line_of_its_own_and_the_bar_is_gone(on_a_terminal, small, width):
    extra = {"columns": width, "stdout": subprocess.DEVNULL, "env": {"TERM": "xterm"}}
    process, terminal = on_a_terminal("run", small, *MANY, "--workers", "1", **extra)
    begun = read_until(process, terminal, rb"drills.*left")
    os.write(terminal, b"\x03")  # which shows as ^C
    begun += read_until(process, terminal, rb"\^C")
    process.send_signal(signal.SIGINT)
    shown = [line for line in screen(all_of(process, terminal, begun), width) if line]
    assert shown[0] == "interrupted: showing what is finished"
    assert re.fullmatch(r"\d+ drills in [\d.]+ s", shown[1]) and len(shown) == 2


def test_one_bar_is_drawn_until_a_precision_is_reached_and_of_plain_signs_where_asked(on_a_terminal, small):
    words = ("--precision", "every share within 1 points", "-n", "64", "--at-most", "200", "--workers", "1", "--ascii")
    extra = {"stdout": subprocess.DEVNULL, "env": {"TERM": "xterm", "NO_COLOR": "1"}}
    process, terminal = on_a_terminal("run", small, *words, **extra)
    drawn = re.findall(r"drills (\S*) +(\d+) ([^\r\x1b]*)", all_of(process, terminal).decode())
    assert all(rate.strip() == "" or "a second, at most " in rate for _, _, rate in drawn)
    lengths = [len(bar) for bar, _, _ in drawn if bar]
    assert lengths == sorted(lengths) and {done for _, done, _ in drawn} >= {"64", "128", "192", "200"}
    assert {sign for bar, _, _ in drawn for sign in bar} == {"-"}


def test_what_is_refused_fits_the_terminal(on_a_terminal, small):
    words = ("hunt", small, "--breaks", "nosuch rto", "--quiet", "--set", "drsim.disruption.of.something.called.long=3")
    shown = {}
    for columns in (60, 0):
        process, terminal = on_a_terminal(*words, columns=columns, stdout=subprocess.DEVNULL)
        shown[columns] = all_of(process, terminal).decode().replace("\r\n", "\n")
    wide, narrow = shown[0].splitlines(), shown[60].splitlines()
    assert max(map(len, wide)) > 60 >= max(map(len, narrow))
    assert " ".join(shown[0].split()) == " ".join(shown[60].split())
    assert narrow[:2] == wide[:2]
    assert all(line.startswith("    ") for line in narrow[3:])


def test_what_is_checked_fits_the_terminal_and_begins_with_its_place(on_a_terminal, small, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(f"drsim: scenario 1\nbased_on: {small}\nresponse: {{wait: 1}}\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 40))
    process, terminal = on_a_terminal("validate", small, bad, columns=40, stdout=subprocess.PIPE)
    piped, _ = process.communicate(timeout=60)
    told = os.read(terminal, 65536).decode().splitlines()
    assert told[0].startswith(f"{bad}:3:18")
    process, terminal = on_a_terminal("validate", small, columns=40, stdout=theirs)
    process.wait(timeout=60)
    os.close(theirs)
    shown = os.read(ours, 65536).decode().splitlines()
    os.close(ours)
    assert len(piped.splitlines()) == 1 and len(shown) > 1
    assert all(len(line) <= 40 or " " not in line.strip() for line in shown[1:])
    assert " ".join(piped.decode().split()) == " ".join(" ".join(shown).split())


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
