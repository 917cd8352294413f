"""Write the pictures of docs/figures.md.

python docs/make_figures.py
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import drsim
from drsim import figures
from drsim.studies.curve import curve
from drsim.studies.helps import what_would_help
from drsim.studies.overview import Overview

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "figures"
SERVICE, DRILLS, SEED = "taxes", 300, 1


def drawn() -> dict[str, Axes]:
    """Name of the picture -> its axis."""
    scenario = drsim.load(ROOT / "scenarios" / "town-hall-lost.yaml")
    result = drsim.run(scenario, replications=DRILLS, seed=SEED)
    round_the_clock = scenario.with_({"suppliers.tax-supplier.works": "always"})
    other = drsim.run(round_the_clock, replications=DRILLS, seed=SEED)
    over_time, drill = curve(result), result.replay(result.around(SERVICE, 0.95, 1)[0])
    overview = Overview(scenario.landscape)
    return {
        "continuity": figures.continuity(over_time),
        "recovery": figures.recovery(over_time),
        "distribution": figures.distribution(result, SERVICE),
        "explanation": figures.explanation(result, SERVICE, 0.95),
        "gantt": figures.gantt(drill, SERVICE),
        "use": figures.use(drill),
        "landscape": figures.landscape(Overview(scenario.landscape, SERVICE), hit=["sint-michielsgestel"]),
        "criticality": figures.criticality(overview, most=20),
        "tornado": figures.tornado(what_would_help(result, SERVICE)),
        "comparison": figures.comparison(drsim.compare(result, other)),
    }


def main() -> None:
    """Write them all."""
    for name, ax in drawn().items():
        beside = TARGET / f"{name}.tmp"
        ax.figure.savefig(beside, format="png", dpi=80, metadata={"Software": ""})
        beside.replace(TARGET / f"{name}.png")


if __name__ == "__main__":
    main()
