"""A record of a run, a comparison or a hunt: enough to run it again, elsewhere and later, and to see whether the same comes out."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NoReturn

from drsim import __version__
from drsim.errors import DrsimError, InputError, Problem
from drsim.model.scenario import Scenario
from drsim.reading import dump, loads
from drsim.studies.arguments import checked_drills, checked_seed
from drsim.studies.compare import WHEN, Comparison, compare
from drsim.studies.hunt import Hunt, hunt
from drsim.studies.result import Result
from drsim.studies.run import run

__all__ = ["Again", "record_of", "recorded", "rerun", "versions"]

FORMAT: Final = 1
"""Of a record."""
DECIDE: Final = ("numpy", "scipy", "simpy", "networkx", "pydantic", "PyYAML", "holidays", "tzdata")
"""Packages on which numbers may depend."""
KEYS: Final = {"scenario": str, "digest": str, "seed": int, "replications": int, "versions": dict}
"""What a record has to say."""
NOT_FOUND: Final = object()


def versions() -> dict[str, str]:
    """What a run may depend on: drsim, Python and the packages that compute."""
    return {"drsim": __version__, "python": platform.python_version()} | {
        name: metadata.version(name) for name in DECIDE
    }


def recorded(result: Result, command: str | None = None) -> dict[str, Any]:
    """What a run found, as `Result.to_dict` gives it, with its record; `command`: how it was asked for, for people."""
    record = record_of(result.scenario, result.seed, result.replications)
    told = {"command": command, "stopped": result.stopped or why(result)}
    return {**result.to_dict(), "record": {**record, **told}}


def record_of(scenario: Scenario, seed: int, replications: int) -> dict[str, Any]:
    """What was drilled, how often and with what."""
    return {
        "format": FORMAT,
        "seed": seed,
        "replications": replications,
        "versions": versions(),
        "digest": scenario.digest(),
        "scenario": dump(scenario),
    }


def why(result: Result) -> str:
    """Why there were so many drills, where no precision was asked."""
    drills = f"{result.replications:,} drills"
    return f"interrupted after {drills}" if result.interrupted else f"{drills}, as many as were asked for"


@dataclass
class Again:
    """A run, a comparison or a hunt that was recorded, and the same now."""

    before: Mapping[str, Any]
    """what was found, and its record"""
    result: Result | Comparison | Hunt

    @cached_property
    def unequal(self) -> list[tuple[str, Any, Any]]:
        """(path, then, now) of each figure that is not the same; none when all are."""
        now = json.loads(json.dumps(self.result.to_dict()))
        return list(_unequal(_compared(self.before), _compared(now), ""))

    @property
    def versions(self) -> dict[str, tuple[str | None, str | None]]:
        """(then, now) of what has another version."""
        then, now = _records(self.before)[-1]["versions"], versions()
        return {
            name: (then.get(name), now.get(name))
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        }

    @property
    def digest(self) -> tuple[str, str]:
        """(then, now) of the scenario: they differ when it was changed in the record, or this version reads it otherwise.

        Of the two of a comparison it is the first that differs, else the second.
        """
        then = [record["digest"] for record in _records(self.before)]
        found = list(zip(then, [scenario.digest() for scenario in self.scenarios], strict=True))
        return next((pair for pair in found if pair[0] != pair[1]), found[-1])

    @property
    def scenarios(self) -> list[Scenario]:
        """What was drilled: two scenarios of a comparison, else one."""
        if isinstance(self.result, Comparison):
            return [self.result.before.scenario, self.result.after.scenario]
        return [self.result.scenario]

    @cached_property
    def figures(self) -> int:
        """How many figures were compared."""
        return sum(1 for _ in _leaves(_compared(self.before)))


def rerun(
    path: str,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Again:
    """Run what a record says again, also that of a comparison or a hunt in the page of its report; InputError for a file without."""
    before = _read(path)
    records = _records(before)
    try:
        scenarios = [loads(record["scenario"]) for record in records]
        seed, drills = checked_seed(records[-1]["seed"]), checked_drills(_drills(before))
    except InputError as error:
        whose = records[-1]["versions"].get("drsim", "?")
        raise DrsimError(
            f"{path}\n  drsim {__version__} cannot read the scenario that drsim {whose} recorded:\n{error}"
        ) from error
    except DrsimError as error:
        raise InputError([Problem(f"its record has no such run: {error}", file=path)]) from error
    if len(scenarios) > 1:
        one, two = scenarios
        return Again(before, compare(one, two, replications=drills, seed=seed, workers=workers, progress=progress))
    if "hunted" not in before:
        return Again(before, run(scenarios[0], replications=drills, seed=seed, workers=workers, progress=progress))
    try:
        breaks, options = records[0]["breaks"], records[0]["options"]
        found = hunt(
            scenarios[0], breaks, replications=drills, seed=seed, workers=workers, progress=progress, **options
        )
    except (InputError, KeyError, TypeError) as error:
        raise InputError([Problem(f"its record has no such hunt: {error}", file=path)]) from error
    return Again(before, found)


def _records(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The record of a run or a hunt; of a comparison that of each of the two."""
    if "records" in found:
        return [found["records"].get(when) for when in WHEN]
    return [found.get("record", found.get("hunted"))]


