"""A landscape: what rests on what, and what inherits a higher class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

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
    fit,
)
from drsim.studies.overview import Overview

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["criticality", "landscape"]


def landscape(overview: Overview, ax: Axes | None = None, *, hit: Collection[str] = ()) -> Axes:
    """Dependency graph: a column for each site, a row for each layer below the services; lines lead down to what is needed.

    `hit`: names of components and sites that are lost; they and what needs them get a cross. Names are written where there is room.

    Raises DrsimError for a name that the landscape does not have.
    """
    parts, sites = overview.landscape.components, overview.landscape.sites
    for name in hit:
        if name not in parts and name not in sites:
            raise DrsimError(f"nothing is named {name!r}: {did_you_mean(name, [*parts, *sites])}")
    columns = sorted({_home(parts[name]) for name in overview.components})
    layers = [("services", overview.services), *((f"layer {n}", names) for n, names in enumerate(overview.layers, 1))]
    places: dict[tuple[str, str], tuple[float, float]] = {}
    wide = dict.fromkeys(columns, 1)
    for _, names in layers[1:]:
        for column in columns:
            wide[column] = max(wide[column], sum(_home(parts[name]) == column for name in names))
    widths = {column: max(2.0, min(wide[column], 14)) for column in columns}
    lefts, total = {}, 0.0
    for column in columns:
        lefts[column], total = total, total + widths[column] + 1
    depth = 0.0
    marks: list[tuple[float, str]] = []
    for name_of, names in layers:
        marks.append((depth, name_of))
        deepest = 1
        if name_of == "services":
            deepest = _put(places, "service", names, 0, total - 1, depth)
        else:
            for column in columns:
                here = [name for name in names if _home(parts[name]) == column]
                deepest = max(deepest, _put(places, "component", here, lefts[column], widths[column], depth))
        depth += 1 + 0.55 * (deepest - 1)
    ax = axis(ax, min(4 + 0.34 * total, 12), min(2 + 0.75 * depth, 10))
    few = len(places) <= 45
    lost = {name for name in parts if name in hit or _home(parts[name]) in hit}
    for kind, name, below in overview.lines:
        (a, top), (b, bottom) = places[kind, name], places["component", below]
        struck = below in lost
        ax.plot(
            [a, b],
            [top, bottom],
            color=RED if struck else GREY,
            alpha=(0.5 if few else 0.25) if struck else 0.22,
            linewidth=0.6,
            zorder=1,
        )
    for kind, marker, colour, edge in (("service", "s", SKY, BLUE), ("component", "o", "white", BLACK)):
        for (which, name), (x, y) in places.items():
            if which != kind:
                continue
            standby = kind == "component" and parts[name].standby is not None
            ax.scatter(
                [x],
                [y],
                marker=marker,
                s=46 if few else 20,
                color=GREEN if standby else colour,
                edgecolor=edge,
                linewidth=0.6,
                zorder=2,
            )
            if kind == "component" and name in lost:
                ax.scatter([x], [y], marker="x", s=60 if few else 30, color=RED, zorder=3)
            if few or kind == "service":
                ax.annotate(
                    cut(name, 22), (x, y), xytext=(0, 6), textcoords="offset points",
                    ha="left" if kind == "service" else "center", rotation=40 if kind == "service" else 0,
                    fontsize="x-small", zorder=4,
                )  # fmt: skip
    for y, text in marks:
        ax.text(-1.2, y, text, ha="right", va="center", fontsize="small", color=GREY)
    for column in columns:
        ax.text(
            lefts[column] + widths[column] / 2, depth - 0.3, column.replace(" + ", "\n+ "), ha="right", va="top", rotation=35,
            rotation_mode="anchor", fontsize="small", color=RED if column in hit else BLACK,
            fontweight="bold" if column in hit else "normal",
        )  # fmt: skip
        if column != columns[0]:
            ax.axvline(lefts[column] - 0.5, color=PALE, linewidth=0.8, zorder=0)
    ax.set_xlim(-1, total)
    ax.set_ylim(depth + 0.5, -1.4)
    ax.axis("off")
    title = overview.landscape.title or "Landscape"
    ax.set_title(fit(f"{title}: green has a standby{', × is lost' if lost else ''}", 80))
    return ax


def criticality(overview: Overview, ax: Axes | None = None, *, most: int = 30) -> Axes:
    """Inherited criticality: from a component's own GEMMA availability class (open) to that of what rests on it (filled).

    `most`: components, those with the highest class first; the rest is counted. Raises DrsimError where none inherits anything.
    """
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
    ax.set_title(f"Inherited criticality{f', {left} more are left out' if left else ''}")
    return ax


def _home(part: Any) -> str:
    """Where a component is active, several sites joined."""
    active = sorted(site for site, standing in part.at.items() if standing.role == "active")
    return " + ".join(active or sorted(part.at))


def _put(
    places: dict[tuple[str, str], tuple[float, float]],
    kind: str,
    names: Iterable[str],
    left: float,
    width: float,
    depth: float,
) -> int:
    """Place names in rows of at most `width`; how many rows that were."""
    all_of_them: Sequence[str] = list(names)
    each = max(int(width), 1)
    rows = [all_of_them[i : i + each] for i in range(0, len(all_of_them), each)]
    for number, row in enumerate(rows):
        gap = width / max(len(row), 1)
        for place, name in enumerate(row):
            places[kind, name] = (left + (place + 0.5) * gap, depth + 0.55 * number)
    return max(len(rows), 1)
