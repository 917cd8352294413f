"""Figures of what drills gave, with matplotlib: each draws on an axis and gives it back.

    from drsim import figures
    figures.recovery(result)

Without `ax` each makes a figure of its own, of a size at which all labels can be read in print. Colours are those of Okabe and Ito
(2008), which colour-blind readers can tell apart; what counts is told by a hatch, a sign or a word as well.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from drsim.errors import DrsimError, did_you_mean
from drsim.measures.explanation import CAUSES
from drsim.planning.plan import NEVER
from drsim.reporting.numbers import format_share
from drsim.reporting.timeline import crew_text, title_of
from drsim.simulation.trajectory import DONE
from drsim.studies.curve import Curve, curve
from drsim.studies.overview import Overview
from drsim.units import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from drsim.studies.compare import Comparison
    from drsim.studies.helps import Helps
    from drsim.studies.replay import Replay
    from drsim.studies.result import Result

__all__ = [
    "comparison",
    "continuity",
    "criticality",
    "distribution",
    "explanation",
    "gantt",
    "landscape",
    "recovery",
    "tornado",
    "use",
]

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY, PALE = "#767676", "#D9D9D9"

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
AT_WORK: Final = frozenset({"failed attempt", "restoring data", "step under way", "being verified"})
"""Causes in which somebody is at work on it."""
PEOPLE: Final = frozenset({"people on their way", "nobody on duty", "people at rest", "team busy"})
OF_PEOPLE, OF_WORK, OF_THE_REST = (ORANGE, "//"), (BLUE, ""), (GREY, "..")
"""Colour and hatch of a cause."""
LOWEST: Final = 3.1
"""Of a picture with a bar of colours, in inches, so that what stands beside that has room."""
WIDE: Final = 40
"""Letters of a title, at most."""


def continuity(result: Result | Curve, ax: Axes | None = None) -> Axes:
    """Continuity strip: a row for each service, over time; the darker, the more of it citizens meet, on average over the drills.

    `result`: replays its first 100 drills; or a `Curve`, of `drsim.studies.curve.curve`.
    """
    found = _curve(result)
    titles = [_cut(title, 34) for title in found.titles]
    ax = _axis(ax, 7.5, max(0.26 * len(found.services) + 1.3, LOWEST))
    order = sorted(range(len(found.services)), key=lambda row: (-found.levels[row].mean(), titles[row]))
    edges = np.append(found.hours, found.hours[-1] + (found.hours[-1] - found.hours[-2]))
    mesh = ax.pcolormesh(
        edges, np.arange(len(order) + 1), found.levels[order], cmap="Blues", vmin=0, vmax=1, rasterized=True
    )
    ax.set_yticks(np.arange(len(order)) + 0.5, [titles[row] for row in order])
    ax.set_ylim(len(order), 0)
    _hours(ax, float(found.hours[-1]))
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, fraction=0.04)
    bar.set_label("level that citizens meet, mean")
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set_title(f"Continuity, {len(found.drills)} drills")
    return ax


def recovery(result: Result | Curve, ax: Axes | None = None) -> Axes:
    """Recovery curve: the share of services at their minimum, and of citizens served, over time.

    Each with its mean over the drills, and a band in which the middle 80 % of the drills are. `result` as in `continuity`.
    """
    found = _curve(result)
    ax = _axis(ax, 6.5, 3.6)
    bands = [("services at their minimum", found.running, BLUE, "-")]
    if found.citizens is not None:
        bands.append(("citizens served", found.citizens, RED, "--"))
    for name, band, colour, line in bands:
        ax.fill_between(found.hours, band.low, band.high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(found.hours, band.mean, color=colour, linestyle=line, label=name)
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    _hours(ax, float(found.hours[-1]))
    ax.legend(loc="lower right", frameon=False)
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_title(f"Recovery, mean and middle 80 % of {len(found.drills)} drills")
    return ax


def distribution(result: Result, service: str, ax: Axes | None = None) -> Axes:
    """The share of drills in which a service is back by a time, with its RTO.

    The line ends at the horizon; what is not back by then is told there, and lies above the line. In working hours where the RTO is.

    Raises DrsimError for a service that the landscape does not have.
    """
    row, outcome = result.row(service), result.outcome(service)
    target = result.scenario.landscape.services[service].targets.rto
    working = target is not None and target.working
    times = np.sort(result.rto_times(row) if target is not None else result.block.recovery[row])
    back = times[times < NEVER] / HOUR
    count = len(times)
    limit = None if target is None else target.ms / HOUR
    horizon = result.plan.horizon / HOUR
    lost = count - len(back)
    widest = float(back[-1]) if len(back) else 1.0
    end = horizon if lost and not working else max(widest * 1.05, 0 if limit is None else limit * 1.1, 1.0)
    ax = _axis(ax, 6.5, 3.6)
    ax.step([0, *back, end], [0, *(np.arange(len(back)) + 1) / count, len(back) / count], where="post", color=BLUE)
    if lost:
        ax.fill_between([0, end], [len(back) / count] * 2, [1, 1], color=PALE, hatch="//", edgecolor=GREY, linewidth=0)
        ax.text(
            0.99, 0.5, f"hatched: {lost} of {count} drills\nare not back by the horizon", ha="right", va="center",
            transform=ax.transAxes, fontsize="small",
        )  # fmt: skip
    if limit is not None and target is not None:
        ax.axvline(limit, color=RED, linestyle="--")
        ax.text(limit, 0.02, f" RTO {target.text}", color=RED, ha="left" if limit < end * 0.7 else "right", va="bottom")
        ax.axhline(outcome.asked, color=GREY, linestyle=":", linewidth=0.8)
        ax.text(0, outcome.asked, f" asked {outcome.asked:.0%}", color=GREY, va="bottom", fontsize="small")
    ax.set_ylim(0, 1.02)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    if working:
        ax.set_xlim(0, end)
        ax.set_xlabel("working hours")
    else:
        _hours(ax, end)
    ax.set_ylabel("back by then, share of drills")
    told = "" if outcome.in_time is None else f": in time in {format_share(outcome.in_time)}"
    ax.set_title(_fit(f"{outcome.title}{told}"))
    return ax


def explanation(result: Result, service: str, around: float = 0.5, ax: Axes | None = None) -> Axes:
    """Waterfall: what the recovery time of a service is made of, in the drills around a quantile; the bars add up.

    `around`: 0.5 for usual days, 0.95 for bad ones. Raises DrsimError for an unknown service.
    """
    found = result.explain(service, around)
    outcome = result.outcome(service)
    causes = [cause for cause in CAUSES if found.causes.get(cause, 0) > 0]
    ax = _axis(ax, 6.5, 0.3 * (len(causes) + 1) + 1.2)
    begin = 0.0
    for place, cause in enumerate(causes):
        length = found.causes[cause] / HOUR
        colour, hatch = OF_PEOPLE if cause in PEOPLE else OF_WORK if cause in AT_WORK else OF_THE_REST
        ax.barh(place, length, left=begin, color=colour, hatch=hatch, edgecolor="white", height=0.7)
        ax.text(begin + length, place, f" {_clock(length)}", va="center", fontsize="small")
        begin += length
        if place < len(causes) - 1:
            ax.plot([begin, begin], [place + 0.35, place + 0.65], color=GREY, linewidth=0.7)
    total = found.total / HOUR
    ax.barh(len(causes), total, color="white", edgecolor=BLACK, height=0.7)
    ax.text(total, len(causes), f" {_clock(total)}", va="center", fontsize="small", fontweight="bold")
    ax.set_yticks(range(len(causes) + 1), [*causes, "not back: so far" if found.censored else "recovery time"])
    ax.set_ylim(len(causes) + 0.6, -0.6)
    ax.set_xlim(0, max(total * 1.14, 0.1))
    ax.set_xlabel("hours")
    days = "usual days" if around == 0.5 else f"P{around * 100:g}"
    ax.set_title(_fit(f"{outcome.title}: {len(found.drills)} drills around {days}"))
    return ax


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
    ax = _axis(ax, 8.5, 0.22 * len(shown) + 1.4)
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
    ax.set_yticks(range(len(shown)), [_cut(name, 30) for name in shown], fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    _hours(ax, end * 1.02)
    for place, crew in enumerate(crews):
        text = _cut(", ".join(crew), 26)
        ax.annotate(
            text, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize="x-small", color=GREY
        )
    left = len(busy or spans) - len(shown)
    named = title_of(plan, service) if service is not None else "all"
    more = f", {left} more are left out" if left else ""
    ax.set_title(_fit(f"Drill {replay.drill}: {named}{more}", 70))
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
    ax = _axis(ax, 7.5, 0.34 * len(found) + 1.2)
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
    _hours(ax, end * 1.02)
    ax.set_title(f"Drill {replay.drill}: people and links in use")
    return ax


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
    ax = _axis(ax, min(4 + 0.34 * total, 12), min(2 + 0.75 * depth, 10))
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
                    _cut(name, 22), (x, y), xytext=(0, 6), textcoords="offset points",
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
    ax.set_title(_fit(f"{title}: green has a standby{', × is lost' if lost else ''}", 80))
    return ax


def criticality(overview: Overview, ax: Axes | None = None, *, most: int = 30) -> Axes:
    """Inherited criticality: from a component's own GEMMA availability class (open) to that of what rests on it (filled).

    `most`: components, those with the highest class first; the rest is counted. Raises DrsimError where none inherits anything.
    """
    heirs = [heir for heir in overview.heirs if heir.own is not None]
    if not heirs:
        raise DrsimError("no component with a class of its own inherits a higher one: there is nothing to draw")
    shown = heirs[:most]
    ax = _axis(ax, 7, 0.24 * len(shown) + 1.3)
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
            f"for {_cut(heir.path[0], 30)}",
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


def tornado(helps: Helps, ax: Axes | None = None, *, most: int = 15) -> Axes:
    """Tornado: how much sooner a service is back, on average, with each thing that was tried; whiskers are 95 % intervals.

    `helps`: of `drsim.studies.helps.what_would_help`. Raises DrsimError where nothing was tried.
    """
    if not helps.tried:
        raise DrsimError("nothing was tried: there is nothing to draw")
    shown = helps.tried[:most]
    texts = ["\n".join(wrap(each.text, WIDE)) for each in shown]
    ax = _axis(ax, 7.5, 0.2 * sum(1.2 + text.count("\n") for text in texts) + 1.4)
    for place, each in enumerate(shown):
        found = each.recovery.mean
        value, low, high = (number / HOUR for number in (found.value, found.low, found.high))
        helped = high < 0
        ax.barh(
            place,
            value,
            color=GREEN if helped else ORANGE if low > 0 else PALE,
            hatch="" if helped else "//",
            height=0.65,
        )
        if each.recovery.verdict == "same":
            ax.text(0, place, "  no drill differs", va="center", fontsize="x-small", color=GREY)
            continue
        ax.plot([low, high], [place, place], color=BLACK, linewidth=1)
        ax.plot(
            [low, low, math.nan, high, high],
            [place - 0.15, place + 0.15, math.nan, place - 0.15, place + 0.15],
            color=BLACK,
            linewidth=1,
        )
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(shown)), texts, fontsize="small")
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel("hours, mean; left is sooner")
    left = len(helps.tried) - len(shown)
    ax.set_title(_fit(f"What would help {helps.title}{f', {left} more were tried' if left else ''}"))
    return ax


def comparison(found: Comparison, ax: Axes | None = None) -> Axes:
    """Comparison: the difference of the mean recovery time of each service under the same luck, with its interval.

    Left of zero it is sooner after the change. Raises DrsimError where no service is in both.
    """
    if not found.services:
        raise DrsimError("no service is in both scenarios: there is nothing to draw")
    order = sorted(found.services, key=lambda each: each.recovery.mean.value)
    ax = _axis(ax, 7, 0.26 * len(order) + 1.5)
    styles = {"better": (GREEN, "o"), "worse": (RED, "s"), "same": (GREY, "|"), "undecided": (ORANGE, "D")}
    for place, each in enumerate(order):
        difference = each.recovery.mean
        colour, marker = styles[each.verdict]
        if each.verdict != "same":  # no drill differs: its interval says how rare a difference may be
            ax.plot([difference.low / HOUR, difference.high / HOUR], [place, place], color=colour, linewidth=2)
        ax.scatter([difference.value / HOUR], [place], color=colour, marker=marker, zorder=3)
    for verdict, (colour, marker) in styles.items():
        if any(each.verdict == verdict for each in order):
            ax.scatter([], [], color=colour, marker=marker, label=verdict)
    ax.axvline(0, color=BLACK, linewidth=0.8)
    ax.set_yticks(range(len(order)), [_cut(each.title, 34) for each in order], fontsize="small")
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_xlabel("hours, mean difference; left is sooner")
    ax.legend(frameon=False, fontsize="small", loc="best")
    before, after = found.before.scenario.title, found.after.scenario.title
    ax.set_title(
        _fit(f"{after} beside {before}" if after != before else f"{after}: with the change and without it", 70)
    )
    return ax


# what they share


def _axis(ax: Axes | None, width: float, height: float) -> Axes:
    """The axis to draw on; a new figure that is not kept by pyplot, so that nothing piles up."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    made: Axes = Figure(figsize=(width, height), layout="constrained", dpi=100).subplots()
    return made


