"""What must hold when something breaks: assertions that are true or false for ever, and tell what broke them."""

from __future__ import annotations

import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from immutabledict import immutabledict
from numpy.typing import NDArray

from drsim.errors import DrsimError, did_you_mean
from drsim.measures.drills import Block, groups
from drsim.measures.estimates import share as share_of
from drsim.model.landscape import Landscape, Response
from drsim.model.scenario import Disruption, Scenario
from drsim.planning.compile import compile_scenario, compile_structure
from drsim.planning.plan import Outage, Plan, Structure
from drsim.planning.variant import variant
from drsim.reading import dump
from drsim.reporting.numbers import format_share
from drsim.reporting.timeline import outage_text
from drsim.studies.arguments import checked_drills, checked_duration, checked_scenario, checked_seed
from drsim.studies.promise import Promise
from drsim.studies.replay import Replay
from drsim.studies.run import run_plan
from drsim.units import ONE, Share

__all__ = ["BrokenPromiseError", "assert_data_loss", "assert_keeps_running", "assert_recovers"]

Place = str | os.PathLike[str]
Kept = NDArray[np.bool_]
"""For which drills a promise holds."""

KEPT: Final = 8
"""Landscapes, and moments of them, that stay compiled."""


class BrokenPromiseError(AssertionError):
    """A promise that does not hold in enough drills.

    Its text is made when it is read, which a search for the smallest outage does once, at its end: which outage, in how many drills the
    promise holds, whether less breaks it too, how the drill in the middle went, and the command that shows that again. Reading
    it writes the scenario to `file`, in the place of what was there.
    """

    def __init__(self, case: _Case, file: Path) -> None:
        super().__init__()
        self.scenario = case.scenario
        self.file = file
        self._case = case

    def __str__(self) -> str:
        """Tell it all."""
        return self._text

    @cached_property
    def _text(self) -> str:
        try:
            _write(self.file, dump(self.scenario))
        except OSError as error:
            return f"{self._case.told(self.file)}\nbut the scenario could not be written there: {error.strerror}"
        return self._case.told(self.file)

    def __reduce__(self) -> tuple[type[AssertionError], tuple[str]]:
        """As another process of the tests gets it: its text."""
        return AssertionError, (str(self),)


def assert_recovers(
    scenario: Scenario | Place,
    service: str,
    *,
    within: str,
    in_share: str = "85 %",
    drills: int = 64,
    seed: int = 1,
    into: Place = "found",
) -> None:
    """Assert that a service is back `within` a time, on the clock (`48 h`) or in working hours (`16 wh`), in a share of the drills.

    `scenario`: what `outages`, `outage` or `drsim.load` gives, or a path. The drills are those of the seed, so it holds for ever or
    never. A service that stays at its minimum is back at once; what is not back by the horizon is not. `into`: the directory for the
    scenario that breaks it.

    Raises BrokenPromiseError; DrsimError for what makes no sense, such as a time beyond the horizon.
    """
    limit = checked_duration(within, "within", working=True)
    case = _Case(scenario, Promise(service, "within", limit, _share(in_share)), drills, seed)
    if not limit.working and limit.ms > case.scenario.horizon.ms:
        raise DrsimError(
            f"within {limit.text} is beyond the horizon, {case.scenario.horizon.text}: nobody sees that far\n  give a longer horizon"
        )
    case.check(Path(into), limit.text)


def assert_keeps_running(
    scenario: Scenario | Place,
    service: str,
    *,
    in_share: str = "100 %",
    drills: int = 64,
    seed: int = 1,
    into: Place = "found",
) -> None:
    """Assert that a service never goes below its minimum, but as planned, in a share of the drills; see `assert_recovers`."""
    _Case(scenario, Promise(service, "keeps running", None, _share(in_share)), drills, seed).check(
        Path(into), "keeps running"
    )


def assert_data_loss(
    scenario: Scenario | Place,
    service: str,
    *,
    at_most: str,
    in_share: str = "85 %",
    drills: int = 64,
    seed: int = 1,
    into: Place = "found",
) -> None:
    """Assert that a service loses no more than the data of a time, `24 h`, in a share of the drills; see `assert_recovers`.

    Data that is not recovered by the horizon is more than any time.
    """
    limit = checked_duration(at_most, "at_most")
    promise = Promise(service, "loses at most", limit, _share(in_share))
    _Case(scenario, promise, drills, seed).check(Path(into), f"data {limit.text}")


