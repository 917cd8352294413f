"""What is moved on purpose."""

from __future__ import annotations

from typing import Final

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, one_in, pick
from drsim.testing.components import active, is_alone, is_local
from drsim.testing.quantities import CALENDARS

_AFTER: Final = ("0 s", "1 h", "90 min", "4 h")


def moves(draw: DrawFn, landscape: Document, *, calendars: bool) -> Document:
    """The key of a scenario, or nothing where something could not be moved."""
    if "failback" in landscape.get("response", {}):
        return {}
    sites = [site for site in landscape["sites"] if _may_be_left(landscape["components"], site)]
    if not sites:
        return {}
    found: Document = {"site": pick(draw, sites)}
    after = pick(draw, _AFTER)
    if after != _AFTER[0]:
        found["after"] = after
    if one_in(draw, 2):
        found["rollback"] = "all"
    if calendars and one_in(draw, 2):
        found["window"] = pick(draw, CALENDARS[:-1])
    return {"moves": found}


def _may_be_left(components: Document, site: str) -> bool:
    """Whether something there has a standby, and whatever has one runs only there and serves the network."""
    here = [each for each in components.values() if site in active(each) and active(each) != list(each["at"])]
    return bool(here) and not any(is_local(each) or len(active(each)) > 1 or is_alone(each) for each in here)
