"""How far a run is, on standard error: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.constrain import Constrain
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as RichProgress

__all__ = ["Bar", "Lines", "Progress", "shown"]

EVERY: Final = 10.0
"""Seconds between lines where nobody watches a bar."""
ROOM: Final = 5
"""Columns at the end of a bar, for ^C and one more: what runs over the end of its line would stay."""


class Progress:
    """Shows nothing; the others show what they are told."""

    def say(self, text: str) -> None:
        """What is being done."""

    def count(self, done: int, asked: int, at_most: bool = False) -> None:
        """So many drills of so many are done; `at_most`: it may end before those."""

    def end(self, done: int, seconds: float) -> None:
        """So many drills took so long."""


class Bar(Progress):
    """A bar that is drawn anew at each sign of life; no thread of its own, since a run forks."""

    def __init__(self, bar: RichProgress, text: str) -> None:
        self.bar = bar
        self.task = bar.add_task(text, total=None, rate="")
        self.begun = time.monotonic()
        bar.refresh()

    def say(self, text: str) -> None:
        """What is being done."""
        self.bar.update(self.task, description=text, total=None, completed=0, rate="")
        self.bar.refresh()

    def count(self, done: int, asked: int, at_most: bool = False) -> None:
        """So many drills of so many are done; `at_most`: it may end before those."""
        if not done:
            self.begun = time.monotonic()
        speed = pace(done, asked, time.monotonic() - self.begun, at_most)
        self.bar.update(self.task, description="drills", total=asked, completed=done, rate=speed)
        self.bar.refresh()

    def end(self, done: int, seconds: float) -> None:
        """So many drills took so long."""
        self.bar.console.print(took(done, seconds))


class Lines(Progress):
    """A line at the beginning and every so many seconds."""

    def __init__(self) -> None:
        self.begun = self.last = time.monotonic()

    def count(self, done: int, asked: int, at_most: bool = False) -> None:
        """So many drills of so many are done; `at_most`: it may end before those."""
        now = time.monotonic()
        if not done:
            self.begun = now
        elif now - self.last < EVERY:
            return
        self.last = now
        speed = pace(done, asked, now - self.begun, at_most)
        of = f"{done:,} of {'at most ' if at_most else ''}{asked:,} {_drills(asked)}"
        print(of + (f", {speed}" if speed else ""), file=sys.stderr, flush=True)

    def end(self, done: int, seconds: float) -> None:
        """So many drills took so long."""
        print(took(done, seconds), file=sys.stderr, flush=True)


def took(done: int, seconds: float) -> str:
    """How long it took: `1,000 drills in 9.3 s`."""
    return f"{done:,} {_drills(done)} in {seconds:.1f} s"


def _drills(number: int) -> str:
    return "drill" if number == 1 else "drills"


def pace(done: int, asked: int, seconds: float, at_most: bool = False) -> str:
    """How fast it goes, and how long it will take: `240 a second, 3 s left`, or `at most 3 s left`."""
    if not done or seconds <= 0:
        return ""
    speed = done / seconds
    left = round((asked - done) / speed)
    minutes = f"{left // 60} min {left % 60:02} s" if left >= 60 else f"{left} s"
    return f"{speed:,.0f} a second, {'at most ' if at_most else ''}{minutes} left"


class _Plain(Console):
    """A terminal that shows plain signs only."""

    @property
    def encoding(self) -> str:
        """By which rich knows it."""
        return "ascii"


class _Narrow(RichProgress):
    """A bar that leaves room at its end."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar."""
        yield _WithRoom(self.make_tasks_table(self.tasks))


@dataclass(frozen=True)
class _WithRoom:
    bar: RenderableType

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield Constrain(self.bar, options.max_width - ROOM)


@contextmanager
def shown(text: str, quiet: bool = False, ascii_only: bool = False) -> Iterator[Progress]:
    """Show how far a run is, unless `quiet`; on a terminal it is gone when the run is over. `ascii_only`: of plain signs."""
    if quiet:
        yield Progress()
        return
    if not sys.stderr.isatty():
        yield Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TextColumn("{task.fields[rate]}"),
    )
    console = (_Plain if ascii_only else Console)(stderr=True, highlight=False, emoji=False, markup=False)
    with _Narrow(*columns, console=console, transient=True, auto_refresh=False) as bar:
        yield Bar(bar, text)