def _curve(result: Result | Curve) -> Curve:
    return result if isinstance(result, Curve) else curve(result)


def _hours(ax: Axes, end: float) -> None:
    """Hours up to two days, else days."""
    ax.set_xlim(0, max(end, 1e-6))
    if end <= 2 * DAY / HOUR:
        ax.set_xlabel("hours after the moment")
        return
    step = next(step for step in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365) if end / 24 / step <= 12 or step == 365)
    ticks = np.arange(0, end / 24 + 1e-9, step)
    ax.set_xticks(ticks * 24, [f"{tick:g}" for tick in ticks])
    ax.set_xlabel("days after the moment")


def _clock(hours: float) -> str:
    minutes = round(hours * HOUR / MINUTE)
    return f"{minutes // 60}:{minutes % 60:02}"


def _cut(text: str, width: int) -> str:
    """A title on one line: cut between words, or within the first where that is too long."""
    found = shorten(text, width, placeholder="…")
    return found if found.strip("…") or not text else f"{text[: width - 1]}…"


def _fit(text: str, width: int = 62) -> str:
    return "\n".join(wrap(text, width, max_lines=3, placeholder=" …"))


def _end(replay: Replay, row: Any) -> int:
    return int(row.end if row.end >= 0 else replay.plan.horizon)


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
