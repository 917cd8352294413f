"""Figures: each draws on the axis that it is given, and what it draws is what was found."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cases import drilled
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import drsim
from drsim import figures
from drsim.errors import DrsimError
from drsim.planning.plan import NEVER
from drsim.studies.curve import Curve, curve
from drsim.studies.helps import Helps, what_would_help
from drsim.studies.overview import Overview
from drsim.studies.result import Result
from drsim.units import HOUR, ONE

ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests" / "data" / "small-lost.yaml"
SERVICE = "moving-house"
DRILLS = 40


@pytest.fixture(scope="module")
def result() -> Result:
    scenario = drsim.load(FILE, set={"services.moving-house.targets.mbco": "10 %"})
    return drsim.run(scenario, replications=DRILLS, seed=1, workers=1)


@pytest.fixture(scope="module")
def over_time(result: Result) -> Curve:
    return curve(result, range(10))


@pytest.fixture(scope="module")
def helps(result: Result) -> Helps:
    return what_would_help(result, SERVICE)


@pytest.fixture
def ax() -> Axes:
    return Figure().subplots()


def texts(ax: Axes) -> str:
    found = [ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), *(text.get_text() for text in ax.texts)]
    found += [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    return "\n".join(found)


def test_each_draws_on_the_axis_that_it_is_given_and_on_one_of_its_own(
    result: Result, over_time: Curve, helps: Helps
) -> None:
    overview = Overview(result.scenario.landscape)
    late = drsim.run(result.scenario.with_({"response.wait": "4 h"}), replications=DRILLS, seed=1, workers=1)
    found = drsim.compare(result, late)
    draw: dict[str, Callable[..., Axes]] = {
        "continuity": lambda **to: figures.continuity(over_time, **to),
        "recovery": lambda **to: figures.recovery(over_time, **to),
        "distribution": lambda **to: figures.distribution(result, SERVICE, **to),
        "explanation": lambda **to: figures.explanation(result, SERVICE, **to),
        "gantt": lambda **to: figures.gantt(result.replay(0), **to),
        "use": lambda **to: figures.use(result.replay(0), **to),
        "landscape": lambda **to: figures.landscape(overview, **to),
        "criticality": lambda **to: figures.criticality(Overview(drsim.load_landscape(PLE1N)), **to),
        "tornado": lambda **to: figures.tornado(helps, **to),
        "comparison": lambda **to: figures.comparison(found, **to),
    }
    assert sorted(draw) == sorted(figures.__all__)
    page = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    for name, function in draw.items():
        given: Axes = Figure().subplots()
        assert function(ax=given) is given, name
        own = function()
        assert own is not given
        assert own.get_title(), name
        own.figure.savefig(io.BytesIO(), format="svg")
        assert f"](figures/{name}.png)" in page
        assert (ROOT / "docs" / "figures" / f"{name}.png").exists()


PLE1N = ROOT / "scenarios" / "landscapes" / "ple1n"


def test_the_distribution_is_that_of_the_drills_with_what_is_not_back_on_top(result: Result, ax: Axes) -> None:
    figures.distribution(result, SERVICE, ax=ax)
    (line, *_) = ax.lines
    times = np.sort(result.rto_times(result.row(SERVICE)))
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    back = times[times < NEVER]
    assert len({*back.tolist()}) > 10
    for time in back:
        assert y[np.searchsorted(x, time / HOUR, side="right") - 1] == np.mean(times <= time)
    assert "RTO 48 h" in texts(ax)


def test_what_never_comes_back_is_hatched_and_counted(ax: Axes) -> None:
    never = drsim.run(FILE, replications=DRILLS, seed=1, workers=1)  # its counter in the hall is asked for
    lost = int((never.block.recovery[never.row(SERVICE)] >= NEVER).sum())
    assert lost
    figures.distribution(never, SERVICE, ax=ax)
    assert f"{lost} of {DRILLS} drills" in texts(ax)
    assert ax.lines[0].get_ydata()[-1] == (DRILLS - lost) / DRILLS


def test_the_waterfall_adds_up(result: Result, ax: Axes) -> None:
    figures.explanation(result, SERVICE, 0.95, ax=ax)
    bars = [bar for bar in ax.patches if hasattr(bar, "get_width")]
    *parts, whole = bars
    total = result.explain(SERVICE, 0.95).total / HOUR
    assert whole.get_width() == pytest.approx(total)
    assert sum(bar.get_width() for bar in parts) == pytest.approx(total)
    ends = np.cumsum([bar.get_width() for bar in parts])
    assert [bar.get_x() for bar in parts[1:]] == pytest.approx(ends[:-1])


def test_the_curve_is_what_the_drills_give_at_each_instant(result: Result, over_time: Curve) -> None:
    drill = curve(result, [3])
    levels = result.replay(3).met(SERVICE)
    row = drill.services.index(SERVICE)
    for place in range(0, len(drill.hours), 20):
        time = drill.hours[place] * HOUR
        assert drill.levels[row][place] == [value for since, value in levels if since <= time][-1] / ONE
    assert (drill.running.low == drill.running.mean).all()  # of one drill
    assert (over_time.running.low <= over_time.running.high).all()
    assert over_time.citizens is not None
    assert over_time.running.mean[-1] == 1  # all is back where the curve ends
    with pytest.raises(DrsimError, match="no drills"):
        curve(result, [])


def test_a_gantt_has_a_bar_for_each_step_of_what_it_shows(result: Result, ax: Axes) -> None:
    drill = result.replay(0)
    figures.gantt(drill, ax=ax, most=3)
    assert len(ax.get_yticks()) == 3
    shown = [label.get_text() for label in ax.get_yticklabels()]
    rows = [row for row in drill.trajectory.rows if row.object in shown and row.start >= 0]
    bars = [bar for bar in ax.patches if hasattr(bar, "get_width")]
    assert len(bars) == len([row for row in rows if row.kind not in ("declare", "mobilise")])
    assert "are left out" in ax.get_title()
    with pytest.raises(DrsimError, match="no-such"):
        figures.gantt(drill, "no-such")


def test_people_at_work_are_never_more_than_there_are_and_all_their_hours_are_there(result: Result) -> None:
    drill = result.replay(0)
    for team, steps in drill.heads_at_work.items():
        worked = sum(
            heads * ((row.end if row.end >= 0 else drill.plan.horizon) - row.start)
            for row in drill.trajectory.rows
            if row.start >= 0
            for member, heads in row.crew
            if drill.plan.structure.teams[member] == team
        )
        ends = [time for time, _ in steps[1:]] + [drill.plan.horizon]
        assert sum(heads * (end - time) for (time, heads), end in zip(steps, ends, strict=True)) == worked
        assert max(heads for _, heads in steps) <= drill.people_of(team)


def test_transfers_on_a_link_are_counted_while_they_run() -> None:
    copy = "data: {size: SIZE}, copies: {nightly: {at: store, kind: backup, taken: daily 1:00, restores: 100 MB/s}}"
    replay = drilled(
        "sites: {here: {}, there: {}, store: {}}\n"
        "links: {wire: {between: [there, store], bandwidth: 10 MB/s}, line: {between: [here, there], bandwidth: 1 GB/s}}\n"
        "components:\n"
        f"  a: {{at: {{here: active, there: cold}}, {copy.replace('SIZE', '36 GB')}}}\n"
        f"  b: {{at: {{here: active, there: cold}}, {copy.replace('SIZE', '108 GB')}}}\n"
        "services: {s: {points: {p: {at: there, needs: [a, b]}}}}\n"
    )
    # each has 5 MB/s for two hours; then b has the other 72 GB alone, at 10 MB/s
    assert replay.transfers_on == {"wire": [(0, 2), (2 * HOUR, 1), (4 * HOUR, 0)]}
    assert replay.heads_at_work == {}


def test_what_is_hit_is_named_or_refused(result: Result) -> None:
    overview = Overview(result.scenario.landscape)
    site = next(iter(result.scenario.landscape.sites))
    assert "is lost" in figures.landscape(overview, hit=[site]).get_title()
    assert "is lost" not in figures.landscape(overview).get_title()
    with pytest.raises(DrsimError, match="nothing is named 'nowhere'"):
        figures.landscape(overview, hit=["nowhere"])


def test_nothing_to_draw_is_said(result: Result) -> None:
    with pytest.raises(DrsimError, match="nothing to draw"):
        figures.criticality(Overview(result.scenario.landscape))
    with pytest.raises(DrsimError, match="nothing was tried"):
        figures.tornado(Helps(SERVICE, SERVICE, 0.95, 1, 1, (), (), 0, 0))
