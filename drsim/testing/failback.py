"""What has moved goes home: when, how much of its data has changed, and how it is stopped."""

from __future__ import annotations

from typing import Any, Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, fresh, one_in, pick
from drsim.testing.components import active, is_alone, is_local
from drsim.testing.features import Features
from drsim.testing.people import People, calendar
from drsim.testing.quantities import CALENDARS

_STABLE: Final = ("1 h", "0 s", "30 min", "4 h")
_CHANGE: Final = ("1 MB/s", "100 kB/s", "10 MB/s", "1 kB/s")


def failback(draw: DrawFn, given: Features, people: People, components: Document) -> Document:
    """The key of a response, or nothing where something could not go home; adds what components say about it."""
    movable = [each for each in components.values() if active(each) != list(each["at"])]
    if not movable or any(is_local(each) or len(active(each)) > 1 or is_alone(each) for each in movable):
        return {}
    found: dict[str, Any] = {"stable": pick(draw, _STABLE)}
    if one_in(draw, 2):
        found["window"] = calendar(draw, CALENDARS[:-1]) if given["calendars"] else "always"
    if given["failures"] and one_in(draw, 3):
        found["attempts"] = 2
    for component in movable:
        if "data" in component and one_in(draw, 2):
            component["data"]["change"] = fresh(pick(draw, _CHANGE))
        if one_in(draw, 4):
            component["stop"] = people.step(draw)
    return {"failback": found}
