"""A landscape: what rests on what, and what inherits a higher class."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from drsim.errors import DrsimError, did_you_mean
from drsim.reporting.figures.shared import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PALE,
    RED,
    SKY,
    axis,
    cut,
    expect,
    finished,
    fit,
    headed,
)
from drsim.studies.arguments import whole
from drsim.studies.overview import Overview

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["criticality", "landscape"]

MOST_NAMED: Final = 70
"""Components that have their names in a picture."""
WIDEST: Final = 17
"""Letters of a line of a name."""
LETTER: Final = 0.09
"""Inches of a small letter."""
NARROWEST: Final = 5.0
"""Inches of a picture between its margins, so that its title fits."""


def landscape(overview: Overview, ax: Axes | None = None, *, hit: Collection[str] = ()) -> Axes:
    """Dependency graph: a column for each site, a row for each layer below the services; lines lead down to what is needed.

    `hit`: names of components and sites that are lost; they get a cross, and so do the services that fall below their minimum at once.
    Components have their names where there are no more than 70.

    Raises DrsimError for a name that the landscape does not have.
    """
    expect(overview, "landscape", "Overview(scenario.landscape)", Overview)
    hit = (hit,) if isinstance(hit, str) else hit
    parts, sites = overview.landscape.components, overview.landscape.sites
    for name in hit:
        if name not in parts and name not in sites:
            raise DrsimError(f"nothing is named {name!r}: {did_you_mean(name, [*parts, *sites])}")
    lost = {name for name in overview.components if name in hit or set(parts[name].active) <= set(hit)}
    fallen = set(overview.stopped_by(hit)) if hit else set()
    map_ = _Map(overview)
    ax = axis(ax, *map_.size)
    for kind, name, below in overview.lines:
        (a, top), (b, bottom) = map_.places[kind, name], map_.places["component", below]
        struck = below in lost
        look: dict[str, Any] = (
            {"color": RED, "linestyle": "--", "alpha": 0.5} if struck else {"color": GREY, "alpha": 0.25}
        )
        ax.plot([a, b], [top, bottom], linewidth=0.7 if map_.named else 0.5, zorder=1, **look)
    for (kind, name), (x, y) in map_.places.items():
        service = kind == "service"
        standby = not service and parts[name].standby is not None
        mark = "service" if service else "standby" if standby else "component"
        ax.scatter([x], [y], s=90 if map_.named else 44, zorder=2, **_MARKS[mark])
        if name in (fallen if service else lost):
            ax.scatter([x], [y], s=34 if map_.named else 16, zorder=3, **_MARKS["lost"])
        if service or map_.named:
            _name(ax, name, x, y, service)
    for y, text in map_.layers:
        ax.text(-0.4, y, text, ha="right", va="center", fontsize="small", color=GREY)
    for column, (left, width) in map_.columns.items():
        sideways = len(column) * LETTER > width
        text = column.replace(" + ", "\n+ ") if sideways else column
        ax.text(
            left + width / 2, map_.depth, text, ha="center", va="top", rotation=90 if sideways else 0,
            fontsize="small", color=RED if column in hit else BLACK, fontweight="bold" if column in hit else "normal",
        )  # fmt: skip
        if left:
            ax.axvline(left, color=PALE, linewidth=0.8, zorder=0)
    ax.set_xlim(-0.1, map_.width)
    ax.set_ylim(map_.depth, -map_.head)
    ax.axis("off")
    there = {"service", *("standby" if parts[name].standby else "component" for name in overview.components)}
    there |= {"lost"} if lost or fallen else set()
    labels = {"service": "service", "component": "component", "standby": "with a standby", "lost": "lost, or stops"}
    handles = [ax.scatter([], [], s=50, label=text, **_MARKS[mark]) for mark, text in labels.items() if mark in there]
    headed(ax, fit(cut(overview.landscape.title or "Landscape", 160), 80), handles)
    return finished(ax)


_MARKS: Final[dict[str, dict[str, Any]]] = {
    "service": {"marker": "s", "facecolor": SKY, "edgecolor": BLUE, "linewidth": 0.7},
    "component": {"marker": "o", "facecolor": "white", "edgecolor": BLACK, "linewidth": 0.7},
    "standby": {"marker": "o", "facecolor": GREEN, "edgecolor": BLACK, "linewidth": 0.7},
    "lost": {"marker": "X", "facecolor": BLACK, "edgecolor": "white", "linewidth": 0.5},
}
"""What is drawn at a place."""


def _name(ax: Axes, name: str, x: float, y: float, service: bool) -> None:
    """A name beside what it is of: of a service aslant above it, of a component below it, on two lines at most."""
    text = cut(name, 24) if service else "\n".join(_lines(name))
    ax.annotate(
        text, (x, y), xytext=(0, 6) if service else (0, -5), textcoords="offset points", rotation=40 if service else 0,
        ha="left" if service else "center", va="bottom" if service else "top", fontsize="x-small", zorder=4,
        linespacing=0.9, bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.4},
    )  # fmt: skip


def _lines(name: str) -> list[str]:
    """A name on at most two lines, cut after a hyphen, or in the middle of a word that is too long."""
    words = name.replace("-", "- ")
    if len(name) > WIDEST and "-" not in name:
        half = (len(name) + 1) // 2
        words = f"{name[:half]}- {name[half:]}"
    return [line.replace("- ", "-") for line in wrap(words, WIDEST, max_lines=2, placeholder="…")]


class _Map:
    """Where everything stands, in inches from the upper left: a band for each layer, in it each column in rows that fit."""

    def __init__(self, overview: Overview) -> None:
        parts = overview.landscape.components
        self.named = len(overview.components) <= MOST_NAMED
        gap, line, most = (0.88, 0.52, 8) if self.named else (0.3, 0.24, 14)
        of = {name: _home(parts[name]) for name in overview.components}
        names = sorted(set(of.values()))
        widest = {
            column: max(min(sum(of[name] == column for name in layer), most) for layer in overview.layers)
            for column in names
        }
        self.columns: dict[str, tuple[float, float]] = {}
        self.width = 0.0
        for column in names:
            width = max(widest[column] * gap, 0.7, NARROWEST / len(names))
            self.columns[column] = (self.width, width)
            self.width += width
        self.places: dict[tuple[str, str], tuple[float, float]] = {}
        self.layers: list[tuple[float, str]] = [(0.0, "services")]
        self._put("service", overview.services, 0, self.width, 0, len(overview.services), 0)
        depth = 0.55
        for number, layer in enumerate(overview.layers, 1):
            self.layers.append((depth, f"layer {number}"))
            rows = [
                self._put(
                    "component",
                    [name for name in layer if of[name] == column],
                    *self.columns[column],
                    depth,
                    most,
                    line,
                )
                for column in names
            ]
            depth += max(rows) * line + 0.12
        self.depth = depth + 0.1
        self.head = 1.0
        """room for the names of services"""
        sideways = [column for column in names if len(column) * LETTER > self.columns[column][1]]
        foot = max((LETTER * len(part) for column in sideways for part in column.split(" + ")), default=0.2)
        self.size = (self.width + 1.0, self.depth + self.head + foot + 0.7)

    def _put(
        self, kind: str, names: Sequence[str], left: float, width: float, depth: float, most: int, line: float
    ) -> int:
        """Place names in rows of at most `most`; how many rows that were."""
        rows = [names[first : first + most] for first in range(0, len(names), max(most, 1))]
        for number, row in enumerate(rows):
            for place, name in enumerate(row):
                self.places[kind, name] = (left + (place + 0.5) * width / len(row), depth + line * number)
        return max(len(rows), 1)


def criticality(overview: Overview, ax: Axes | None = None, *, most: int = 30) -> Axes:
    """Inherited criticality: from a component's own GEMMA availability class (open) to that of what rests on it (filled).

    `most`: components, those with the highest class first; the rest is counted. Raises DrsimError where none inherits anything.
    """
    expect(overview, "criticality", "Overview(scenario.landscape)", Overview)
    whole(most, "most", 1)
    heirs = [heir for heir in overview.heirs if heir.own is not None]
    if not heirs:
        raise DrsimError("no component with a class of its own inherits a higher one: there is nothing to draw")
    shown = heirs[:most]
    ax = axis(ax, 7, 0.24 * len(shown) + 1.3)
    for place, heir in enumerate(shown):
        own = heir.own or 0
        ax.annotate(
            "", (heir.inherited - 0.04, place), (own + 0.04, place), arrowprops={"arrowstyle": "->", "color": GREY}
        )
        ax.scatter([own], [place], facecolor="white", edgecolor=BLACK, zorder=3)
        ax.scatter([heir.inherited], [place], color=RED, zorder=3)
        ax.text(
            3.12,
            place,
            f"for {cut(heir.path[0], 30)}",
            va="center",
            fontsize="x-small",
            color=GREY,
        )
    ax.set_yticks(range(len(shown)), [heir.name for heir in shown], fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(0.8, 4.6)
    ax.set_xticks([1, 2, 3], ["class 1", "class 2", "class 3"])
    left = len(heirs) - len(shown)
    headed(ax, f"Inherited criticality{f', {left} more left out' if left else ''}")
    return finished(ax)


def _home(part: Any) -> str:
    """Where a component is active, several sites joined."""
    active = sorted(site for site, standing in part.at.items() if standing.role == "active")
    return " + ".join(active or sorted(part.at))
