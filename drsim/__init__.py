"""drsim: with what probability is the citizen served again in time?

`load` a scenario, `run` it, look at the tables of the result:

    import drsim
    s = drsim.load("scenarios/town-hall-lost.yaml")
    r = drsim.run(s, replications=1_000, seed=1)
    r.services
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drsim.errors import DrsimError, InputError
    from drsim.model.landscape import Landscape
    from drsim.model.scenario import Scenario
    from drsim.reading import load, load_landscape
    from drsim.reporting import figures as figures
    from drsim.reporting.report import report
    from drsim.studies.check import Check, check
    from drsim.studies.compare import Comparison, compare
    from drsim.studies.hunt import Hunt, hunt
    from drsim.studies.lint import Lint, lint
    from drsim.studies.replay import Replay
    from drsim.studies.result import Result
    from drsim.studies.run import run
    from drsim.studies.runbook import Runbook, runbook

__version__ = "0.1.0"

_WHERE = {
    "Check": "drsim.studies.check",
    "Comparison": "drsim.studies.compare",
    "DrsimError": "drsim.errors",
    "Hunt": "drsim.studies.hunt",
    "InputError": "drsim.errors",
    "Landscape": "drsim.model.landscape",
    "Lint": "drsim.studies.lint",
    "Replay": "drsim.studies.replay",
    "Result": "drsim.studies.result",
    "Runbook": "drsim.studies.runbook",
    "Scenario": "drsim.model.scenario",
    "check": "drsim.studies.check",
    "compare": "drsim.studies.compare",
    "hunt": "drsim.studies.hunt",
    "lint": "drsim.studies.lint",
    "load": "drsim.reading",
    "load_landscape": "drsim.reading",
    "report": "drsim.reporting.report",
    "run": "drsim.studies.run",
    "runbook": "drsim.studies.runbook",
}

__all__ = [
    "Check",
    "Comparison",
    "DrsimError",
    "Hunt",
    "InputError",
    "Landscape",
    "Lint",
    "Replay",
    "Result",
    "Runbook",
    "Scenario",
    "__version__",
    "check",
    "compare",
    "figures",
    "hunt",
    "lint",
    "load",
    "load_landscape",
    "report",
    "run",
    "runbook",
]


def __getattr__(name: str) -> Any:
    # nothing heavy is imported before it is used
    if name == "figures":
        from importlib import import_module

        return import_module("drsim.reporting.figures")
    if name in _WHERE:
        from importlib import import_module

        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'drsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
