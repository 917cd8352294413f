"""A record of a run: enough to run it again, elsewhere and later, and to see whether the same comes out."""

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
from drsim.reading import dump, loads
from drsim.studies.arguments import checked_drills, checked_seed
from drsim.studies.result import Result
from drsim.studies.run import run

__all__ = ["Again", "recorded", "rerun", "versions"]

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
    scenario = result.scenario
    record = {
        "format": FORMAT,
        "command": command,
        "seed": result.seed,
        "replications": result.replications,
        "stopped": result.stopped or why(result),
        "versions": versions(),
        "digest": scenario.digest(),
        "scenario": dump(scenario),
    }
    return {**result.to_dict(), "record": record}


def why(result: Result) -> str:
    """Why there were so many drills, where no precision was asked."""
    drills = f"{result.replications:,} drills"
    return f"interrupted after {drills}" if result.interrupted else f"{drills}, as many as were asked for"


@dataclass
class Again:
    """A run that was recorded, and the same run now."""

    before: Mapping[str, Any]
    """what was found, and its record"""
    result: Result

    @cached_property
    def unequal(self) -> list[tuple[str, Any, Any]]:
        """(path, then, now) of each figure that is not the same; none when all are."""
        now = json.loads(json.dumps(self.result.to_dict()))
        return list(_unequal(_compared(self.before), _compared(now), ""))

    @property
    def versions(self) -> dict[str, tuple[str | None, str | None]]:
        """(then, now) of what has another version."""
        then, now = self.before["record"]["versions"], versions()
        return {
            name: (then.get(name), now.get(name))
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        }

    @property
    def digest(self) -> tuple[str, str]:
        """(then, now) of the scenario: they differ when it was changed in the record, or this version reads it otherwise."""
        return self.before["record"]["digest"], self.result.scenario.digest()

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
    """Run what a record says again; InputError for a file that is no record."""
    before = _read(path)
    record = before["record"]
    try:
        scenario = loads(record["scenario"])
        seed, drills = checked_seed(record["seed"]), checked_drills(record["replications"])
    except InputError as error:
        whose = record["versions"].get("drsim", "?")
        raise DrsimError(
            f"{path}\n  drsim {__version__} cannot read the scenario that drsim {whose} recorded:\n{error}"
        ) from error
    except DrsimError as error:
        raise InputError([Problem(f"its record has no such run: {error}", file=path)]) from error
    return Again(before, run(scenario, replications=drills, seed=seed, workers=workers, progress=progress))


def _read(path: str) -> dict[str, Any]:
    def refuse(
        rule: str, hint: str = "give a file that `drsim run SCENARIO --out FILE` or `drsim report` wrote"
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
    if isinstance(found, dict) and isinstance(found.get("records"), dict):
        refuse(
            "is a report of two runs, and this runs one again", "type the command that it shows under how it was run"
        )
    record = found.get("record") if isinstance(found, dict) else None
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
    left_out = ("record", "drsim", "stopped", "interrupted", "report")
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
