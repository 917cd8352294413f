"""Scenario files as tests: `pytest scenarios/` drills each and asks whether its services keep their promises.

A test is of one promise of one service: `town-hall-lost.yaml::passport::rto`. It fails if the promise is missed, unless the file
expects that (`expect`), and if one that is expected to be missed is kept; what is too close to call is skipped, with its interval.
Where the scenario has a test in a bubble, each service in that has one more: `standby-test.yaml::passport::test`.
Nothing heavy is imported before a scenario file is met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from drsim.measures.estimates import Share
    from drsim.model.scenario import Scenario
    from drsim.studies.check import Measure
    from drsim.studies.result import Result

SUFFIXES: Final = (".yaml", ".yml")
FIRST: Final = re.compile(r"(?:---\s*|#.*|\s*)")
"""What may stand before the first key."""
SCENARIO: Final = re.compile(r"drsim\s*:\s*[\"']?scenario\b")
DRILLS: Final = "200"
DOES: Final = {
    "rto": "is back within",
    "rpo": "loses no more data than",
    "test": "is back in the test within",
}
"""What a service does that keeps its promise."""


class BrokenPromise(Exception):  # noqa: N818
    """What a promise turned out to be; told without a traceback."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many drills, and with which luck."""
    group = parser.getgroup("drsim", "scenario files of drsim")
    group.addoption(
        "--drsim-drills", metavar="NUMBER", help="Drills of each scenario file (or drsim_drills in the ini file)."
    )
    group.addoption("--drsim-seed", metavar="NUMBER", help="Their seed (or drsim_seed in the ini file).")
    group.addoption("--no-drsim", action="store_true", help="Leave scenario files alone.")
    parser.addini("drsim_drills", f"Drills of each scenario file, {DRILLS} if not given.", default=DRILLS)
    parser.addini("drsim_seed", "The seed of their luck, 1 if not given.", default="1")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line(
        "markers", "drsim: a promise of a scenario file; the same as `rto`, `rpo` or `test` in its name"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Those whose first key says that they are scenarios."""
    if file_path.suffix not in SUFFIXES or parent.config.getoption("--no-drsim") or not is_scenario(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


def is_scenario(file: Path) -> bool:
    """Whether the first key of a file is `drsim: scenario`; read no further than that."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for line in lines:
                if not FIRST.fullmatch(line.rstrip("\r\n")):
                    return SCENARIO.match(line) is not None
    except (OSError, UnicodeDecodeError):
        return False
    return False


class ScenarioFile(pytest.File):
    """A scenario: read when it is collected, drilled when its first promise is asked for."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Its services that promise something."""
        services = self.scenario.landscape.services
        kept = False
        for name in sorted(services):
            targets = services[name].targets
            if targets.rto is not None or targets.rpo is not None:
                kept = True
                yield ServicePromises.from_parent(self, name=name)
        if not kept:
            raise self.CollectError(f"{self.path}: none of its services has an rto or rpo, so there is nothing to test")

    @cached_property
    def scenario(self) -> Scenario:
        """What it says; all its mistakes at once, if there are any."""
        from drsim.errors import DrsimError
        from drsim.reading import load

        try:
            return load(self.path)
        except DrsimError as error:
            raise self.CollectError(str(error)) from None

    @cached_property
    def result(self) -> Result:
        """Its drills, once for all of its promises."""
        from drsim.studies.run import run

        return run(self.scenario, replications=self._number("drills"), seed=self._number("seed"), workers=1)

    def _number(self, name: str) -> int:
        config = self.config
        option = config.getoption(f"--drsim-{name}")
        text, where = (option, f"--drsim-{name}") if option else (config.getini(f"drsim_{name}"), f"drsim_{name}")
        if not re.fullmatch(r"\s*[0-9]+\s*", str(text)):
            raise pytest.UsageError(f"{where} {text!r}: a whole number is needed")
        return int(text)


class ServicePromises(pytest.Collector):
    """What one service promises."""

    parent: ScenarioFile

    def collect(self) -> Iterator[pytest.Item]:
        """`rto`, `rpo` where there is data to lose, and `test` where it is in the bubble of one."""
        from drsim.model.bubble import services_of
        from drsim.reading.rules import rests_on_data

        scenario = self.parent.scenario
        landscape, trial = scenario.landscape, scenario.tests
        service = landscape.services[self.name]
        if service.targets.rto is not None:
            yield Promise.from_parent(self, name="rto")
        if service.targets.rpo is not None and rests_on_data(service, landscape.components):
            yield Promise.from_parent(self, name="rpo")
        if service.targets.rto is not None and trial is not None and self.name in services_of(trial, landscape):
            yield Promise.from_parent(self, name="test")


class Promise(pytest.Item):
    """One promise of one service."""

    parent: ServicePromises

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.measure: Measure = named["name"]
        self.file = self.parent.parent
        self.service = self.parent.name
        self.add_marker("drsim")
        if self.config.pluginmanager.hasplugin("xdist"):  # with --dist=loadgroup a file is drilled once
            self.add_marker(pytest.mark.xdist_group(str(self.path)))

    def runtest(self) -> None:
        """Is it kept, as it should be, or missed, as it is expected to be?"""
        from drsim.studies.check import judged

        share, found = judged(self.file.result, self.service, self.measure)
        assert found is not None
        expected, because = self._expected()
        if share is None:
            pytest.skip(f"undecided: in none of {self.file.result.replications} drills the test begins")
        told = self._told(share)
        if found == "undecided":  # neither kept nor missed: a pass or a failure would be luck
            pytest.skip(f"undecided: {told}; more drills would tell (--drsim-drills)")
        if found == expected:
            return
        if expected == "missed":
            raise BrokenPromise(
                f"{told}: kept, and the file expects it to be missed, because {because}\n"
                f"if that is mended, take it out of 'expect' in {self.file.path.name}"
            )
        raise BrokenPromise(f"{told}: missed\nwhat held it up: {self._closer()}")

    def _expected(self) -> tuple[str, str]:
        expected = self.file.scenario.expect.get(self.service)
        verdict = getattr(expected, self.name, None) or "met"
        return verdict, getattr(expected, "because", None) or ""

    def _told(self, share: Share) -> str:
        from drsim.reporting.numbers import format_share
        from drsim.units import ONE

        targets = self.file.scenario.landscape.services[self.service].targets
        target = targets.rpo if self.measure == "rpo" else targets.rto
        does = DOES[self.measure]
        asked = 100 * targets.share.millionths / ONE
        return f"{self.service} {does} {target} in {format_share(share)} of {share.trials} drills; asked: {asked:g} %"

    def _closer(self) -> str:
        """The command that shows what held it up."""
        result = self.file.result
        if self.measure == "test":
            late = next(each.late for each in result.tried if each.name == self.service)
            return f"drsim replay {self.path} --drill {late} --seed {result.seed}"
        number = result.replications
        return f"drsim explain {self.path} {self.service} --replications {number} --seed {result.seed}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """In words; a traceback only for what should not happen."""
        if isinstance(excinfo.value, BrokenPromise):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """As it is named."""
        return self.path, None, f"{self.service}::{self.name}"
