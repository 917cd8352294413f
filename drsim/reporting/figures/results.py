"""What many drills gave: over time, against a target, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from drsim.measures.explanation import CAUSES
from drsim.planning.plan import NEVER
from drsim.reporting.figures.shared import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    RED,
    RESULT,
    axis,
    cut,
    expect,
    finished,
    fit,
    headed,
    hours_axis,
    percents,
)
from drsim.reporting.numbers import about, format_share
from drsim.studies.curve import Curve, curve
from drsim.studies.result import Result
from drsim.units import DAY, HOUR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["continuity", "distribution", "explanation", "recovery"]

AT_WORK: Final = frozenset(
    {
        "failed attempt",
        "restoring data",
        "step under way",
        "being verified",
        "supplier at work",
        "making room",
        "clearing a test away",
    }
)
"""Causes in which somebody is at work on it."""
PEOPLE: Final = frozenset({"people on their way", "nobody on duty", "people at rest", "team busy", "supplier closed"})
OF_PEOPLE, OF_WORK, OF_THE_REST = (ORANGE, "//"), (BLUE, ""), (GREY, "..")
"""Colour and hatch of a cause."""
LOWEST: Final = 3.1
"""Of a picture with a bar of colours, in inches, so that what stands beside that has room."""


def continuity(result: Result | Curve, ax: Axes | None = None) -> Axes:
    """Continuity strip: a row for each service, over time; the darker, the more of it citizens meet, on average over the drills.

    `result`: replays its first 100 drills; or a `Curve`, of `drsim.studies.curve.curve`.
    """
    found = _curve(result, "continuity")
    titles = [cut(title, 34) for title in found.titles]
    ax = axis(ax, 7.5, max(0.26 * len(found.services) + 1.3, LOWEST))
    order = sorted(range(len(found.services)), key=lambda row: (-found.levels[row].mean(), titles[row]))
    edges = np.append(found.hours, found.hours[-1] + (found.hours[-1] - found.hours[-2]))
    mesh = ax.pcolormesh(
        edges, np.arange(len(order) + 1), found.levels[order], cmap="Blues", vmin=0, vmax=1, rasterized=True
    )
    ax.set_yticks(np.arange(len(order)) + 0.5, [titles[row] for row in order])
    ax.set_ylim(len(order), 0)
    hours_axis(ax, float(found.hours[-1]))
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, fraction=0.04)
    bar.set_label("level that citizens meet, mean")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    headed(ax, f"Continuity, {_drills(found)}")
    return finished(ax)


def recovery(result: Result | Curve, ax: Axes | None = None) -> Axes:
    """Recovery curve: the share of services at their minimum, and of citizens served, over time.

    Each with its mean over the drills, and a band in which the middle 80 % of the drills are. `result` as in `continuity`.
    """
    found = _curve(result, "recovery")
    ax = axis(ax, 6.5, 3.6)
    bands = [("services at their minimum", found.running, BLUE, "-")]
    if found.citizens is not None:
        bands.append(("citizens served", found.citizens, RED, "--"))
    lines: list[Any] = []
    for name, band, colour, line in bands:
        ax.fill_between(found.hours, band.low, band.high, color=colour, alpha=0.18, linewidth=0)
        lines += ax.plot(found.hours, band.mean, color=colour, linestyle=line, label=name)
    percents(ax)
    hours_axis(ax, float(found.hours[-1]))
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    headed(ax, f"Recovery, mean and middle 80 % of {_drills(found)}", lines)
    return finished(ax)


def distribution(result: Result, service: str, ax: Axes | None = None) -> Axes:
    """The share of drills in which a service is back by a time, with its RTO.

    The line ends at the horizon, in working hours where the RTO is; what is not back by then is hatched above it.

    Raises DrsimError for a service that the landscape does not have.
    """
    from matplotlib.patches import Patch

    expect(result, "distribution", RESULT, Result)
    row, outcome = result.row(service), result.outcome(service)
    target = result.scenario.landscape.services[service].targets.rto
    working = target is not None and target.working
    times = np.sort(result.rto_times(row) if target is not None else result.block.recovery[row])
    back = times[times < NEVER] / HOUR
    count, lost = len(times), int((times >= NEVER).sum())
    limit = None if target is None else target.ms / HOUR
    end = _end_of_sight(result, working) if lost else 0.0
    end = max(end, 1.05 * max(0.95, 0 if limit is None else limit, float(back[-1]) if len(back) else 0))
    ax = axis(ax, 6.5, 3.6)
    ax.step([0, *back, end], [0, *(np.arange(len(back)) + 1) / count, len(back) / count], where="post", color=BLUE)
    handles: list[Any] = []
    if target is not None and limit is not None:
        handles.append(ax.axvline(limit, color=RED, linestyle="--", label=f"RTO {target.text}"))
        handles.append(ax.axhline(outcome.asked, color=GREY, linestyle=":", label=f"asked {outcome.asked:.0%}"))
    if lost:
        hatched: dict[str, Any] = {"facecolor": PALE, "hatch": "//", "edgecolor": GREY, "linewidth": 0}
        ax.fill_between([0, end], [len(back) / count] * 2, [1, 1], **hatched)
        drills = "drills" if count > 1 else "drill"
        handles.append(Patch(**hatched, label=f"{lost} of {count} {drills} not back by the horizon"))
    percents(ax)
    if working:
        ax.set_xlim(0, end)
        ax.set_xlabel("working hours")
    else:
        hours_axis(ax, end)
    ax.set_ylabel("back by then, share of drills")
    told = "" if outcome.in_time is None else f": in time in {format_share(outcome.in_time)}"
    headed(ax, fit(f"{cut(outcome.title, 100)}{told}"), handles)
    return finished(ax)


def _end_of_sight(result: Result, working: bool) -> float:
    """How many hours a drill sees; of working hours those up to the horizon, where the moment is known."""
    plan = result.plan
    if not working:
        return plan.horizon / HOUR
    if result.scenario.moment is None:
        return 0.0
    return plan.calendars[plan.working_hours].worked(0, plan.horizon) / HOUR


def explanation(result: Result, service: str, around: float = 0.5, ax: Axes | None = None) -> Axes:
    """Waterfall: what the recovery time of a service is made of, in the drills around a quantile; the bars add up.

    `around`: 0.5 for usual days, 0.95 for bad ones. Raises DrsimError for an unknown service.
    """
    expect(result, "explanation", RESULT, Result)
    found = result.explain(service, around)
    outcome = result.outcome(service)
    causes = [cause for cause in CAUSES if found.causes.get(cause, 0) > 0]
    ax = axis(ax, 6.5, 0.3 * (len(causes) + 1) + 1.2)
    begin = 0.0
    for place, cause in enumerate(causes):
        length = found.causes[cause] / HOUR
        colour, hatch = OF_PEOPLE if cause in PEOPLE else OF_WORK if cause in AT_WORK else OF_THE_REST
        ax.barh(place, length, left=begin, color=colour, hatch=hatch, edgecolor="white", height=0.7)
        begin += length
        ax.text(begin, place, f" {about(found.causes[cause])}", va="center", fontsize="small")
        if place < len(causes) - 1:
            ax.plot([begin, begin], [place + 0.35, place + 0.65], color=GREY, linewidth=0.7)
    total = found.total / HOUR
    ax.barh(len(causes), total, color="white", edgecolor=BLACK, height=0.7)
    ax.text(total, len(causes), f" {about(found.total)}", va="center", fontsize="small", fontweight="bold")
    ax.set_yticks(range(len(causes) + 1), [*causes, "not back: so far" if found.censored else "recovery time"])
    ax.set_ylim(len(causes) + 0.6, -0.6)
    hours_axis(ax, max(total * 1.3, 0.1))
    ax.set_xlabel("hours" if total * 1.3 <= 2 * DAY / HOUR else "days")
    drills = f"{len(found.drills)} {'drills' if len(found.drills) > 1 else 'drill'}"
    days = "usual days" if around == 0.5 else f"P{around * 100:g}"
    headed(ax, fit(f"{cut(outcome.title, 100)}: {drills} around {days}"))
    return finished(ax)


def _drills(found: Curve) -> str:
    return f"{len(found.drills)} {'drills' if len(found.drills) > 1 else 'drill'}"


def _curve(result: Result | Curve, figure: str) -> Curve:
    expect(result, figure, f"{RESULT}, or a curve of it", Result, Curve)
    return result if isinstance(result, Curve) else curve(result)
