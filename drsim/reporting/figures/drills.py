"""One drill: who did what when, and how busy people and links were."""

from __future__ import annotations

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
    fit,
    hours_axis,
)
from drsim.reporting.timeline import crew_text, title_of
from drsim.simulation.trajectory import DONE
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
    "switch": (GREEN, ""),
    "start": (BLUE, ""),
    "restart": (BLUE, "//"),
    "repair": (ORANGE, ""),
    "verify": (PURPLE, ""),
    "task": (ORANGE, "//"),
    "precheck": (PURPLE, "//"),
    "stable": (PALE, "//"),
    "synchronise": (SKY, ""),
    "stop": (GREY, ""),
}
"""Colour and hatch of each kind of step."""


def gantt(replay: Replay, service: str | None = None, ax: Axes | None = None, *, most: int = 40) -> Axes:
    """One drill: a row for each thing that was worked on, with its steps and who did them; a thin line while a step waits.

    `service`: only what this service rests on. `most`: rows; those whose work ended last are kept, and the rest is counted.

    Raises DrsimError for an unknown service.
    """
    plan = replay.plan
    if service is not None:
        replay.group(service)
    rows = [row for row in replay.trajectory.rows if row.start >= 0 and row.kind not in ("declare", "mobilise")]
    if service is not None:
        below = set(Overview(plan.scenario.landscape, service).components)
        rows = [r for r in rows if r.object in below or r.object.startswith(f"{service}.") or r.step < 0]
    spans: dict[str, list[Any]] = {}
    for row in rows:
        spans.setdefault(row.object, []).append(row)
    if not spans:
        raise DrsimError("nothing was done in this drill: there is nothing to draw")
    last = {name: max(_end(replay, row) for row in found) for name, found in spans.items()}
    busy = {name for name, found in spans.items() if any(_end(replay, row) - row.start >= MINUTE for row in found)}
    kept = sorted(busy or spans, key=lambda name: -last[name])[:most]
    shown = sorted(kept, key=lambda name: (min(row.start for row in spans[name]), last[name], name))
    ax = axis(ax, 8.5, 0.22 * len(shown) + 1.4)
    end = max(last[name] for name in shown) / HOUR
    for place, name in enumerate(shown):
        for row in spans[name]:
            start, stop = row.start / HOUR, _end(replay, row) / HOUR
            ready = row.ready / HOUR if row.ready >= 0 else start
            if start > ready:
                ax.plot([ready, start], [place, place], color=GREY, linewidth=0.8)
            colour, hatch = KINDS.get(row.kind, (GREY, ""))
            ax.barh(
                place, max(stop - start, end / 400), left=start, height=0.7, color=colour, hatch=hatch,
                edgecolor=RED if row.outcome != DONE else "white", linewidth=1.2 if row.outcome != DONE else 0.3,
            )  # fmt: skip
            if row.outcome != DONE:
                ax.text(stop, place, "×", color=RED, va="center", ha="center", fontweight="bold")
    crews = [sorted({crew_text(plan, row.crew, row.what.skills) for row in spans[name] if row.crew}) for name in shown]
    ax.set_yticks(range(len(shown)), [cut(name, 30) for name in shown], fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    hours_axis(ax, end * 1.02)
    for place, crew in enumerate(crews):
        text = cut(", ".join(crew), 26)
        ax.annotate(
            text, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize="x-small", color=GREY
        )
    left = len(busy or spans) - len(shown)
    named = title_of(plan, service) if service is not None else "all"
    more = f", {left} more are left out" if left else ""
    ax.set_title(fit(f"Drill {replay.drill}: {named}{more}", 70))
    from matplotlib.patches import Patch

    drawn = {row.kind for name in shown for row in spans[name]}
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=kind)
        for kind, (colour, hatch) in KINDS.items()
        if kind in drawn
    ]
    ax.legend(handles=handles, loc="upper right", ncols=2, fontsize="x-small", framealpha=0.9)
    return ax


def use(replay: Replay, ax: Axes | None = None) -> Axes:
    """One drill: how busy each team, and each link with transfers, is over time; full height is all of its people, or any transfer.

    Raises DrsimError where nobody did anything.
    """
    teams = [
        (f"{name} ({replay.people_of(name)})", replay.people_of(name), steps, False)
        for name, steps in replay.heads_at_work.items()
    ]
    links = [
        (f"link {name}", max(number for _, number in steps), steps, True) for name, steps in replay.transfers_on.items()
    ]
    found = teams + links
    if not found:
        raise DrsimError("nobody did anything in this drill: there is nothing to draw")
    ax = axis(ax, 7.5, 0.34 * len(found) + 1.2)
    end = max(time for _, _, steps, _ in found for time, _ in steps) / HOUR
    for place, (_, most, steps, link) in enumerate(found):
        times = [time / HOUR for time, _ in steps]
        heights = [0.8 * min(height / max(most, 1), 1) for _, height in steps]
        ax.fill_between(
            times, [place + 0.4] * len(times), [place + 0.4 - height for height in heights], step="post",
            color=SKY if link else ORANGE, hatch="//" if link else "", edgecolor="white", linewidth=0,
        )  # fmt: skip
        ax.axhline(place + 0.4, color=PALE, linewidth=0.6)
    ax.set_yticks(range(len(found)), [name for name, _, _, _ in found], fontsize="small")
    ax.set_ylim(len(found) - 0.5, -0.6)
    hours_axis(ax, end * 1.02)
    ax.set_title(f"Drill {replay.drill}: people and links in use")
    return ax


def _end(replay: Replay, row: Any) -> int:
    return int(row.end if row.end >= 0 else replay.plan.horizon)
