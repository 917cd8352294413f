"""Write docs/catalogue.md: what each scenario that comes with drsim asks, and what its drills answer.

python docs/make_catalogue.py
"""

from __future__ import annotations

from pathlib import Path

import drsim
from drsim.reporting.numbers import format_share
from drsim.reporting.summary import answer, due_texts, every_rto_text, service_texts, turned_away_text
from drsim.studies.result import Outcome, Result

ROOT = Path(__file__).parents[1]
DRILLS, SEED = 200, 1
MOST = 6
"""Promises that are named as missed."""
NAMED = 12
"""Services that are named of a kind."""

HEAD = f"""\
# Catalogue: questions and answers

What the scenarios in `scenarios/` ask, and the answer of {DRILLS} drills of each (seed {SEED}); shares have their 95 % interval.

The numbers behind them are assumptions where no source is named (`drsim show --assumptions`), so an answer is about this landscape
as it is written, not about a real one. Copy the scenario that is nearest to your question, and change it.

This page is made by `python docs/make_catalogue.py`. The tests hold each entry to the scenario it was made from, make a few entries
again and compare; with `-m long` all of them.
"""


def page() -> str:
    """The whole page."""
    files = sorted((ROOT / "scenarios").glob("*.yaml"))
    return "\n".join([HEAD, *(entry(file) for file in files)])


def head(file: Path) -> str:
    """How the entry of a scenario begins: its title, what it was made from, its question."""
    scenario = drsim.load(file)
    lines = [f"## {scenario.title}", f"<!-- of scenario {scenario.digest()[:16]} -->", ""]
    if scenario.question:
        lines += [f"**{scenario.question}** [`{file.name}`](../scenarios/{file.name})", ""]
    return "\n".join(lines)


def entry(file: Path) -> str:
    """The entry of a scenario: its head, what its drills answer, and why it was written."""
    scenario = drsim.load(file)
    result = drsim.run(scenario, replications=DRILLS, seed=SEED)
    told = [answer(result)]
    if result.every_rto is not None:
        told.append(every_rto_text(result.every_rto))
    told += [f"{title[:1].upper()}{title[1:]}: {text}." for title, text in due_texts(result)]
    if away := turned_away_text(result):
        told.append(f"Citizens turned away: {away}{_where(result)}.")
    lines = [head(file), " ".join(told)]
    for text in (_tried(result), _missed(result), *_fared(result)):
        if text:
            lines += ["", text]
    if scenario.why:
        lines += ["", f"Why: {scenario.why}"]
    return "\n".join(lines) + "\n"


def _where(result: Result) -> str:
    """How many that is by municipality, where there are several."""
    people = {name: site.inhabitants for name, site in result.scenario.landscape.sites.items()}
    found = [
        f"{name} {1000 * mean.value / inhabitants.number:.2g}"
        for name, mean in result.turned_away_by_municipality.items()
        if (inhabitants := people.get(name)) is not None
    ]
    return f" (of 1,000 inhabitants: {', '.join(found)})" if len(found) > 1 else ""


def _tried(result: Result) -> str:
    """What came back in a test, and how soon."""
    found = [f"{each.title} in {format_share(each.in_time)}" for each in result.tried if each.in_time is not None]
    return f"In the test, within what is promised of production: {' · '.join(found)}." if found else ""


def _fared(result: Result) -> list[str]:
    """Which services are too close to call, come back and keep running."""
    rows = service_texts(result)
    found = []
    for heading, fared in (
        ("Too close to call, with half of the drills after", "undecided"),
        ("Back in time, in half of the drills after", "back in time"),
    ):
        group = sorted(
            ((row["half"], each) for each, row in rows if each.fared == fared), key=lambda pair: _half(pair[1])
        )
        found.append(_named(heading, [f"{each.title} {half}" for half, each in group]))
    found.append(_named("Never below their minimum", [each.title for each, _ in rows if each.fared == "keeps running"]))
    return found


def _half(outcome: Outcome) -> tuple[float, str]:
    return outcome.recovery[0.5].value, outcome.title


def _named(heading: str, names: list[str]) -> str:
    more = f", and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{heading}: {' · '.join(names[:NAMED])}{more}." if names else ""


def _missed(result: Result) -> str:
    """The services that miss a target, each with the share of drills in which it is kept."""
    found = []
    for outcome in result.outcomes:
        if outcome.verdict == "missed" and outcome.in_time is not None:
            found.append(f"{outcome.title} (back in time in {format_share(outcome.in_time)})")
        if outcome.data_verdict == "missed" and outcome.data_in_time is not None:
            found.append(
                f"data of {outcome.title} (no more lost than promised in {format_share(outcome.data_in_time)})"
            )
    if not found:
        return ""
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return f"Missed: {' · '.join(found[:MOST])}{more}."


def main() -> None:
    """Write the page."""
    target = ROOT / "docs" / "catalogue.md"
    beside = target.with_suffix(".tmp")
    beside.write_text(page(), encoding="utf-8")
    beside.replace(target)


if __name__ == "__main__":
    main()