class _Case:
    """A promise, and what happens."""

    def __init__(self, scenario: Scenario | Place, promise: Promise, drills: int, seed: int) -> None:
        self.scenario, self.promise, self.service = checked_scenario(scenario), promise, promise.service
        self.drills, self.seed = checked_drills(drills), checked_seed(seed)
        services = self.scenario.landscape.services
        if self.service not in services:
            raise DrsimError(f"no service is named {self.service!r}: {did_you_mean(self.service, services)}")

    def kept(self, disruptions: Mapping[str, Disruption] | None = None) -> Kept:
        """In which drills it holds, when these happen."""
        return self.promise.kept(*self._measured(disruptions))

    def _measured(self, disruptions: Mapping[str, Disruption] | None = None) -> tuple[Block, int]:
        """The measures, and the row of the service in them."""
        plan = _plan(self.scenario, self.scenario.disruptions if disruptions is None else disruptions)
        result = run_plan(plan, replications=self.drills, seed=self.seed, workers=1)
        (row,) = (
            number
            for number, group in enumerate(groups(plan))
            if plan.structure.services[group.service] == self.service
            and group.municipality is None
            and group.point is None
        )
        return result.block, row

    def is_enough(self, kept: Kept) -> bool:
        return int(kept.sum()) * ONE >= self.promise.asked.millionths * self.drills

    def check(self, into: Path, promise: str) -> None:
        if not self.is_enough(self.kept()):
            name = re.sub(r"[^a-z0-9]+", "-", f"{self.service} {promise}".lower()).strip("-")
            raise BrokenPromiseError(self, into / f"{name}.yaml")

    def told(self, file: Path) -> str:
        block, row = self._measured()
        kept = self.promise.kept(block, row)
        middle = _middle(kept, block.recovery[row])
        plan = _plan(self.scenario, self.scenario.disruptions)
        replay = Replay.of(plan, self.seed, middle)
        story = replay.timeline(self.service).rstrip().splitlines()
        again = f"drsim replay {file} --drill {middle} --service {self.service}"
        if self.seed != 1:
            again += f" --seed {self.seed}"
        lines = [
            f"{self.service} {self.promise.text} in {self._counted(kept)}; asked: {self.promise.asked.text}",
            "",
            f"what breaks it{self._alone()}",
            *(f"  {outage_text(plan, outage)}{_when(outage.name, self.scenario)}" for outage in self._outages(plan)),
            f"  from {self.scenario.moment:%Y-%m-%d %H:%M}" if self.scenario.moment else "  at any moment of the week",
            "",
            f"drill {middle}, in the middle of those in which it does not hold",
            *(f"  {line}" if line else "" for line in story),
            "",
            f"see it again: {again}",
        ]
        return "\n".join(lines)

    def _outages(self, plan: Plan) -> list[Outage]:
        return [outage for outage in plan.outages if outage.name in self.scenario.disruptions]

    def _counted(self, kept: Kept) -> str:
        successes = int(kept.sum())
        return f"{successes} of {self.drills} drills, {format_share(share_of(successes, self.drills))}"

    def _alone(self) -> str:
        """Whether less breaks it as well."""
        what = self.scenario.disruptions
        if len(what) < 2:
            return ""
        still = []
        for name in what:
            fewer = {other: each for other, each in what.items() if other != name and each.follows != name}
            if not self.is_enough(self.kept(fewer)):
                still.append(name)
        if still:
            return f", also without {', or '.join(still)}"
        return ": neither half breaks it alone" if len(what) == 2 else ": nothing less of it does"


def _middle(kept: Kept, recovery: NDArray[np.int64]) -> int:
    """The drill with the median recovery of those in which it does not hold."""
    broken = np.flatnonzero(~kept)
    order = broken[np.argsort(recovery[broken], kind="stable")]
    return int(order[(len(order) - 1) // 2])


def _when(name: str, scenario: Scenario) -> str:
    what = scenario.disruptions[name]
    after = (
        ""
        if what.after.fixed == 0
        else f", {what.after.text} {f'after {what.follows} begins' if what.follows else 'later'}"
    )
    if what.kind == "corruption":
        lasts = ""
    elif what.lasts is None:
        lasts = ", until repaired" if what.until_repaired else ", for the whole drill"
    else:
        lasts = f", for {what.lasts.text}"
    return f"{after}{lasts}"


# What is compiled stays, for the next example

_structures: OrderedDict[tuple[int, Response], tuple[Landscape, Structure]] = OrderedDict()
_plans: OrderedDict[tuple[object, ...], tuple[Landscape, Plan]] = OrderedDict()


def _plan(scenario: Scenario, disruptions: Mapping[str, Disruption]) -> Plan:
    """The plan of a scenario with these disruptions, in less than a millisecond where only those are new."""
    now = scenario.model_copy(update={"disruptions": immutabledict(disruptions)})
    if scenario.tests is not None:
        return compile_scenario(now)
    key = (id(scenario.landscape), scenario.moment, scenario.horizon, scenario.response, scenario.moves)
    if key not in _plans:
        bare = scenario.model_copy(update={"disruptions": immutabledict()})
        _plans[key] = scenario.landscape, compile_scenario(bare, _structure(scenario))
        while len(_plans) > KEPT:
            _plans.popitem(last=False)
    try:
        return variant(_plans[key][1], outages=disruptions).but(scenario=now)
    except DrsimError:  # other data is corrupted
        return compile_scenario(now, _structure(scenario))


def _structure(scenario: Scenario) -> Structure:
    key = id(scenario.landscape), scenario.response
    if key not in _structures:
        _structures[key] = scenario.landscape, compile_structure(scenario.landscape, scenario.response)
        while len(_structures) > KEPT:
            _structures.popitem(last=False)
    return _structures[key][1]


def _write(file: Path, text: str) -> None:
    """All of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _share(text: str) -> Share:
    try:
        return Share.parse(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise DrsimError(f"in_share {text!r}: {error}") from None
