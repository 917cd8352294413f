"""Copies that ship at a rate what changes, often by the hour; always fast enough over a week."""

from __future__ import annotations

from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, fresh, one_in, pick
from drsim.testing.components import is_alone
from drsim.testing.features import Features

_BY_THE_HOUR: Final = (
    {"within": "Mon-Fri 9:00-17:00", "rate": "8 MB/s", "otherwise": "1 MB/s"},
    {"within": "Mon-Fri 9:00-17:00 except Dutch holidays", "rate": "10 MB/s"},
    {"within": "daily 20:00-24:00, daily 0:00-2:00", "rate": "12 MB/s", "otherwise": "333333 B/s"},
    {"within": "Sun 0:00-3:00", "rate": "2 MB/s", "otherwise": "3999999 B/s"},
)
_CHANGE: Final = ("2 MB/s", "4 MB/s", "100 kB/s")
_SHIPS: Final = ("4 MB/s", "5 MB/s", "40 Mbit/s", "10 MB/s")


def shipping(draw: DrawFn, given: Features, components: Document) -> None:
    """Let copies of standbys ship at a rate, with a lag on top or in its place."""
    for component in components.values():
        for copy in component.get("copies", {}).values():
            if copy["kind"] != "asynchronous" or component["at"].get(copy["at"], "active") == "active":
                continue
            if is_alone(component) or "data" not in component or not one_in(draw, 2):
                continue
            by_the_hour = given["calendars"] and not one_in(draw, 3)
            component["data"]["change"] = fresh(pick(draw, _BY_THE_HOUR if by_the_hour else _CHANGE))
            copy["ships"] = pick(draw, _SHIPS)
            if not one_in(draw, 3):
                del copy["lag"]
