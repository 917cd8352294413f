"""Processes of a run: the results are those of one, whoever dies on the way, and none is left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drsim
from drsim.errors import DrsimError
from drsim.simulation.draws import SLICE
from drsim.studies.workers import MOST_DEATHS, mapped

SMALL = Path(__file__).parents[1] / "data" / "small-lost.yaml"
DRILLS = 10 * SLICE


@pytest.fixture(scope="module")
def scenario() -> drsim.Scenario:
    return drsim.load(SMALL)


@pytest.fixture(scope="module")
def whole(scenario: drsim.Scenario) -> drsim.Result:
    return drsim.run(scenario, replications=DRILLS, workers=1)


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Any:
    yield
    assert not multiprocessing.active_children()


def same(one: drsim.Result, other: drsim.Result) -> None:
    first = other.drills.loc[: one.replications - 1]
    assert one.drills.equals(first)


def square(task: tuple[float, int]) -> int:
    time.sleep(task[0])
    return task[1] ** 2


def test_results_come_in_the_order_of_their_tasks() -> None:
    tasks = [(0.2 if number % 5 == 0 else 0.0, number) for number in range(20)]
    assert list(mapped(square, tasks, 3)) == [number**2 for number in range(20)]


def test_no_tasks_need_no_processes() -> None:
    assert list(mapped(square, [], 3)) == []


def test_who_stops_early_ends_the_processes() -> None:
    found = mapped(square, [(0.0, 1), (600.0, 2), (600.0, 3)], 2)
    assert next(found) == 1
    assert multiprocessing.active_children()
    found.close()  # type: ignore[attr-defined]


def refuse(task: int) -> int:
    if task == 2:
        raise DrsimError(f"{task} is no good")
    return task


def test_an_error_is_raised_here_with_its_place_there() -> None:
    with pytest.raises(DrsimError, match="2 is no good") as error:
        list(mapped(refuse, list(range(5)), 2))
    assert "in refuse" in error.value.__notes__[0]


def die_once(task: tuple[Path, int]) -> int:
    directory, number = task
    marker = directory / str(number)
    if number % 3 == 0 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_what_a_dead_worker_had_to_do_is_done_again(tmp_path: Path) -> None:
    assert list(mapped(die_once, [(tmp_path, number) for number in range(10)], 2)) == list(range(10))
    assert len(list(tmp_path.iterdir())) == 4


def use_up_memory(task: tuple[Path, int]) -> int:
    directory, _ = task
    (directory / str(len(list(directory.iterdir())))).touch()
    raise MemoryError


def test_a_task_that_kills_every_worker_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DrsimError, match=f"ended by itself in the middle of its work, {MOST_DEATHS} times"):
        list(mapped(use_up_memory, [(tmp_path, 0)], 2))
    assert len(list(tmp_path.iterdir())) == MOST_DEATHS


def kill_yourself(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_the_error_names_the_signal() -> None:
    with pytest.raises(DrsimError, match=r"was ended by signal 9 .*is there enough memory\?\n  take fewer workers"):
        list(mapped(kill_yourself, [1, 2, 3], 2))


def test_a_run_goes_on_when_its_workers_are_killed(scenario: drsim.Scenario, whole: drsim.Result) -> None:
    killed = []

    def kill(done: int, _: int) -> None:
        if done in (SLICE, 5 * SLICE):
            for worker in multiprocessing.active_children():
                worker.kill()
                killed.append(worker.pid)

    found = drsim.run(scenario, replications=DRILLS, workers=2, progress=kill)
    assert len(killed) >= 3
    assert not found.interrupted
    assert found.replications == DRILLS
    same(found, whole)
    assert np.array_equal(found.block.recovery, whole.block.recovery)


@pytest.mark.parametrize("how", ["one", "processes", "an executor"])
def test_an_interrupt_keeps_what_is_finished(scenario: drsim.Scenario, whole: drsim.Result, how: str) -> None:
    def interrupt(done: int, _: int) -> None:
        if done == 3 * SLICE:
            raise KeyboardInterrupt

    with ThreadPoolExecutor(2) as threads:
        how_many: dict[str, Any] = {"one": {"workers": 1}, "processes": {"workers": 2}}
        found = drsim.run(scenario, replications=DRILLS, progress=interrupt, **how_many.get(how, {"executor": threads}))
    assert found.interrupted
    assert found.replications == 3 * SLICE
    same(found, whole)


def test_an_interrupt_before_anything_is_finished_is_one(
    scenario: drsim.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("drsim.studies.workers.wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        drsim.run(scenario, replications=DRILLS, workers=2)
