"""Write docs/plausibility.md, from the template of that name: what the drills say beside what happened.

python docs/make_plausibility.py
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import drsim
from drsim.reporting.numbers import format_share, format_times
from drsim.reporting.summary import turned_away_text
from drsim.studies.result import Result

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "plausibility.md"
TEMPLATE = ROOT / "docs" / "templates" / "plausibility.md"
DRILLS, SEED = 60, 1


@cache
def result_of(name: str) -> Result:
    """The drills of a scenario."""
    return drsim.run(ROOT / "scenarios" / f"{name}.yaml", replications=DRILLS, seed=SEED)


def figure(asked: str) -> str:
    """`ransomware passport` -> how long that takes; `... every`, `... away`, `... tried passport` -> what they say."""
    if asked == "drills":
        return str(DRILLS)
    name, *rest = asked.split()
    result = result_of(name)
    match rest:
        case ["every"]:
            assert result.every_rto is not None
            return format_share(result.every_rto)
        case ["away"]:
            return turned_away_text(result)
        case ["tried", service]:
            (tried,) = (each for each in result.tried if each.name == service)
            quantiles = tried.recovery
        case [service]:
            quantiles = result.outcome(service).recovery
    ends = ((q.value, q.low, q.high) for q in (quantiles[0.5], quantiles[0.95]))
    half, most = (text.text for text in format_times(ends, horizon_ms=result.plan.horizon))
    return f"{half}, {most}"


def page() -> str:
    """The whole page; at its end what it was made from."""
    template = TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"\{([^}]+)\}", lambda found: figure(found[1]), template)
    names = sorted({asked.split()[0] for asked in re.findall(r"\{([a-z-]+ [^}]+)\}", template)})
    made_from = "\n".join(f"{name} {result_of(name).scenario.digest()[:16]}" for name in names)
    return f"{text}\n<!-- of scenarios\n{made_from}\n-->\n"


def main() -> None:
    """Write the page."""
    beside = TARGET.with_suffix(".tmp")
    beside.write_text(page(), encoding="utf-8")
    beside.replace(TARGET)


if __name__ == "__main__":
    main()
