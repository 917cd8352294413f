"""One drill: who did what when, and how busy people and links were."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from drsim.errors import DrsimError
from drsim.reporting.figures.shared import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    SKY,
    YELLOW,
    axis,
    cut,
    expect,
    finished,
    fit,
    headed,
    hours_axis,
)
from drsim.reporting.timeline import crew_text, title_of
from drsim.simulation.trajectory import DONE, RUNNING, Row
from drsim.studies.arguments import whole
from drsim.studies.overview import Overview
from drsim.studies.replay import Replay
from drsim.units import HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["KINDS", "gantt", "use"]

KINDS: Final = {
    "detect": (YELLOW, ""),
    "assess": (YELLOW, "//"),
    "gather": (YELLOW, ".."),
    "decide": (YELLOW, "xx"),
    "mobilise": (PALE, ""),
    "restore": (SKY, "//"),
    "switch": (GREEN, "\\\\"),
    "start": (BLUE, ""),
    "restart": (BLUE, "//"),
    "repair": (ORANGE, "xx"),
    "verify": (PURPLE, ".."),
    "task": (ORANGE, "//"),
    "precheck": (PURPLE, "//"),
    "stable": (PALE, "//"),
    "synchronise": (SKY, "\\\\"),
    "stop": (GREY, ""),
}
"""Colour and hatch of each kind of step; no two look alike in grey."""
THINNEST: Final = 1 / 200
"""Part of the axis that a bar has at least, so that it is seen."""


def gantt(replay: Replay, service: str | None = None, ax: Axes | None = None, *, most: int = 40) -> Axes:
    """One drill: a row for each thing that was worked on, with its steps and who did them.

    A thin line while a step waits, and a thick one while nobody is at work on it; a red cross ends one that failed, and one that is still
    under way at the horizon goes on to the edge. `service`: only what this service rests on. `most`: rows; what struck is kept, and
    what was worked on last; the rest is counted.

    Raises DrsimError for an unknown service, and where nothing was done.
    """
    from matplotlib.patches import Patch

    expect(replay, "gantt", "what result.replay gives", Replay)
    whole(most, "most", 1)
    spans = _worked_on(replay, service)
    if not spans:
        raise DrsimError("nothing was done in this drill: there is nothing to draw")
    last = {name: max(_end(replay, row) for row in rows) for name, rows in spans.items()}
    busy = {name for name, rows in spans.items() if any(_end(replay, row) - row.start >= MINUTE for row in rows)}
    shown = _shown(replay, {name: spans[name] for name in busy or spans}, last, most)
    ax = axis(ax, 8.5, 0.22 * len(shown) + 1.6)
    end = max(last[name] for name in shown) / HOUR
    for place, name in enumerate(shown):
        for row in spans[name]:
            _draw(replay, row, place, end, ax)
    ax.set_yticks(range(len(shown)), [cut(name, 30) for name in shown], fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    hours_axis(ax, end * 1.02)
    for place, name in enumerate(shown):
        crews = sorted({crew_text(replay.plan, row.crew, row.what.skills) for row in spans[name] if row.crew})
        ax.annotate(
            cut(", ".join(crews), 26), (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize="x-small", color=GREY,
        )  # fmt: skip
    drawn = {row.kind for name in shown for row in spans[name]}
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=kind)
        for kind, (colour, hatch) in KINDS.items()
        if kind in drawn
    ]
    left = len(busy or spans) - len(shown)
    named = cut(title_of(replay.plan, service), 80) if service is not None else "all"
    headed(ax, fit(f"Drill {replay.drill}: {named}{f', {left} more left out' if left else ''}"), handles, 7)
    return finished(ax)


def _worked_on(replay: Replay, service: str | None) -> dict[str, list[Row]]:
    """The steps of each thing that was worked on; with a service only those on which it rests, and what struck."""
    parts = replay.plan.scenario.landscape.components
    rows = [row for row in replay.trajectory.rows if row.start >= 0 and row.kind not in ("declare", "mobilise")]
    if service is not None:
        replay.group(service)
        below = set(Overview(replay.plan.scenario.landscape, service).components)
        rows = [
            row for row in rows if row.object in below or row.object.startswith(f"{service}.") or _struck(row, parts)
        ]
    spans: dict[str, list[Row]] = {}
    for row in rows:
        spans.setdefault(row.object, []).append(row)
    return spans


def _struck(row: Row, parts: Collection[str]) -> bool:
    """Whether it is about what struck, and that is no component: a site, a link, a task of the plan."""
    return row.step < 0 and row.object not in parts


def _shown(replay: Replay, spans: Mapping[str, Sequence[Row]], last: Mapping[str, int], most: int) -> list[str]:
    """What struck, though no more than a quarter of all, and what was worked on last; in order of their beginning."""
    parts = replay.plan.scenario.landscape.components
    begun = {name: min(row.start for row in rows) for name, rows in spans.items()}
    struck = [name for name, rows in spans.items() if any(_struck(row, parts) for row in rows)]
    first = sorted(struck, key=lambda name: (begun[name], name))[: max(most // 4, 1)]
    rest = sorted((name for name in spans if name not in first), key=lambda name: -last[name])
    return sorted([*first, *rest][:most], key=lambda name: (begun[name], last[name], name))


def _draw(replay: Replay, row: Row, place: int, end: float, ax: Axes) -> None:
    start, stop = row.start / HOUR, _end(replay, row) / HOUR
    ready = row.ready / HOUR if row.ready >= 0 else start
    if start > ready:
        ax.plot([ready, start], [place, place], color=GREY, linewidth=0.8)
    failed = row.outcome not in (DONE, RUNNING)
    colour, hatch = KINDS.get(row.kind, (GREY, ""))
    edge: dict[str, Any] = {"edgecolor": RED if failed else "white", "linewidth": 1.2 if failed else 0.3}
    parts = [(begin / HOUR, until / HOUR) for begin, until in replay.at_work(row)] or [(start, start)]
    ax.plot([start, stop], [place, place], color=colour, linewidth=2.5, solid_capstyle="butt", zorder=1)
    for begin, until in parts:
        width = max(until - begin, end * THINNEST)
        if width > until - begin and not failed:  # so short that its edge would cover it
            edge["linewidth"] = 0
        ax.barh(place, width, left=begin, height=0.7, color=colour, hatch=hatch, **edge)
    if failed:
        ax.text(stop, place, "×", color=RED, va="center", ha="center", fontweight="bold")


def use(replay: Replay, ax: Axes | None = None) -> Axes:
    """One drill: how busy each team, and each link with transfers, is over time; full height is all of its people, or any transfer.

    Who keeps a step for the next day is not busy at night. Raises DrsimError where nobody did anything.
    """
    expect(replay, "use", "what result.replay gives", Replay)
    teams = [
        (f"{name} ({replay.people_of(name)})", replay.people_of(name), steps)
        for name, steps in replay.heads_at_work.items()
    ]
    links = [
        (f"link {name}", max(number for _, number in steps), steps)
        for name, steps in replay.transfers_on.items()
        if steps
    ]
    found = [each for each in (*teams, *links) if each[2]]
    if not found:
        raise DrsimError("nobody did anything in this drill: there is nothing to draw")
    ax = axis(ax, 7.5, 0.34 * len(found) + 1.2)
    end = max(time for _, _, steps in found for time, _ in steps) / HOUR
    for place, (_, most, steps) in enumerate(found):
        times = [time / HOUR for time, _ in steps]
        heights = [0.8 * min(height / max(most, 1), 1) for _, height in steps]
        look: dict[str, Any] = (
            {"facecolor": SKY, "hatch": "//"} if place >= len(found) - len(links) else {"facecolor": ORANGE}
        )
        bottom = place + 0.4
        ax.fill_between(
            times, [bottom] * len(times), [bottom - height for height in heights], step="post", edgecolor="white",
            linewidth=0, **look,
        )  # fmt: skip
        ax.axhline(bottom, color=PALE, linewidth=0.6)
    ax.set_yticks(range(len(found)), [cut(name, 34) for name, _, _ in found], fontsize="small")
    ax.set_ylim(len(found) - 0.5, -0.6)
    hours_axis(ax, end * 1.02)
    headed(ax, f"Drill {replay.drill}: people and links in use")
    return finished(ax)


def _end(replay: Replay, row: Row) -> int:
    return int(row.end if row.end >= 0 else replay.plan.horizon)
