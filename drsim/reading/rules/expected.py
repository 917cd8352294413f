"""What a scenario expects."""

from __future__ import annotations

from collections.abc import Mapping

from drsim.model.bubble import services_of
from drsim.model.fields import Path
from drsim.model.scenario import Expected, Trial
from drsim.reading.rules.finding import Finding, Findings, Parts
from drsim.reading.rules.services import rests_on_data


def expect_findings(expect: Mapping[str, Expected], parts: Parts, *, complete: bool) -> Findings:
    """Check that what is expected can be: of a promise that there is, and a miss with its reason.

    `complete`: whether all components could be read, so that it is known what data there is.
    """
    for name, expected in expect.items():
        path = ("expect", name)
        given = {key: verdict for key in ("rto", "rpo", "test") if (verdict := getattr(expected, key)) is not None}
        if not given:
            yield Finding(path, f"nothing is expected of '{name}'", "write 'rto: met', or leave it out", True)
        elif "missed" in given.values() and not (expected.because or "").strip():
            rule = f"'{name}' is expected to miss a promise, and nothing says why"
            yield Finding(path, rule, "add 'because: ...', what holds it up, as `drsim explain` shows it", True)
        elif "missed" not in given.values() and expected.because is not None:
            rule = f"'because' gives a reason to miss, and nothing of '{name}' is expected to be missed"
            yield Finding((*path, "because"), rule, "leave it out, or write 'missed'", True)
        service = parts.services.get(name)
        if service is None:
            continue
        for key in [key for key in given if key != "test"]:
            if getattr(service.targets, key) is None:
                rule = f"'{name}' promises no {key}, so that it is neither met nor missed"
                there = " and ".join(each for each in ("rto", "rpo") if getattr(service.targets, each) is not None)
                hint = (
                    f"it promises an {there}: expect that"
                    if there
                    else f"leave it out, or give it '{key}' in 'targets'"
                )
                yield Finding((*path, key), rule, hint, True)
            elif key == "rpo" and complete and not rests_on_data(service, parts.components):
                rule = f"nothing that '{name}' rests on has data, so that its rpo is neither met nor missed"
                yield Finding((*path, key), rule, "leave it out, or give a component that it needs 'data'", True)


def expected_test_findings(
    expect: Mapping[str, Expected], trial: Trial | None, parts: Parts, *, complete: bool
) -> Findings:
    """Check that what is expected of a test can be: there is one, and the service is in it and has an RTO."""
    inside = services_of(trial, parts) if trial is not None and complete else ()
    for name, expected in expect.items():
        if expected.test is None or name not in parts.services:
            continue
        path: Path = ("expect", name, "test")
        if trial is None:
            rule = f"nothing is tested, so that '{name}' is neither in time in a test nor late"
            yield Finding(path, rule, "leave it out, or add 'tests: {site: ..., teardown: ...}'", True)
        elif parts.services[name].targets.rto is None:
            rule = f"'{name}' promises no rto, so that it is neither in time in the test nor late"
            yield Finding(path, rule, "leave it out, or give it 'rto' in 'targets'", True)
        elif inside and name not in (*inside, *trial.covers):  # of what is covered it is told there
            rule = f"'{name}' is not in the test, so that it is neither in time there nor late"
            hint = "leave it out, or name it in 'covers'" if trial.covers else "leave it out"
            yield Finding(path, rule, hint, True)
