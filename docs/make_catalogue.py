"""Write docs/catalogue.md: what each scenario that comes with drsim asks, and what its drills answer.

python docs/make_catalogue.py
"""

from __future__ import annotations

from pathlib import Path

import drsim
from drsim.reporting.numbers import format_share
from drsim.reporting.summary import answer, due_texts, every_rto_text, turned_away_text
from drsim.studies.result import Result

ROOT = Path(__file__).parents[1]
DRILLS, SEED = 60, 1
MOST = 6

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
        told.append(f"Citizens turned away: {away}.")
    lines = [head(file), " ".join(told)]
    if missed := _missed(result):
        lines += ["", missed]
    if scenario.why:
        lines += ["", f"Why: {scenario.why}"]
    return "\n".join(lines) + "\n"


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
    return f"Missed: {', '.join(found[:MOST])}{more}."


def main() -> None:
    """Write the page."""
    target = ROOT / "docs" / "catalogue.md"
    beside = target.with_suffix(".tmp")
    beside.write_text(page(), encoding="utf-8")
    beside.replace(target)


if __name__ == "__main__":
    main()