def _drills(found: Mapping[str, Any]) -> Any:
    """How many drills there were; of a comparison those that both runs have."""
    return found.get("replications") if "records" in found else _records(found)[0]["replications"]


def _read(path: str) -> dict[str, Any]:
    def refuse(
        rule: str,
        hint: str = "give a file that `drsim run SCENARIO --out FILE`, `drsim report` or `drsim hunt -o` wrote",
    ) -> NoReturn:
        raise InputError([Problem(rule, file=path, hint=hint)])

    try:
        found = json.loads(_without_page(Path(path).read_bytes()))
    except OSError as error:
        refuse(f"cannot be read: {error.strerror}")
    except ValueError as error:
        refuse(f"is no JSON: {error}")
    except RecursionError:
        refuse("is nested too deeply to be read")
    if not isinstance(found, dict) or not isinstance(found.get("records", {}), dict):
        refuse("has no record of a run")
    if "hunted" in found and found.get("interrupted"):
        refuse("is of a hunt that was interrupted, which nobody can interrupt at the same set again", "hunt to the end")
    for record in _records(found):
        if not isinstance(record, dict):
            refuse("has no record of a run")
        if record.get("format") != FORMAT:
            rule = f"its record is of format {record.get('format')!r}, and drsim {__version__} knows {FORMAT}"
            refuse(rule, "use the drsim that wrote it")
        for key, kind in KEYS.items():
            if not isinstance(record.get(key), kind):
                refuse(f"its record has no {key}")
    return dict(found)


def _without_page(data: bytes) -> bytes:
    """The record alone, also where it is in the page of a report."""
    found = re.search(rb'<script type="application/json" id="record">(.*?)</script>', data, re.DOTALL)
    return data if found is None else found[1]


def _compared(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is found, without how it was asked for, why it ended, by which version, and what only a report tells."""
    left_out = ("record", "records", "hunted", "drsim", "stopped", "interrupted", "report")
    return {key: value for key, value in found.items() if key not in left_out}


def _unequal(then: Any, now: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in [*then, *(key for key in now if key not in then)]:
            yield from _unequal(then.get(key, NOT_FOUND), now.get(key, NOT_FOUND), f"{path}.{key}" if path else key)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, two) in enumerate(zip(then, now, strict=True)):
            yield from _unequal(one, two, f"{path}.{number}")
    elif then != now:
        yield path, None if then is NOT_FOUND else then, None if now is NOT_FOUND else now


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from _leaves(each)
    else:
        yield node
