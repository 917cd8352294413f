"""Figures: each draws on the axis that it is given, and what it draws is what was found."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def crosses(ax: Axes) -> int:
    """How many are marked as lost, without the one in the legend."""
    black = (0.0, 0.0, 0.0, 1.0)
    return sum(len(each.get_offsets()) for each in ax.collections if tuple(each.get_facecolor()[0]) == black)


def texts(ax: Axes) -> str:
    found = [ax.get_title(), ax.get_xlabel(), ax.get_ylabel(), *(text.get_text() for text in ax.texts)]
    found += [label.get_text() for label in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    legend = ax.get_legend()
    found += [label.get_text() for label in legend.get_texts()] if legend is not None else []
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
    assert f"{lost} of {DRILLS} drills not back" in texts(ax)
    (hatched,) = ax.collections
    assert hatched.get_hatch()
    assert not np.array_equal(hatched.get_facecolor(), hatched.get_edgecolor())  # a hatch has the colour of the edge
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
    assert "left out" in ax.get_title()
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
    parts = result.scenario.landscape.components
    for hit in ("sint-michielsgestel", "oracle"):
        lost = [name for name, part in parts.items() if name == hit or set(part.active) == {hit}]
        drawn = figures.landscape(overview, hit=[hit])
        assert crosses(drawn) == len(lost) + 1, hit  # the service stops with them
        assert "lost, or stops" in texts(drawn)
    assert "lost" not in texts(figures.landscape(overview))
    assert crosses(figures.landscape(overview, hit=["sint-oedenrode"])) == 0  # hypervisor runs at the other as well
    assert crosses(figures.landscape(overview, hit="oracle")) > 0
    with pytest.raises(DrsimError, match="nothing is named 'nowhere'"):
        figures.landscape(overview, hit=["nowhere"])


def test_nothing_to_draw_is_said(result: Result) -> None:
    with pytest.raises(DrsimError, match="nothing to draw"):
        figures.criticality(Overview(result.scenario.landscape))
    with pytest.raises(DrsimError, match="nothing was tried"):
        figures.tornado(Helps(SERVICE, SERVICE, 0.95, 1, 1, (), (), 0, 0))


def test_work_in_working_hours_is_not_drawn_at_night(ax: Axes) -> None:
    drill = drilled(
        "sites: {here: {}, there: {}}\nlinks: {line: {between: [here, there], bandwidth: 1 GB/s}}\n"
        'teams: {fitters: {people: 1, works: "Mon-Fri 9:00-17:00"}}\n'
        "components: {a: {at: {here: active, there: cold}, start: {takes: 12 wh, by: fitters}}}\n"
        "services: {s: {points: {p: {at: there, needs: [a]}}}}\n"
    )
    (row,) = (row for row in drill.trajectory.rows if row.kind == "start")
    spans = drill.at_work(row)
    assert len(spans) > 1
    assert sum(end - begin for begin, end in spans) == 12 * HOUR
    assert all(end - begin <= 8 * HOUR for begin, end in spans)
    assert drill.heads_at_work["fitters"] == [change for begin, end in spans for change in ((begin, 1), (end, 0))]
    figures.gantt(drill, ax=ax)
    drawn = sorted((bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches if hasattr(bar, "get_width"))
    assert np.ravel(drawn) == pytest.approx(np.ravel(spans) / HOUR)


def test_what_is_under_way_at_the_horizon_has_not_failed(ax: Axes) -> None:
    drill = drilled(
        "sites: {here: {}, there: {}}\nlinks: {line: {between: [here, there], bandwidth: 1 GB/s}}\n"
        "teams: {fitters: {people: 1}}\n"
        "components: {a: {at: {here: active, there: cold}, start: {takes: 400 d, by: fitters}}}\n"
        "services: {s: {points: {p: {at: there, needs: [a]}}}}\n"
    )
    figures.gantt(drill, ax=ax)
    assert "×" not in texts(ax)


def test_a_gantt_of_a_service_has_nothing_that_it_does_not_rest_on_and_what_struck(ax: Axes) -> None:
    replay = drsim.run(ROOT / "scenarios" / "ransomware.yaml", replications=1, seed=1, workers=1).replay(0)
    below = set(Overview(replay.plan.scenario.landscape, "taxes").components)
    figures.gantt(replay, "taxes", ax=ax, most=100)
    names = {label.get_text() for label in ax.get_yticklabels()}
    assert names
    assert all(name in below or name.startswith("taxes.") for name in names)
    hall = drsim.run(ROOT / "scenarios" / "town-hall-lost.yaml", replications=1, seed=1, workers=1).replay(0)
    assert "sint-michielsgestel" in texts(figures.gantt(hall, most=8))


def test_dollars_are_dollars(result: Result) -> None:
    scenario = drsim.load(FILE, set={"services.moving-house.title": "'price $\\frac{$ of $y_2$'"})
    shown = drsim.run(scenario, replications=5, seed=1, workers=1)
    for drawn in (
        figures.distribution(shown, SERVICE),
        figures.continuity(shown),
        figures.gantt(shown.replay(0), SERVICE),
    ):
        out = io.BytesIO()
        drawn.figure.savefig(out, format="svg")
        assert "price $\\frac{$ of $y_2$" in texts(drawn)


def test_a_curve_goes_on_to_the_horizon_where_something_is_not_back() -> None:
    never = drsim.run(FILE, replications=3, seed=1, workers=1)
    assert curve(never).hours[-1] == never.plan.horizon / HOUR
    quiet = drsim.run(drsim.load(FILE).with_({"disruptions": {}}), replications=3, seed=1, workers=1)
    assert curve(quiet).hours[-1] == quiet.plan.horizon / HOUR


def test_a_comparison_tells_in_how_many_drills_it_is_not_back(result: Result) -> None:
    never = drsim.load(FILE)
    found = drsim.compare(result, never, workers=1)
    (each,) = found.services
    before = int((result.block.recovery[result.row(SERVICE)] >= NEVER).sum())
    assert each.not_back == (before, DRILLS)
    assert f"not back in {before} → {DRILLS}" in texts(figures.comparison(found))
    assert f"not back in {before}" in texts(figures.comparison(drsim.compare(result, result, workers=1)))
    assert 0 < before < DRILLS


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (lambda result: figures.distribution("x.yaml", SERVICE), "draws a Result, not 'x.yaml'.*what drsim.run gives"),
        (lambda result: figures.recovery(result.scenario), "draws a Result or a Curve, not a Scenario"),
        (figures.gantt, "draws a Replay, not a Result.*result.replay"),
        (figures.use, "draws a Replay, not a Result"),
        (lambda result: figures.landscape(result.scenario), "draws an Overview, not a Scenario"),
        (figures.tornado, "draws a Helps, not a Result"),
        (figures.comparison, "draws a Comparison, not a Result"),
        (lambda result: figures.gantt(result.replay(0), most=0), "most 0"),
    ],
)
def test_what_a_figure_cannot_draw_is_refused(result: Result, draw: Any, told: str) -> None:
    with pytest.raises(DrsimError, match=f"(?s){told}"):
        draw(result)
