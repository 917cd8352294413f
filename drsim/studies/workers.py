"""Processes that work for a run: none outlives it, and what one that died had to do is done again.

Tasks are pure functions of their arguments, so a worker may be ended at any instant: nothing is lost but time.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, TypeVar

from drsim.errors import DrsimError

__all__ = ["mapped"]

T = TypeVar("T")
R = TypeVar("R")

MOST_DEATHS: Final = 3
"""How many workers may die of one task."""
LOOK: Final = 1.0
"""Seconds between looks of a worker whether its parent is still there, if nothing tells it sooner."""


def mapped(function: Callable[[T], R], tasks: Sequence[T], workers: int) -> Iterator[R]:
    """What a function gives for each task, in their order, worked out in so many processes.

    An interrupt, an error or the end of the iteration ends the processes at once. A task whose worker died (killed, or
    out of memory) is given to a new one; DrsimError when that does not help.
    """
    pool = _Pool(function)
    try:
        yield from pool.results(tasks, workers)
    finally:
        pool.close()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    connection: Connection
    task: int = -1
    """Which it has; -1 for none."""


class _Pool:
    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.workers: list[_Worker] = []

    def results(self, tasks: Sequence[Any], workers: int) -> Iterator[Any]:
        todo = deque(range(len(tasks)))
        done: dict[int, Any] = {}
        deaths = [0] * len(tasks)
        following = 0
        while len(self.workers) < min(workers, len(tasks)):
            self._start()
        while following < len(tasks):
            for worker in self.workers:
                if worker.task < 0 and todo:
                    worker.task = todo.popleft()
                    with suppress(OSError):  # it died: that is seen below
                        worker.connection.send(tasks[worker.task])
            busy = {worker.connection: worker for worker in self.workers if worker.task >= 0}
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]
                try:
                    well, result = worker.connection.recv()
                except (EOFError, OSError):
                    task = worker.task
                    deaths[task] += 1
                    self._bury(worker, deaths[task])
                    todo.appendleft(task)
                    self._start()
                    continue
                if not well:
                    raise result
                done[worker.task] = result
                worker.task = -1
            while following in done:
                yield done.pop(following)
                following += 1

    def _start(self) -> None:
        with _no_interrupt():  # until it is in the list, and until the worker itself ignores interrupts
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.Process(target=_work, args=(theirs, self.function), daemon=True)
            process.start()
            self.workers.append(_Worker(process, ours))
            theirs.close()  # so that its end is seen here

    def _bury(self, worker: _Worker, deaths: int) -> None:
        """Forget a worker that died; refuse to go on when that happens again and again."""
        worker.process.join()
        worker.connection.close()
        self.workers.remove(worker)
        if deaths >= MOST_DEATHS:
            code = worker.process.exitcode or 0
            how = f"was ended by signal {-code}" if code < 0 else "ended by itself"
            raise DrsimError(
                f"a worker process {how} in the middle of its work, {deaths} times: is there enough memory?\n"
                "  take fewer workers, or 1 to use no other processes"
            )

    def close(self) -> None:
        """End all workers, whatever they do."""
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.connection.close()
        self.workers.clear()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let an interrupt come a moment later, where the system can do that."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In a worker


def _work(connection: Connection, function: Callable[[Any], Any]) -> None:
    """Do tasks until there are no more; interrupts are for the parent, which ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with suppress(EOFError, OSError):  # the parent is gone
        while True:
            connection.send(_answer(function, connection.recv()))


def _answer(function: Callable[[Any], Any], task: Any) -> tuple[bool, Any]:
    try:
        return True, function(task)
    except MemoryError:
        os._exit(1)  # as if the system had ended it
    except Exception as error:
        error.add_note(traceback.format_exc())  # of the worker, which is lost when the error is sent
        return False, error


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    child = os.getppid() == parent.pid  # not when a server of processes has made this one
    while not wait([parent.sentinel], LOOK) and not (child and os.getppid() != parent.pid):
        pass
    os._exit(1)
