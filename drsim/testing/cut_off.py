"""What a standby does when the site where its component is active is out of reach."""

from __future__ import annotations

from hypothesis.strategies import DrawFn

from drsim.testing.choices import Document, pick
from drsim.testing.places import Places


def cut_off(draw: DrawFn, component: Document, roles: dict[str, str], places: Places) -> None:
    """Let it take over, if it stands at two sites that reach each other, and may."""
    island = places.island
    standby = next((role for role in roles.values() if role != "active"), None)
    if standby is None or len(roles) != 2 or component.get("scope") == "site":
        return
    if len({island[site] for site in roles}) > 1:
        return
    third = [site for site in places.sites if site not in roles and island[site] == island[next(iter(roles))]]
    alone = component.get("recover", [standby])[:1] == ["hot"]
    ways = ["takeover"] * bool(third) + ["takeover, alone"] * alone
    if not ways:
        return
    component["on_partition"] = way = pick(draw, ways)
    if way == "takeover":
        component["witness"] = pick(draw, third)
